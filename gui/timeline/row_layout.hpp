// SPDX-License-Identifier: GPL-3.0-or-later
// RowLayout: where a timeline's rows lie, however many there are.
#pragma once

#include <cstddef>
#include <limits>

namespace spawnpoint::gui {

/// Where rows lie: high rows are drawn one by one, flat ones are gathered into bands that are high enough for a stacked
/// bar.
struct RowLayout {
  std::size_t rows = 0;
  double row_height = 18;  ///< May be a fraction of a pixel.
  double scroll = 0;       ///< Pixels above the view.
  double height = 0;       ///< Of the view.

  static constexpr double kLowestRow = 5;
  static constexpr double kBand = 12;

  /// As high as the view allows, at most `highest`.
  static double fitting(std::size_t rows, double height, double highest = 20);
  bool gathers() const { return row_height < kLowestRow; }
  std::size_t rows_per_band() const;
  double content() const { return static_cast<double>(rows) * row_height; }
  /// Rows that are seen, from a band's first row on.
  std::size_t first_row() const;
  std::size_t visible_rows() const;
  double top(std::size_t row) const { return static_cast<double>(row) * row_height - scroll; }
  /// The row at y; `rows` where there is none.
  std::size_t row_at(double y) const;

  bool operator==(const RowLayout&) const = default;
};

/// Which of its rows a timeline shows, however many it has: what several timelines have in common.
struct RowPlace {
  double row_height = 0;  ///< Pixels; 0: all rows fit.
  double top = 0;         ///< The first row that is seen; a fraction where it is seen in part.

  bool operator==(const RowPlace&) const = default;
};

/// Where a view has its rows, however many it turns out to have.
struct RowFrame {
  double height = 0;
  RowPlace place;
  /// Where all rows fit, they are no higher than this: another timeline, with which they are compared, has them so.
  double highest_fitting = std::numeric_limits<double>::infinity();

  double fitting(std::size_t rows) const;
  RowLayout layout(std::size_t rows) const;
};

}  // namespace spawnpoint::gui
