// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/bands.hpp"

#include <algorithm>
#include <cmath>

namespace spawnpoint::gui {

Stack stack_of(const CellGrid& grid, std::size_t band, std::size_t column, int height) {
  int present = 0;
  for (std::size_t k = 0; k < kStackedStates; ++k) present += grid.row(band, k)[column] > 0 ? 1 : 0;
  Stack edges{};
  double sum = 0;
  for (std::size_t k = 0; k < kStackedStates; ++k) {
    const float share = grid.row(band, k)[column];
    edges[k + 1] = edges[k];
    if (share <= 0) continue;
    sum += static_cast<double>(share);
    --present;
    const int wanted = std::max(static_cast<int>(std::lround(sum * height)), edges[k] + 1);
    edges[k + 1] = std::clamp(wanted, edges[k], std::max(edges[k], height - present));
  }
  return edges;
}

Band band_place(const RowLayout& layout, std::size_t row, std::size_t rows, double scale) {
  const int top = static_cast<int>(std::lround(layout.top(row) * scale));
  const int bottom = static_cast<int>(std::lround(layout.top(row + rows) * scale));
  const double height = (bottom - top) / scale;
  // Bands lie close, so that they read as one picture; rows stand apart, so that they read as rows.
  const double wanted = layout.gathers() ? 1 : height >= 14 ? 3 : height >= 8 ? 2 : 1;
  const int gap = static_cast<int>(std::lround(wanted * scale));
  return {top, std::max(1, bottom - top - gap)};
}

}  // namespace spawnpoint::gui
