// SPDX-License-Identifier: GPL-3.0-or-later
// TraceIndex: a run's record as rows (threads, jobs or cores), ready to be asked what is where. The index is built once
// and never changes: any thread may ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/trace/cell_grid.hpp"
#include "core/trace/segment_pyramid.hpp"
#include "core/trace/trace.hpp"

namespace spawnpoint {

/// On a core's row are the threads that had it, each as a segment that runs, without a job.
enum class TraceRows : std::uint8_t { threads, jobs, cores };

/// Threads where there are several; jobs where all of them share one thread.
TraceRows suggested_rows(const Trace& trace);

/// The lane that has a job in this state: one that is queued is on no thread, whichever lane has told of it.
constexpr LaneId lane_having(JobState state, LaneId lane) {
  return state == JobState::queued ? kNoLane : lane;
}

/// All segments of a job that take time, from the first to the last. Looks through the whole record.
std::vector<Segment> segments_of(const Trace& trace, JobId job);

/// The job that the thread had at a moment; kNoJob: none. Looks through the whole record.
JobId job_on(const Trace& trace, LaneId lane, Instant at);

class TraceIndex {
 public:
  /// A segment and where it is.
  struct Placed {
    std::size_t row = 0;
    Segment segment;
  };
  /// A job that failed, and where.
  struct Failure {
    std::size_t row = 0;
    JobId job = kNoJob;
    Instant at{};
  };

  /// Of a record that still grows, open segments last until its end. Throws std::length_error for more than 2^29
  /// segments.
  TraceIndex(std::shared_ptr<const Trace> trace, TraceRows rows);

  const Trace& trace() const { return *trace_; }
  TraceRows mode() const { return mode_; }
  std::size_t rows() const { return rows_; }
  /// Of threads: row 0 is for jobs that no thread has, and thread n has row n + 1.
  bool has_queue_row() const { return has_queue_row_; }
  /// Where the job is: its row, or its thread's; no value: in none.
  std::optional<std::size_t> row_of(JobId job) const;
  /// Of threads and jobs.
  std::size_t row_of(const Segment& segment) const { return row_of(segment.state, segment.lane, segment.job); }

  /// An empty grid for the query, with the failures in it.
  CellGrid grid_of(const CellQuery& query) const;
  /// Fills bands [first, last) of a grid that grid_of() made for the same query. Threads may share the bands out.
  void fill(CellGrid& grid, const CellQuery& query, std::size_t first, std::size_t last) const;
  CellGrid cells(const CellQuery& query) const;
  /// The segments that touch rows and range, or nothing if they are more than `most`. Rows that overlap are left out:
  /// their segments cannot be told apart in a picture.
  std::optional<std::vector<Placed>> segments(std::size_t first_row, std::size_t rows, const TimeRange& range,
                                              std::size_t most) const;
  /// The segment at a moment; where several overlap, one that runs, if any does. On a core's row it has the job that
  /// its thread had at that moment.
  std::optional<Segment> segment_at(std::size_t row, Instant at) const;
  /// The row's segments overlap: many jobs on an executor's thread, or in the queue.
  bool overlaps(std::size_t row) const { return overlapping_[row]; }
  /// The state occurs somewhere in the record.
  bool has(JobState state) const { return present_[static_cast<std::size_t>(state)]; }
  /// Jobs that failed, by row.
  const std::vector<Failure>& failures() const { return failures_; }
  /// The memory of the index, besides the record's.
  std::size_t bytes() const;

 private:
  /// Segments are numbered as in the table; behind them each job has a number for the one that is still open.
  using Number = std::uint32_t;

  bool of_cores() const { return mode_ == TraceRows::cores; }
  /// Not of cores.
  std::size_t row_of(JobState state, LaneId lane, JobId job) const {
    if (mode_ == TraceRows::jobs) return job;
    lane = lane_having(state, lane);
    return lane == kNoLane ? 0 : std::size_t{lane} + (has_queue_row_ ? 1 : 0);
  }
  Segment segment(Number number) const {
    if (of_cores()) {
      const Turn turn = trace_->turns[number];
      return {turn.lane, kNoJob, JobState::running, turn.begin, turn.end};
    }
    if (number < closed_) return trace_->segments[number];
    const JobTable& jobs = trace_->jobs;
    const JobId job = number - closed_;
    return {jobs.lane[job], job, jobs.state[job], jobs.since[job], trace_->end};
  }
  SegmentPyramid::Times times(Number number) const;
  bool is_open_now(std::size_t job) const;
  template <class Visit>
  void for_each_segment(Visit&& visit) const;
  /// The band's cells, of rows [row, end) as one.
  void fill_band(CellGrid& grid, const CellQuery& query, std::size_t band, std::size_t row, std::size_t end,
                 StateCells& cells) const;
  void measure();
  void build();
  bool find_overlaps();
  void find_failures();

  std::shared_ptr<const Trace> trace_;
  TraceRows mode_;
  const Column<Instant>* begins_;  ///< Of what the rows are made of: segments, or turns.
  const Column<Instant>* ends_;
  Number closed_ = 0;
  std::size_t rows_ = 0;
  bool has_queue_row_ = false;
  std::vector<bool> overlapping_;
  std::array<bool, kJobStates> present_{};
  std::vector<Failure> failures_;
  std::array<SegmentPyramid, kStackedStates> pyramids_;  ///< In the order of kStacked.
};

}  // namespace spawnpoint
