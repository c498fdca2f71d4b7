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
inline constexpr JobState kStacked[] = {JobState::running, JobState::ready,   JobState::starting,
                                        JobState::blocked, JobState::waiting, JobState::queued};
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

/// Counts the segments of one state in one band. A segment's start and its end each change one cell, so a segment costs
/// the same however long it is, and many that begin (or end) in one column cost as much as one. Times count from the
/// range's start.
class StateCells {
 public:
  StateCells(const TimeRange& range, std::size_t columns)
      : origin_(range.begin.time_since_epoch().count()),
        length_(range.length().count()),
        scale_(static_cast<double>(columns) / static_cast<double>(length_)),
        columns_(columns),
        cells_(columns + 1) {}

  /// The range's start on the run's clock.
  std::int64_t origin() const { return origin_; }
  std::int64_t length() const { return length_; }
  /// Columns per nanosecond.
  double scale() const { return scale_; }

  double place(std::int64_t time) const { return static_cast<double>(time) * scale_; }
  static std::uint32_t column_of_begin(double place) { return static_cast<std::uint32_t>(static_cast<int>(place)); }
  /// An end on a column's left edge is the previous column's. `place` is above 0.
  static std::uint32_t column_of_end(double place) {
    const int column = static_cast<int>(place);
    return static_cast<std::uint32_t>(column - (static_cast<double>(column) == place ? 1 : 0));
  }

  /// `count` segments begin in `column`; `places` is the sum of their places.
  void add_begins(std::uint32_t column, std::uint32_t count, double places) {
    Cell& cell = cells_[column];
    cell.begun += static_cast<double>(count) * static_cast<double>(column + 1) - places;
    cell.begins += count;
  }
  void add_ends(std::uint32_t column, std::uint32_t count, double places) {
    Cell& cell = cells_[column];
    cell.ended += static_cast<double>(count) * static_cast<double>(column + 1) - places;
    cell.ends += count;
  }
  /// One segment that begins before `length()` and ends after 0.
  void add_begin(std::int64_t time) {
    const double at = time <= 0 ? 0.0 : place(time);
    add_begins(column_of_begin(at), 1, at);
  }
  void add_end(std::int64_t time) {
    if (time >= length_) return;
    const double at = place(time);
    add_ends(column_of_end(at), 1, at);
  }
  /// The same for up to kMost segments whose begins (ends) are base + offsets[i] * unit, all of them after 0 and before
  /// length(): the places of several are computed at once. Without offsets, begins (or ends) are left out.
  static constexpr std::size_t kMost = 32;
  void add_within(std::int64_t base, std::int64_t unit, const std::int32_t* begins, const std::int32_t* ends,
                  std::size_t count) {
    Edges begun;
    Edges ended;
    if (begins) begun.place<Edge::begin>(base, unit, scale_, begins, count);
    if (ends) ended.place<Edge::end>(base, unit, scale_, ends, count);
    if (begins && ends) {
      // The next one often changes the same cell and has to wait for it: begins and ends do so side by side.
      for (std::size_t i = 0; i < count; ++i) {
        begin_in(begun.columns[i], begun.parts[i]);
        end_in(ended.columns[i], ended.parts[i]);
      }
    } else if (begins) {
      for (std::size_t i = 0; i < count; ++i) begin_in(begun.columns[i], begun.parts[i]);
    } else if (ends) {
      for (std::size_t i = 0; i < count; ++i) end_in(ended.columns[i], ended.parts[i]);
    }
  }

  /// Writes each column's share of a band of `rows` rows, and starts over.
  void finish(float* share, std::size_t rows);

 private:
  /// What segments that begin in a column cover of it, and of all later ones; what those that end in it don't.
  struct Cell {
    double begun = 0;
    double ended = 0;
    std::int64_t begins = 0;
    std::int64_t ends = 0;
  };

  void begin_in(std::int32_t column, double part) {
    Cell& cell = cells_[static_cast<std::uint32_t>(column)];
    cell.begun += part;
    ++cell.begins;
  }
  void end_in(std::int32_t column, double part) {
    Cell& cell = cells_[static_cast<std::uint32_t>(column)];
    cell.ended += part;
    ++cell.ends;
  }

  enum class Edge : bool { begin, end };
  /// Where up to kMost begins or ends are: in which column, and what of it lies behind.
  struct Edges {
    std::array<std::int32_t, kMost> columns;
    std::array<double, kMost> parts;

    template <Edge edge>
    void place(std::int64_t base, std::int64_t unit, double scale, const std::int32_t* offsets, std::size_t count) {
      // Whole numbers below 2^53: exact.
      const auto first = static_cast<double>(base);
      const auto step = static_cast<double>(unit);
      for (std::size_t i = 0; i < count; ++i) {
        const double at = (first + static_cast<double>(offsets[i]) * step) * scale;
        auto column = static_cast<double>(static_cast<std::int32_t>(at));
        if constexpr (edge == Edge::end) column -= column == at ? 1.0 : 0.0;
        columns[i] = static_cast<std::int32_t>(column);
        parts[i] = column + 1.0 - at;
      }
    }
  };

  std::int64_t origin_;
  std::int64_t length_;
  double scale_;
  std::size_t columns_;
  std::vector<Cell> cells_;  // One more than columns, for a time that is rounded up to the range's end.
};

}  // namespace spawnpoint
