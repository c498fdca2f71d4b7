// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/line_changes.hpp"

#include <QStringList>
#include <algorithm>

namespace spawnpoint::gui {
namespace {

/// The table of a comparison has at most this many cells of four bytes.
constexpr qsizetype kMostCells = 4'000'000;

QStringList lines_of(const QString& text) {
  return QString(text).remove('\r').split('\n');
}

/// length[i][j]: of the longest common subsequence of `before` from i on and `after` from j on.
class Lengths {
 public:
  Lengths(const QStringList& before, const QStringList& after)
      : columns_(static_cast<std::size_t>(after.size()) + 1),
        cells_((static_cast<std::size_t>(before.size()) + 1) * columns_) {
    for (qsizetype i = before.size(); i-- > 0;)
      for (qsizetype j = after.size(); j-- > 0;)
        at(i, j) = before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  }
  int& at(qsizetype i, qsizetype j) {
    return cells_[static_cast<std::size_t>(i) * columns_ + static_cast<std::size_t>(j)];
  }

 private:
  std::size_t columns_;
  std::vector<int> cells_;
};

}  // namespace

std::vector<LineChange> line_changes(const QString& before, const QString& after) {
  using Kind = LineChange::Kind;
  QStringList old_lines = lines_of(before), new_lines = lines_of(after);
  qsizetype head = 0;
  while (head < std::min(old_lines.size(), new_lines.size()) && old_lines[head] == new_lines[head]) ++head;
  qsizetype tail = 0;
  while (tail < std::min(old_lines.size(), new_lines.size()) - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;

  std::vector<LineChange> changes;
  const auto add = [&changes](Kind kind, const QStringList& lines) {
    for (const QString& line : lines) changes.push_back({kind, line});
  };
  add(Kind::same, old_lines.mid(0, head));
  const QStringList last = old_lines.mid(old_lines.size() - tail);
  old_lines = old_lines.mid(head, old_lines.size() - head - tail);
  new_lines = new_lines.mid(head, new_lines.size() - head - tail);
  qsizetype i = 0, j = 0;
  if (old_lines.size() * new_lines.size() <= kMostCells) {
    Lengths lengths(old_lines, new_lines);
    while (i < old_lines.size() && j < new_lines.size()) {
      if (old_lines[i] == new_lines[j]) {
        changes.push_back({Kind::same, old_lines[i++]});
        ++j;
      } else if (lengths.at(i + 1, j) >= lengths.at(i, j + 1)) {
        changes.push_back({Kind::only_before, old_lines[i++]});
      } else {
        changes.push_back({Kind::only_after, new_lines[j++]});
      }
    }
  }
  add(Kind::only_before, old_lines.mid(i));
  add(Kind::only_after, new_lines.mid(j));
  add(Kind::same, last);
  return changes;
}

}  // namespace spawnpoint::gui
