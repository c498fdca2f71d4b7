// SPDX-License-Identifier: GPL-3.0-or-later
// CellGrid: what a picture of a record needs to know, one cell for each pixel column of each band of rows: the part of
// its area that each state fills. BandCells is how it is counted.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/trace/time_range.hpp"
#include "core/trace/trace.hpp"

namespace spawnpoint {

/// The states that take time, in the order in which a stacked bar shows them from below.
inline constexpr JobState kStacked[] = {JobState::running, JobState::starting, JobState::blocked, JobState::waiting,
                                        JobState::queued};
inline constexpr std::size_t kStackedStates = std::size(kStacked);

/// A state's place in that order; kStackedStates for one that takes no time.
constexpr std::size_t stacking_place(JobState state) {
  for (std::size_t place = 0; place < kStackedStates; ++place) {
    if (kStacked[place] == state) return place;
  }
  return kStackedStates;
}
constexpr bool takes_time(JobState state) {
  return stacking_place(state) < kStackedStates;
}

/// Rows [first_row, first_row + rows) over `range`, `rows_per_band` rows to a band, in `columns` equal columns.
struct CellQuery {
  std::size_t first_row = 0;
  std::size_t rows = 0;
  std::size_t rows_per_band = 1;
  TimeRange range;
  std::size_t columns = 0;

  std::size_t bands() const { return (rows + rows_per_band - 1) / rows_per_band; }
};

/// What part of its area each state fills, for `bands` x `columns` cells. Exact: a state that occurs in a cell, however
/// shortly, has a share above 0, and one that does not has none.
struct CellGrid {
  std::size_t bands = 0;
  std::size_t columns = 0;
  std::vector<float> share;          ///< [band][state in stacking order][column]; a cell's sum is at most 1.
  std::vector<std::uint8_t> failed;  ///< [band][column]: a job failed here.

  const float* row(std::size_t band, std::size_t state) const {
    return share.data() + (band * kStackedStates + state) * columns;
  }
  const std::uint8_t* failed_row(std::size_t band) const { return failed.data() + band * columns; }
};

/// Many jobs may wait on one thread at once: what runs keeps its true part, the rest shares what is left.
void limit_band(CellGrid& grid, std::size_t band);

/// Counts the segments of one state in one band. A segment's begin and its end each change one cell, so a segment costs
/// the same however long it is, and many that begin (or end) in one column cost as much as one. Times count from the
/// range's begin.
class StateCells {
 public:
  StateCells(const TimeRange& range, std::size_t columns)
      : origin_(range.begin.time_since_epoch().count()),
        length_(range.length().count()),
        scale_(static_cast<double>(columns) / static_cast<double>(length_)),
        columns_(columns),
        cells_(columns + 1) {}

  /// The range's begin on the run's clock.
  std::int64_t origin() const { return origin_; }
  std::int64_t length() const { return length_; }
  /// Columns a nanosecond.
  double scale() const { return scale_; }

  double place(std::int64_t time) const { return static_cast<double>(time) * scale_; }
  static std::uint32_t column_of_begin(double place) { return static_cast<std::uint32_t>(static_cast<int>(place)); }
  /// An end on a column's left edge is the former column's. `place` is above 0.
  static std::uint32_t column_of_end(double place) {
    const int column = static_cast<int>(place);
    return static_cast<std::uint32_t>(column - (static_cast<double>(column) == place ? 1 : 0));
  }

  /// `count` segments begin in `column`; `places` is the sum of their places.
  void add_begins(std::uint32_t column, std::uint32_t count, double places) {
    Cell& cell = cells_[column];
    cell.part += static_cast<double>(count) * static_cast<double>(column + 1) - places;
    cell.changes += count * (kEvent + 1);
  }
  void add_ends(std::uint32_t column, std::uint32_t count, double places) {
    Cell& cell = cells_[column];
    cell.part -= static_cast<double>(count) * static_cast<double>(column + 1) - places;
    cell.changes += count * (kEvent - 1);
  }
  /// One segment that begins before `length()` and ends after 0.
  void add_begin(std::int64_t time) {
    const double at = time <= 0 ? 0.0 : place(time);
    add_one(column_of_begin(at), at, 1);
  }
  void add_end(std::int64_t time) {
    if (time >= length_) return;
    const double at = place(time);
    add_one(column_of_end(at), at, -1);
  }

  /// Writes each column's share of a band of `rows` rows, and begins anew.
  void finish(float* share, std::size_t rows);

 private:
  static constexpr std::int64_t kEvent = std::int64_t{1} << 32;
  struct Cell {
    double part = 0;  ///< Of this column, by what begins or ends in it.
    /// Low half: by how many more segments all later columns are covered. High half: how many begins and ends there
    /// were, so that a state that occurs is known to, whatever the sum's last digit says.
    std::int64_t changes = 0;
  };
  void add_one(std::uint32_t column, double at, int step) {
    Cell& cell = cells_[column];
    cell.part += step * (static_cast<double>(column + 1) - at);
    cell.changes += kEvent + step;
  }

  std::int64_t origin_;
  std::int64_t length_;
  double scale_;
  std::size_t columns_;
  std::vector<Cell> cells_;  // One more than columns, for a time that is rounded up to the range's end.
};

}  // namespace spawnpoint
