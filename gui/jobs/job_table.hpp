// SPDX-License-Identifier: GPL-3.0-or-later
// JobFigures: what a table says of each job, counted from a run's record once. JobRows: which jobs a table shows, in
// which order. Plain values, made in a background thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/trace/column.hpp"
#include "core/trace/trace_index.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {

/// A figure that a job does not have.
inline constexpr Duration kNoDuration = Duration::min();

enum class JobColumn : std::uint8_t { job, world, thread, state, arrival, start, end, delay, duration, response, late };
inline constexpr std::size_t kJobColumns = 11;

/// One world's jobs.
class JobFigures {
 public:
  /// `scenario` says how long a job's steps should take; null: not known.
  JobFigures(WorldKind world, std::shared_ptr<const Trace> trace, const Scenario* scenario);

  WorldKind world() const { return world_; }
  const Trace& trace() const { return *trace_; }
  std::size_t size() const { return trace_->jobs.size(); }

  JobState state(JobId job) const { return trace_->jobs.state[job]; }
  /// Its thread; none of a job that has not begun.
  LaneId lane(JobId job) const { return lane_having(trace_->jobs.state[job], trace_->jobs.lane[job]); }
  /// When it was there to be run; kNever where the record does not have it.
  Instant arrival(JobId job) const { return arrived_[job]; }
  Instant start(JobId job) const { return trace_->jobs.started[job]; }
  Instant end(JobId job) const { return trace_->jobs.ended[job]; }
  /// From start to end.
  Duration duration(JobId job) const;
  /// From its arrival to its start: in the queue, and while its thread was made.
  Duration delay(JobId job) const;
  /// From its arrival to its end.
  Duration response(JobId job) const;
  /// How much longer it took than its steps say.
  Duration late(JobId job) const;
  /// It is known how long the steps should take: it is not of a saved record.
  bool knows_steps() const { return !steps_.empty(); }
  /// The value in the column, as a number: times in nanoseconds. Nothing where the job does not have it.
  std::optional<std::int64_t> figure(JobId job, JobColumn column) const;

 private:
  WorldKind world_;
  std::shared_ptr<const Trace> trace_;
  Column<Instant> arrived_;
  Column<Duration> steps_;  ///< What the steps take together; one element: the same for all; none: not known.
};

/// A row of a table: a job of one of several worlds.
struct JobRow {
  std::uint32_t bits = 0;
  JobRow() = default;
  JobRow(std::size_t world, JobId job) : bits(static_cast<std::uint32_t>(world) << 31 | job) {}
  std::size_t world() const { return bits >> 31; }
  JobId job() const { return bits & 0x7FFF'FFFF; }
  friend bool operator==(JobRow, JobRow) = default;
};

using JobWorlds = std::vector<std::shared_ptr<const JobFigures>>;  ///< At most two.

struct JobOrder {
  JobColumn column = JobColumn::job;
  bool descending = false;
  friend bool operator==(const JobOrder&, const JobOrder&) = default;
};

class JobFilter;

/// The rows that pass the filter, sorted; jobs without the figure come last, equal ones keep their order. Empty where
/// it was stopped.
std::vector<JobRow> job_rows(const JobWorlds& worlds, const JobFilter& filter, JobOrder order, std::stop_token stop);

}  // namespace spawnpoint::gui
