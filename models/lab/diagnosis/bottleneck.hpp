// SPDX-License-Identifier: GPL-3.0-or-later
// What takes a run's time: its jobs' arrivals, the one thread of its executor, the cores, the workers of its pool, or
// the jobs themselves. Told by what the jobs ask for, against what there is to serve them.
#pragma once

#include <cstdint>
#include <optional>

#include "core/units.hpp"
#include "models/concurrency/registry.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// What a scenario's jobs ask for, whoever serves them. In seconds: many long jobs are more than a Duration holds.
struct Demand {
  Duration first_arrival{};    ///< After the start,
  Duration last_arrival{};     ///< After the start; zero where all jobs come at once.
  bool arrivals_drawn = true;  ///< Else `last_arrival` is what is to be expected of a random stream.
  bool steps_drawn = true;     ///< Else these are what is to be expected of random steps:
  double own = 0;              ///< The steps of all jobs, one after the other.
  double computing = 0;        ///< The steps among them that compute,
  double blocking = 0;         ///< and those that block their thread.
  /// The least time that they can take, whoever serves them: the longest job's from its arrival on, or what the cores
  /// need. Nothing where there are too many to draw.
  std::optional<double> unhindered{};
  /// Of that, the longest job's part,
  std::optional<double> longest{};
  /// which job that is, and when it comes.
  JobId longest_job = kNoJob;
  Duration longest_comes{};
};

/// As the run draws them, with the scenario's seed; where there is much to draw, the means.
Demand demand_of(const Scenario& scenario, Policy policy);

/// The CPU time a second that a quota allows threads of this policy, where it is less than the cores have.
std::optional<double> quota_of(const Machine& machine, Policy policy);

/// The least time in which the machine can compute so much, in seconds. Of a quota, which comes at the start of each
/// period, it has some in advance.
double least_time(const Machine& machine, std::optional<double> quota, double computing);

/// The machine as a run has met it: a live one has had this machine's cpus, and the quota that was really imposed.
Machine machine_as_met(const Machine& machine, const RunResult& result);

/// A step in which a job is in state `shown`.
bool has_step(const Scenario& scenario, JobState shown);
/// Every job takes the same time.
bool has_equal_jobs(const Scenario& scenario);

/// What takes this part of the time is said to take it, where nothing else takes more.
inline constexpr double kTakesTheTime = 0.5;

enum class Bottleneck : std::uint8_t {
  arrivals,  ///< The last job came late, and what was left was hardly more than a job's own time.
  executor,  ///< Its thread was held for half of the time or more, since the first job had come.
  cores,    ///< Jobs computed on all of them for nearly all the time, and there were workers for all; or a quota allows
            ///< no more.
  workers,  ///< All were busy nearly all the time, or for half of it, and more of them would make it much shorter.
  jobs      ///< What a job takes by itself.
};

struct Load {
  Demand demand;
  double servers = 0;       ///< The part of the time for which jobs held the run's workers, or the executor's thread.
  double computing = 0;     ///< The part of the time for which jobs computed on the cores, or of what a quota allows.
  double cores = 0;         ///< The same of all that kept the cores busy: also switches, system calls, new threads.
  double waiting = 0;       ///< Of the time for which jobs held their threads, the part in which those had no core.
  double starting = 0;      ///< The part of the time that it takes to start all threads, one after the other.
  double late = 0;          ///< Seconds by which a job's timers fire late and wake it, in all.
  double needed = 0;        ///< Seconds for which jobs need their threads, in all: their steps, and late timers.
  bool by_quota = false;    ///< `cores` and `computing` are of a quota, which has kept threads from the cores.
  bool by_longest = false;  ///< The run took hardly longer than its longest job, which had come in its first half.
  bool by_starts = false;   ///< It took hardly longer than starting its threads, and then its longest job; or the
                            ///< former took nearly all of it.
  bool enough_workers = false;  ///< To start more of them takes longer than they would save.
  Bottleneck bottleneck = Bottleneck::jobs;
};

/// Of a run that did all its jobs. `workers`: how many jobs it can run at a time; for tasks of no account.
Load load_of(const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model, std::int64_t workers,
             const RunResult& result);

}  // namespace spawnpoint
