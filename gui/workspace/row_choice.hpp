// SPDX-License-Identifier: GPL-3.0-or-later
// RowChoice: what a row of the timelines is, on the screen and in exports.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/trace/trace_index.hpp"

namespace spawnpoint::gui {

/// automatic: what suits each record.
enum class RowChoice : std::uint8_t { automatic, threads, jobs, cores };

struct RowChoiceWords {
  RowChoice choice;
  std::string_view name;   ///< On the command line.
  std::string_view title;  ///< In a list of choices.
  std::optional<TraceRows> rows;
};
/// In the order of their values.
std::span<const RowChoiceWords> row_choices();
const RowChoiceWords& words_of(RowChoice choice);

}  // namespace spawnpoint::gui
