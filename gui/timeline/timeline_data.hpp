// SPDX-License-Identifier: GPL-3.0-or-later
// TimelineData: a run's record as rows (threads or jobs), ready to be asked what is where. Immutable: any thread may
// ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/trace/trace.hpp"
#include "gui/timeline/time_axis.hpp"

namespace spawnpoint::gui {

enum class TimelineRows : std::uint8_t { threads, jobs };

/// Threads where there are several; jobs where all of them share one thread.
TimelineRows suggested_rows(const Trace& trace);

/// The states that take time, in the order in which a stacked bar shows them from below.
inline constexpr JobState kStacked[] = {JobState::running, JobState::starting, JobState::blocked, JobState::waiting,
                                        JobState::queued};
inline constexpr std::size_t kStackedStates = std::size(kStacked);

/// What part of its area each state fills, for `bands` x `columns` cells. Exact: nothing is left out, however short.
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

/// Rows [first, first + count) over `range`; `rows_per_band` rows go into one band.
struct CellQuery {
  std::size_t first_row = 0;
  std::size_t rows = 0;
  std::size_t rows_per_band = 1;
  TimeRange range;
  std::size_t columns = 0;
};

struct Failure {
  std::size_t row = 0;
  JobId job = kNoJob;
  Instant at{};
};

class TimelineData {
 public:
  TimelineData(std::shared_ptr<const Trace> trace, TimelineRows rows);

  const Trace& trace() const { return *trace_; }
  std::shared_ptr<const Trace> shared_trace() const { return trace_; }
  TimelineRows mode() const { return mode_; }
  std::size_t rows() const { return rows_; }
  /// "main", "thread 3", "job 12", "queue".
  std::string row_name(std::size_t row) const;
  /// Where the job is: its row, or its thread's; no value: in none.
  std::optional<std::size_t> row_of(JobId job) const;

  CellGrid cells(const CellQuery& query) const;
  /// The segments that touch rows and range, or nothing if they are more than `most`.
  std::optional<std::vector<Segment>> segments(std::size_t first_row, std::size_t rows, const TimeRange& range,
                                               std::size_t most) const;
  std::optional<Segment> segment_at(std::size_t row, Instant at) const;
  std::size_t row_of(const Segment& segment) const;
  /// The row's segments overlap: many jobs on an executor's thread.
  bool overlaps(std::size_t row) const { return overlapping_[row]; }
  /// The state occurs somewhere in the record.
  bool has(JobState state) const { return present_[static_cast<std::size_t>(state)]; }
  /// Jobs that failed, by row.
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  Segment segment(std::uint32_t i) const;
  template <class Visit>
  bool visit(std::size_t first_row, std::size_t rows, const TimeRange& range, Visit&& visit) const;

  std::shared_ptr<const Trace> trace_;
  TimelineRows mode_;
  std::size_t rows_ = 0;
  bool has_queue_row_ = false;
  std::vector<Segment> open_;         ///< Of a record that still grows: they last until now.
  std::vector<std::uint32_t> first_;  ///< first_[row]: where the row begins in order_.
  std::vector<std::uint32_t> order_;  ///< Segments by row, then by their end.
  std::vector<bool> overlapping_;     ///< The row's segments overlap: many jobs on an executor's thread.
  std::array<bool, kJobStates> present_{};
  std::vector<Failure> failures_;
};

}  // namespace spawnpoint::gui
