// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between two texts, line by line.
#pragma once

#include <QString>
#include <cstdint>
#include <vector>

namespace spawnpoint::gui {

struct LineChange {
  enum class Kind : std::uint8_t { same, only_before, only_after };
  Kind kind = Kind::same;
  QString line;

  bool operator==(const LineChange&) const = default;
};

/// All lines of both, in their order, each line that both have once: a longest common subsequence. Texts that differ in
/// very many lines are not compared there: those of `before` come first, then those of `after`.
std::vector<LineChange> line_changes(const QString& before, const QString& after);

}  // namespace spawnpoint::gui
