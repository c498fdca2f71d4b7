// SPDX-License-Identifier: GPL-3.0-or-later
// MapKey: the names of a failure map's lines in rows below it, where there is no room for them beside the lines.
#pragma once

#include <QRectF>
#include <QString>
#include <vector>

#include "gui/map/map_content.hpp"
#include "gui/theme/theme.hpp"

class QPainter;

namespace spawnpoint::gui {

class MapKey {
 public:
  /// In columns, as many as go side by side into a width in logical pixels.
  MapKey(const MapContent& content, const Theme& theme, double width);

  double height() const { return height_; }
  /// Where each line's name is, from this corner.
  std::vector<QRectF> places(const QPointF& corner) const;
  void paint(QPainter& painter, const QPointF& corner) const;

 private:
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
};

/// The mark of a line's points.
void paint_map_glyph(QPainter& painter, const Theme& theme, int style, const QPointF& at, double size, bool filled);

}  // namespace spawnpoint::gui
