// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep: every run at every point of a SweepPlan, modeled, on all cores. Results are gathered by index, so they do
// not depend on how many workers there are, nor on which one was when done.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/statistics/tally.hpp"
#include "models/lab/sweep/sweep_plan.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

/// How a run went, from well to worse.
enum class RunOutcome : std::uint8_t {
  well,
  refused,  ///< A pool was refused a worker, and did all jobs with those that it had.
  broken
};
RunOutcome run_outcome(const RunResult& result);

/// A search between two neighbours on an axis of whole numbers, of which one fails and the other does not.
struct EdgeSearch {
  std::size_t axis = 0;
  std::int64_t good = 0;                  ///< The axis's value that does not fail.
  std::int64_t failing = 0;               ///< The one that does.
  std::optional<std::int64_t> hint;       ///< Where the failing value is expected to begin.
  RunOutcome fails = RunOutcome::broken;  ///< What counts as failing: this, or worse.
  bool operator==(const EdgeSearch&) const = default;
};

/// One thing to compute. Tasks are numbered: first (point, run, replication), the last changing fastest; then the
/// edges.
struct SweepTask {
  std::size_t index = 0;
  std::size_t point = 0;
  std::size_t run = 0;
  std::int64_t replication = 0;
  std::optional<EdgeSearch> edge;  ///< `point` is then the failing neighbour.
};

/// The outcome of a task; for an edge the result is that of the run at `failing`.
struct SweepTaskResult {
  RunResult result;
  std::int64_t good = 0;     ///< Edges only: the last value that does not fail,
  std::int64_t failing = 0;  ///< and the first that does: its neighbour, unless the search was stopped.
};

/// All replications of one run at one point.
struct SweepCell {
  std::size_t point = 0;
  std::size_t run = 0;
  RunResult first;                ///< Replication 0, without its trace.
  std::int64_t replications = 0;  ///< Those that could be computed.
  std::int64_t failed = 0;        ///< Of them, those that met a failure point.
  bool are_alike = true;          ///< All could be computed, and have the same figures.
  Tally wall;                     ///< Seconds; of those that did not fail.
  Tally completed;
  Tally peak_threads;
  Tally resident;
  Tally virtual_size;
  Tally kernel;
};

/// Where exactly a run begins to fail, between two points.
struct SweepEdge {
  std::size_t point = 0;  ///< The failing neighbour.
  std::size_t run = 0;
  std::size_t axis = 0;
  std::int64_t good = 0;
  std::int64_t failing = 0;
  RunResult result;  ///< The run at `failing`.
};

struct SweepProgress {
  std::size_t done = 0;  ///< Tasks; edges count when they are known.
  std::size_t tasks = 0;
  double fraction = 0;                           ///< Of the work, 0 to 1.
  std::optional<std::chrono::nanoseconds> left;  ///< Real time; nothing while it is unknown.
};

struct SweepOutcome {
  std::vector<std::optional<SweepCell>> cells;  ///< By point, then run. Empty: not computed, since it was stopped.
  std::vector<SweepEdge> edges;
  bool stopped = false;
};

struct SweepOptions {
  unsigned workers = 0;         ///< Threads; 0: one per core.
  std::optional<Bytes> memory;  ///< What all workers together may take; by default half of what is free.
  std::stop_token stop;         ///< What is complete by then is kept.
  /// One call at a time, from any worker: as a cell is complete, as an edge is found, and about 10 times per second.
  std::function<void(const SweepCell&)> cell;
  std::function<void(const SweepEdge&)> edge;
  std::function<void(const SweepProgress&)> progress;
  /// Each task's result as it comes, for a journal.
  std::function<void(const SweepTask&, const SweepTaskResult&)> task;
  /// Results that are known already, by the tasks' numbers: from a journal.
  std::map<std::size_t, SweepTaskResult> known;
};

/// Computes on threads of this process. Returns when all is done, or stopped.
SweepOutcome run_sweep(const SweepPlan& plan, const SweepOptions& options);

/// Computes one task. The same answer wherever it is computed. `parts` is told how far the run is, 0 to 1.
SweepTaskResult compute(const SweepPlan& plan, const SweepTask& task, std::stop_token stop,
                        const std::function<void(double)>& parts = {});

}  // namespace spawnpoint
