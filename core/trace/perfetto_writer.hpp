// SPDX-License-Identifier: GPL-3.0-or-later
// A Trace as JSON in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// A lane is a thread, and its segments are slices ("X") where no two of them overlap; jobs that overlap on a lane, or
/// have none, are async slices ("b", "e") with the job as their id. Series are counters, marks and failed jobs instant
/// events. What was only looked at now and then says so in its name, as Perfetto draws every counter as if it held
/// until the next value. The same trace gives the same bytes. The error names the file and says why.
std::expected<void, std::string> write_perfetto(const Trace& trace, const std::filesystem::path& path,
                                                std::string_view process_name = "spawnpoint",
                                                RunnableSeries runnable = RunnableSeries::at_every_change);

}  // namespace spawnpoint
