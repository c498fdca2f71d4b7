// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/bottleneck.hpp"

#include <algorithm>
#include <vector>

#include "models/workload/workload.hpp"

namespace spawnpoint {
namespace {

/// Drawing more would be felt by those who wait for the words: some milliseconds each.
constexpr std::int64_t kMostDrawn = 100'000;
constexpr std::int64_t kMostArrivalsDrawn = 500'000;
/// Nearly all of the time, as far as people are concerned.
constexpr double kMostly = 0.9;
/// Cores that compute for this part of it leave little to gain: the rest is beginnings and ends.
constexpr double kBusy = 0.85;
/// Arrivals take the time only where they take this part of it themselves.
constexpr double kHalf = 0.5;
/// Workers that are held for half of it take the time, too, where with enough of them it would be less by this factor:
/// uneven jobs, and the beginning and the end of a short run, leave some of them idle.
constexpr double kLonger = 1.25;
/// What takes no longer than this many times what its jobs take by themselves is held up by nobody.
constexpr double kNotHeldUp = 1.05;
/// A thread that is held for this part of the time makes jobs wait that could have gone on.
constexpr double kHeld = 0.5;

Duration last_arrival_on_average(const Jobs& jobs) {
  switch (jobs.arrivals.kind) {
    case Arrivals::Kind::at_once:
      return {};
    case Arrivals::Kind::every:
      return jobs.arrivals.every * (jobs.count - 1);
    case Arrivals::Kind::rate:
      return Duration(static_cast<std::int64_t>(1e9 * static_cast<double>(jobs.count) / jobs.arrivals.rate_per_second));
    case Arrivals::Kind::trace:
      return jobs.arrivals.times.at(std::min(static_cast<std::size_t>(jobs.count), jobs.arrivals.times.size()) - 1);
  }
  return {};
}

Bottleneck bottleneck(const Load& load, const ConcurrencyModel& model, std::int64_t workers, std::int64_t cpus,
                      const RunResult& result) {
  const double wall = to_seconds(result.wall);
  const double coming = to_seconds(load.demand.last_arrival);
  // What the last one takes by itself.
  const double last = load.demand.own / static_cast<double>(std::max<std::int64_t>(result.jobs, 1));
  const bool held_up_by_nobody = load.demand.longest && wall <= kNotHeldUp * *load.demand.longest;
  if (coming >= kHalf * wall && held_up_by_nobody) return Bottleneck::arrivals;
  const double busiest = std::max(load.servers, load.computing);
  const bool idle = busiest < kMostly;
  // Had all jobs been there from the start, those who serve them would still have been at it after the last came.
  const bool outlasted = !idle && busiest * wall > coming + last;
  const bool mostly = coming >= kMostly * wall || (idle && coming >= kHalf * wall && coming + last >= kMostly * wall);
  if (coming > 0 && mostly && !outlasted) return Bottleneck::arrivals;
  const double there = wall - to_seconds(load.demand.first_arrival);
  if (model.jobs_run == JobsRun::as_tasks && result.jobs > 1 && load.servers * wall >= kHeld * there)
    return Bottleneck::executor;
  const bool serves_few = model.jobs_run == JobsRun::in_a_pool || model.jobs_run == JobsRun::one_at_a_time;
  // Fewer workers than cores cannot keep all of those busy.
  const bool fewer = serves_few && workers < cpus;
  if (load.computing >= kBusy && !fewer) return Bottleneck::cores;
  // More workers than cores do not make computing shorter.
  const bool more_would_help = fewer || load.demand.computing < kHalf * load.demand.own;
  const bool held_up =
      more_would_help && load.demand.unhindered && load.servers >= kHalf && wall >= kLonger * *load.demand.unhindered;
  if (serves_few && result.jobs > workers && (load.servers >= kMostly || held_up)) return Bottleneck::workers;
  return Bottleneck::jobs;
}

}  // namespace

bool has_step(const Scenario& scenario, JobState shown) {
  return std::ranges::any_of(scenario.jobs.steps,
                             [shown](const Step& step) { return traits_of(step.kind).shown == shown; });
}

bool has_equal_jobs(const Scenario& scenario) {
  return std::ranges::all_of(scenario.jobs.steps, [](const Step& step) { return step.duration.is_constant(); });
}

Demand demand_of(const Scenario& scenario) {
  const Jobs& jobs = scenario.jobs;
  Demand demand;
  const bool steps_drawn = jobs.count * static_cast<std::int64_t>(jobs.steps.size()) <= kMostDrawn;
  demand.arrivals_drawn = jobs.arrivals.kind != Arrivals::Kind::rate || jobs.count <= kMostArrivalsDrawn;
  const bool drawn = steps_drawn || (jobs.arrivals.kind == Arrivals::Kind::rate && demand.arrivals_drawn);
  const Workload work(drawn ? jobs : Jobs{}, scenario.seed);
  std::vector<double> own(steps_drawn ? static_cast<std::size_t>(jobs.count) : 0);
  for (std::size_t i = 0; i < jobs.steps.size(); ++i) {
    const Step& step = jobs.steps[i];
    double sum = 0;
    if (steps_drawn) {
      for (const JobId job : work.jobs()) {
        const double seconds = to_seconds(work.duration(job, i));
        own[job] += seconds;
        sum += seconds;
      }
    } else {
      sum = to_seconds(step.duration.mean()) * static_cast<double>(jobs.count);
    }
    demand.own += sum;
    if (traits_of(step.kind).shown == JobState::running) demand.computing += sum;
    if (traits_of(step.kind).shown == JobState::blocked) demand.blocking += sum;
  }
  if (steps_drawn) {
    demand.longest = 0;
    for (const JobId job : work.jobs())
      demand.longest = std::max(*demand.longest, to_seconds(work.arrival(job).time_since_epoch()) + own[job]);
    demand.unhindered = std::max(*demand.longest, demand.computing / cpu_capacity(scenario.machine));
  }
  if (drawn && !work.at_once()) demand.first_arrival = work.arrival(0).time_since_epoch();
  demand.last_arrival =
      drawn && !work.at_once() ? work.arrival(work.count() - 1).time_since_epoch() : last_arrival_on_average(jobs);
  return demand;
}

Load load_of(const Scenario& scenario, const ConcurrencyModel& model, std::int64_t workers, const RunResult& result) {
  Load load;
  load.demand = demand_of(scenario);
  const double wall = to_seconds(result.wall);
  if (wall <= 0) return load;
  const Demand& demand = load.demand;
  // A task that waits leaves the executor's thread to others.
  load.servers = model.async ? (demand.computing + demand.blocking) / wall
                             : demand.own / (static_cast<double>(std::max<std::int64_t>(workers, 1)) * wall);
  load.computing = demand.computing / (cpu_capacity(scenario.machine) * wall);
  load.bottleneck = bottleneck(load, model, workers, usable_cpus(scenario.machine), result);
  return load;
}

}  // namespace spawnpoint
