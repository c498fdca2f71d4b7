// SPDX-License-Identifier: GPL-3.0-or-later
// A timeline's bands as pixels: what has to be drawn within a frame.
#pragma once

#include "core/trace/cell_grid.hpp"
#include "gui/timeline/timeline_picture.hpp"

class QImage;

namespace spawnpoint::gui {

/// Counts the grid's bands and draws them into the image, which has their ground: on two threads where there are many
/// segments, as a picture has to be there within a frame.
void draw_bands(const TimelineScene& scene, const CellQuery& query, CellGrid& grid, QImage& image);

}  // namespace spawnpoint::gui
