// SPDX-License-Identifier: GPL-3.0-or-later
// A timeline's bands of rows: where they lie, and how high each state's part of a stacked bar is. For pixels and for
// vectors alike.
#pragma once

#include <array>
#include <cstddef>

#include "core/trace/cell_grid.hpp"
#include "gui/timeline/row_layout.hpp"

namespace spawnpoint::gui {

/// Pixels, or units on paper, between the lines of a hatch.
inline constexpr int kHatchSpacing = 4;

/// Edges of a stacked bar in pixels from below; every state that occurs gets at least one.
using Stack = std::array<int, kStackedStates + 1>;
Stack stack_of(const CellGrid& grid, std::size_t band, std::size_t column, int height);

struct Band {
  int top = 0;
  int height = 0;
};

/// A band's place in device pixels, with a gap below where there is room.
Band band_place(const RowLayout& layout, std::size_t row, std::size_t rows, double scale);

}  // namespace spawnpoint::gui
