// SPDX-License-Identifier: GPL-3.0-or-later
// The states' colours and hatches with their names: those that occur in a record. Where a line does not hold them all,
// there are more lines.
#pragma once

#include <QPainter>
#include <vector>

#include "gui/theme/theme.hpp"
#include "gui/timeline/timeline_data.hpp"

namespace spawnpoint::gui {

class StateLegend {
 public:
  StateLegend(const Theme& theme, const TimelineData& data, WorldKind world, int pixels);

  /// On one line.
  double width() const;
  /// How many lines it takes within `width`; at least 1.
  int lines(double width) const;
  /// The states from left to right, line by line, each line to the right end of `where`: lines of this height.
  void paint(QPainter& painter, const QRectF& where, double line_height) const;

 private:
  struct Entry {
    JobState state;
    QString name;
    double width;  ///< With its swatch and the space before the next.
  };

  /// As they are read, however many lines they take.
  std::vector<std::vector<Entry>> in_lines(double width) const;

  const Theme& theme_;
  WorldKind world_;
  int pixels_;
  std::vector<Entry> entries_;
};

}  // namespace spawnpoint::gui
