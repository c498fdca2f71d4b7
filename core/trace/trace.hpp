// SPDX-License-Identifier: GPL-3.0-or-later
// Trace: the record of one run, live, modeled or loaded. Columns, not objects, so that a million jobs are tens of
// megabytes and can be drawn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/trace/column.hpp"
#include "core/units.hpp"

namespace spawnpoint {

/// A job's number, from 0. People see it from 1.
using JobId = std::uint32_t;
/// A thread of the run: 0 is the main thread (which is the executor's thread too), n the n-th one that was created.
using LaneId = std::uint32_t;

/// A core that the run may use, from 0.
using CoreId = std::uint32_t;

inline constexpr JobId kNoJob = UINT32_MAX;
inline constexpr LaneId kNoLane = UINT32_MAX;

/// What a job is doing. The names are part of the CSV and trace formats.
enum class JobState : std::uint8_t {
  none,      ///< Not yet known to the run.
  queued,    ///< Waits for a worker or for its turn.
  starting,  ///< Its thread is being created.
  running,   ///< Computes.
  waiting,   ///< Sleeps on a timer (a `sleep` step).
  blocked,   ///< Holds its thread while it waits (a `block` step).
  done,      ///< Has ended.
  failed,    ///< Could not be started, or died.
  ready      ///< Could go on, and waits for a core. Live: where that is longer than 0.1 ms, in a computation or after a
             ///< sleep.
};
inline constexpr std::size_t kJobStates = 9;
std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view name);
/// Whether a job in this state has a segment that is still open.
constexpr bool is_open(JobState state) {
  return (state >= JobState::queued && state <= JobState::blocked) || state == JobState::ready;
}
/// A job in this state has begun, if it has not failed before it did.
constexpr bool has_begun(JobState state) {
  return state >= JobState::running && state != JobState::ready;
}

/// A stretch of time that a job spent in one state on one lane.
struct Segment {
  LaneId lane = kNoLane;
  JobId job = kNoJob;
  JobState state = JobState::none;
  Instant begin{};
  Instant end{};

  friend bool operator==(const Segment&, const Segment&) = default;
};

/// All segments, in the order in which they ended. One column each.
class SegmentTable {
 public:
  std::size_t size() const { return begin_.size(); }
  bool empty() const { return begin_.empty(); }
  friend bool operator==(const SegmentTable&, const SegmentTable&) = default;
  void reserve(std::size_t n);
  void append(const Segment& segment) {
    lane_.push_back(segment.lane);
    job_.push_back(segment.job);
    state_.push_back(segment.state);
    begin_.push_back(segment.begin);
    end_.push_back(segment.end);
  }
  Segment operator[](std::size_t i) const { return {lane_[i], job_[i], state_[i], begin_[i], end_[i]}; }

  const Column<LaneId>& lanes() const { return lane_; }
  const Column<JobId>& jobs() const { return job_; }
  const Column<JobState>& states() const { return state_; }
  const Column<Instant>& begins() const { return begin_; }
  const Column<Instant>& ends() const { return end_; }

 private:
  Column<LaneId> lane_;
  Column<JobId> job_;
  Column<JobState> state_;
  Column<Instant> begin_;
  Column<Instant> end_;
};

/// One row per job: the state it is in (at the end of the record), since when, and its start and end lines.
/// `start_order` and `end_order` number all start and end lines of the run together, from 1, in the order in which they
/// happened; 0 where the job did not start or end. Times are kNever there.
struct JobTable {
  Column<JobState> state;
  Column<LaneId> lane;
  Column<Instant> since;
  Column<Instant> started;
  Column<Instant> ended;
  Column<std::uint32_t> start_order;
  Column<std::uint32_t> end_order;

  friend bool operator==(const JobTable&, const JobTable&) = default;
  std::size_t size() const { return state.size(); }
  void resize(std::size_t n);
};

/// A stretch of time for which a core had the same thread. Without a lane threads took turns, or stood still for a
/// quota, which the record does not tell apart.
struct Turn {
  CoreId core = 0;
  LaneId lane = kNoLane;
  Instant begin{};
  Instant end{};

  friend bool operator==(const Turn&, const Turn&) = default;
};

