// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/row_layout.hpp"

#include <algorithm>
#include <cmath>

namespace spawnpoint::gui {

double RowLayout::fitting(std::size_t rows, double height, double highest) {
  if (rows == 0) return highest;
  return std::min(highest, height / static_cast<double>(rows));
}

std::size_t RowLayout::rows_per_band() const {
  if (!gathers() || row_height <= 0) return 1;
  // Round numbers, so that bands begin at rows that people can name.
  static constexpr double kRound[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
  const double least = std::max(1.0, kBand / row_height);
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double times : kRound) {
    const double count = std::round(power * times * 10) / 10;
    if (count >= least * (1 - 1e-9) && count == std::floor(count)) return static_cast<std::size_t>(count);
  }
  return static_cast<std::size_t>(power * 10);
}

std::size_t RowLayout::first_row() const {
  if (row_height <= 0) return 0;
  const auto row = static_cast<std::size_t>(std::max(0.0, scroll / row_height));
  return std::min(row, rows) / rows_per_band() * rows_per_band();
}

std::size_t RowLayout::visible_rows() const {
  if (row_height <= 0 || rows == 0) return 0;
  const auto last = static_cast<std::size_t>(std::ceil(std::max(0.0, (scroll + height) / row_height)));
  const std::size_t per_band = rows_per_band();
  const std::size_t end = std::min((last + per_band - 1) / per_band * per_band, rows);
  return end - std::min(first_row(), end);
}

std::size_t RowLayout::row_at(double y) const {
  if (y < 0 || y >= height || row_height <= 0) return rows;
  return std::min(rows, static_cast<std::size_t>((y + scroll) / row_height));
}

double RowFrame::fitting(std::size_t rows) const {
  return std::min(RowLayout::fitting(rows, height), highest_fitting);
}

RowLayout RowFrame::layout(std::size_t rows) const {
  RowLayout result;
  result.rows = rows;
  result.height = height;
  result.row_height = std::max(place.row_height, fitting(rows));
  result.scroll = std::clamp(place.top * result.row_height, 0.0, std::max(0.0, result.content() - height));
  return result;
}

}  // namespace spawnpoint::gui
