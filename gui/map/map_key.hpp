// SPDX-License-Identifier: GPL-3.0-or-later
// MapKey: the names of a failure map's lines in rows below it, where there is no room for them beside the lines.
#pragma once

#include <QRectF>
#include <QString>
#include <algorithm>
#include <vector>

#include "gui/map/map_content.hpp"
#include "gui/theme/theme.hpp"

class QPainter;

namespace spawnpoint::gui {

class MapKey {
 public:
  /// In columns, as many as go side by side into a width in logical pixels.
  MapKey(const MapContent& content, const Theme& theme, double width);

  /// Its margins included.
  double height() const { return height_ + 2 * kMargin; }
  /// In a picture of this height there is enough left for the map.
  bool fits(double height) const { return this->height() <= std::max(kMost * height, height - kLeastMap); }
  /// The least height of a picture in which it does.
  double least_height() const { return height() + kLeastMap; }
  /// Where each line's name is, in an area that begins at this corner.
  std::vector<QRectF> places(const QPointF& corner) const;
  void paint(QPainter& painter, const QPointF& corner) const;
  /// What is said of colours that several lines have; empty: each has its own.
  const QString& note() const { return note_; }

 private:
  static constexpr double kMargin = 8;
  static constexpr double kMost = 0.4;
  static constexpr double kLeastMap = 220;  ///< In which a map can be read, whatever is below it.

  struct Entry {
    int style = 0;
    QString name;
    QString end;
    QRectF where;  ///< From the key's corner.
  };

  const Theme& theme_;
  bool end_below_ = false;  ///< Where and why a line ends has a row of its own.
  double height_ = 0;
  std::vector<Entry> entries_;
  QString note_;  ///< About the colours, below the names.
  QRectF note_place_;
};

/// Which of the marks a line's points have: with its colour, it is no other line's.
int map_glyph(int style);
/// The mark of a line's points.
void paint_map_glyph(QPainter& painter, const Theme& theme, int style, const QPointF& at, double size, bool filled);

}  // namespace spawnpoint::gui