/// All turns, in the order in which they ended. One column each.
class TurnTable {
 public:
  std::size_t size() const { return begin_.size(); }
  bool empty() const { return begin_.empty(); }
  friend bool operator==(const TurnTable&, const TurnTable&) = default;
  void reserve(std::size_t n);
  void append(const Turn& turn) {
    core_.push_back(turn.core);
    lane_.push_back(turn.lane);
    begin_.push_back(turn.begin);
    end_.push_back(turn.end);
  }
  Turn operator[](std::size_t i) const { return {core_[i], lane_[i], begin_[i], end_[i]}; }

  const Column<CoreId>& cores() const { return core_; }
  const Column<Instant>& begins() const { return begin_; }
  const Column<Instant>& ends() const { return end_; }

 private:
  Column<CoreId> core_;
  Column<LaneId> lane_;
  Column<Instant> begin_;
  Column<Instant> end_;
};

/// What a series measures. Bytes for memory, counts for the others.
enum class SeriesKind : std::uint8_t {
  resident,      ///< Resident set of the process (RSS).
  virtual_size,  ///< Address space of the process.
  kernel_stacks,
  page_tables,
  slab,
  threads,  ///< Threads that exist, the main thread among them.
  tasks,    ///< Async tasks that exist.
  runnable  ///< Threads that run or could run.
};
inline constexpr std::size_t kSeriesKinds = 8;
std::string_view to_string(SeriesKind kind);
std::optional<SeriesKind> parse_series_kind(std::string_view name);

/// A step function: `value[i]` holds from `time[i]` until `time[i + 1]`. Times never decrease.
struct Series {
  Column<Instant> time;
  Column<double> value;

  bool empty() const { return time.empty(); }
  /// Adds a step; a step at the same time as the last one (or earlier) replaces it, an equal value is not repeated.
  void append(Instant at, double v);
  /// The value at `t`; 0 before the first step.
  double at(Instant t) const;
  /// The largest value; 0 for an empty series.
  double maximum() const;
  /// At each moment the smaller of the two; before the other begins, this one.
  Series capped_by(const Series& most) const;

  friend bool operator==(const Series&, const Series&) = default;
};

/// What the series `runnable` of a trace holds: each change, or looks that say nothing of what was in between.
enum class RunnableSeries : std::uint8_t { at_every_change, looks };

enum class MarkKind : std::uint8_t { failure, oom_kill, aborted, killed, stopped, executor_stall };
inline constexpr std::size_t kMarkKinds = 6;
std::string_view to_string(MarkKind kind);
std::optional<MarkKind> parse_mark_kind(std::string_view name);

/// Something that happened at one moment and must never be merged away: a failure point, a kill, a stall.
struct Mark {
  MarkKind kind = MarkKind::failure;
  Instant at{};
  LaneId lane = kNoLane;
  JobId job = kNoJob;
  std::string text;

  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Trace {
  SegmentTable segments;
  TurnTable turns;  ///< Which thread had which core, where the world tells.
  JobTable jobs;
  std::array<Series, kSeriesKinds> series;
  std::vector<Mark> marks;
  LaneId lanes = 1;     ///< How many lanes there are, the main thread's among them.
  CoreId cores = 0;     ///< How many cores the run may use; 0: not known.
  Instant turns_end{};  ///< Up to here the turns are recorded.
  Instant end{};        ///< When the run ended, or the newest moment in the record.
  /// The run is still going: each job in an open state has a segment from its `since` on which is not in the table yet.
  bool growing = false;

  const Series& operator[](SeriesKind kind) const { return series[static_cast<std::size_t>(kind)]; }
  Series& operator[](SeriesKind kind) { return series[static_cast<std::size_t>(kind)]; }
  friend bool operator==(const Trace&, const Trace&) = default;
};

/// "main" for lane 0, else "thread N".
std::string lane_name(LaneId lane);
/// "core N".
std::string core_name(CoreId core);

/// One line of a job log, as the article's programs print it: "start 1", "end 1".
struct LogLine {
  bool is_end = false;
  JobId job = 0;
  Instant at{};
};
/// The start and end lines in the order in which they happened.
std::vector<LogLine> job_log(const Trace& trace);

}  // namespace spawnpoint
