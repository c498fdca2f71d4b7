// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/cell_grid.hpp"

#include <limits>

namespace spawnpoint {

void StateCells::finish(float* share, std::size_t rows) {
  const double part_of = 1.0 / static_cast<double>(rows);
  std::int64_t covering = 0;
  for (std::size_t column = 0; column < columns_; ++column) {
    Cell& cell = cells_[column];
    // A state that occurs is known to, whatever the sum's last digit says.
    const bool occurs = covering > 0 || cell.begins > 0 || cell.ends > 0;
    const auto sum = static_cast<float>((static_cast<double>(covering) + (cell.begun - cell.ended)) * part_of);
    share[column] = occurs ? std::max(sum, std::numeric_limits<float>::min()) : 0;
    covering += cell.begins - cell.ends;
    cell = {};
  }
  cells_[columns_] = {};
}

void limit_band(CellGrid& grid, std::size_t band) {
  for (std::size_t column = 0; column < grid.columns; ++column) {
    float room = 1;
    for (std::size_t state = 0; state < kStackedStates; ++state) {
      float& share = grid.share[(band * kStackedStates + state) * grid.columns + column];
      if (share == 0) continue;
      share = std::min(share, std::max(room, std::numeric_limits<float>::min()));
      room -= share;
    }
  }
}

}  // namespace spawnpoint
