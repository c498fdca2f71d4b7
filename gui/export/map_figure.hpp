// SPDX-License-Identifier: GPL-3.0-or-later
// MapFigure: a failure map for a file: title, completion time, memory, and where it comes from.
#pragma once

#include <optional>

#include "gui/export/figure.hpp"
#include "gui/map/map_content.hpp"
#include "gui/map/map_key.hpp"

namespace spawnpoint::gui {

/// "threads.toml · sweep of jobs.count, 29 points, 6 runs · seed 1 · modeled machine: …".
QString map_provenance(const MapResult& map);

class MapFigure final : public Drawing {
 public:
  /// In units of which a label's text has 11; height 0: what the content takes. An empty caption is left out.
  MapFigure(const MapResult& map, const QString& caption, const Theme& theme, double width, double height);

  double width() const override { return width_; }
  double height() const override { return height_; }
  void paint(FigurePainter& painter, double pixels) override;

 private:
  double key_height() const;

  MapContent content_;
  Theme theme_;
  double width_;
  double height_;
  FigureWords words_;
  std::optional<MapKey> key_;  ///< Of the lines of both maps; else each has its names beside them.
};

}  // namespace spawnpoint::gui
