// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/bottleneck.hpp"

#include <algorithm>
#include <vector>

#include "models/kernel/kernel.hpp"
#include "models/workload/workload.hpp"

namespace spawnpoint {
namespace {

/// Drawing more would be felt by those who wait for the words: a tenth of a second.
constexpr std::int64_t kMostDrawn = 2'000'000;
/// Nearly all of the time, as far as people are concerned.
constexpr double kMostly = 0.9;
/// Cores that compute for this part of it leave little to gain: the rest is beginnings and ends.
constexpr double kBusy = 0.85;
/// Workers that are held for half of it take the time, too, where with enough of them it would be less by this factor:
/// uneven jobs, and the beginning and the end of a short run, leave some of them idle.
constexpr double kLonger = 1.25;
/// What takes no longer than this many times what its jobs take by themselves is held up by nobody.
constexpr double kNotHeldUp = 1.05;
/// A thread that is held for this part of the time makes jobs wait that could have gone on.
constexpr double kHeld = 0.5;
/// What a quota adds to a run where it is worth a word.
constexpr double kNoticed = 0.05;
/// Jobs that wait for a core for this part of the time for which they hold their threads are held up by that.
constexpr double kCrowded = 0.25;
/// So many threads that wait for a core on average are no chance.
constexpr double kContended = 0.05;

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

/// Whether somebody who serves the jobs was busy nearly all the time, and would have been for longer than the jobs took
/// to come, had they all been there from the start.
bool outlast_arrivals(const Load& load, const ConcurrencyModel& model, const RunResult& result) {
  const double wall = to_seconds(result.wall);
  const double coming = to_seconds(load.demand.last_arrival);
  const auto outlasts = [&](double busy) {
    const double last = busy * wall / static_cast<double>(std::max<std::int64_t>(result.jobs, 1));
    return busy >= kMostly && busy * wall > coming + last;
  };
  return outlasts(load.cores) || (model.jobs_run != JobsRun::on_own_threads && outlasts(load.servers));
}

Bottleneck bottleneck(const Load& load, const ConcurrencyModel& model, std::int64_t workers, double capacity,
                      const RunResult& result) {
  const Demand& demand = load.demand;
  const double wall = to_seconds(result.wall);
  const double coming = to_seconds(demand.last_arrival);
  // What the last one takes by itself.
  const double last = demand.own / static_cast<double>(std::max<std::int64_t>(result.jobs, 1));
  const bool outlasted = outlast_arrivals(load, model, result);
  const bool idle = std::max(load.servers, load.cores) < kMostly;
  if (coming > 0 && !outlasted) {
    const bool held_up_by_nobody = demand.longest && wall <= kNotHeldUp * *demand.longest;
    // A job that has been there for long takes the time itself.
    if (held_up_by_nobody && coming >= kTakesTheTime * wall)
      return load.by_longest ? Bottleneck::jobs : Bottleneck::arrivals;
    if (coming >= kMostly * wall || (idle && coming >= kTakesTheTime * wall && coming + last >= kMostly * wall))
      return Bottleneck::arrivals;
  }
  // One job computes on one core.
  const bool by_one =
      demand.longest && wall <= kNotHeldUp * *demand.longest && to_seconds(demand.longest_comes) < kTakesTheTime * wall;
  // Other threads could not compute more either.
  if (load.by_quota && load.cores >= kBusy && (model.async ? load.computing > load.servers : !by_one))
    return Bottleneck::cores;
  const double there = wall - to_seconds(demand.first_arrival);
  if (model.jobs_run == JobsRun::as_tasks && result.jobs > 1 && load.servers * wall >= kHeld * there)
    return Bottleneck::executor;
  const bool serves_few = model.jobs_run == JobsRun::in_a_pool || model.jobs_run == JobsRun::one_at_a_time;
  // Fewer workers than cores cannot keep all of those busy.
  const bool fewer = serves_few && static_cast<double>(workers) < capacity;
  // Where no thread has to wait for a core, more of them would be of no use.
  const bool wanted =
      serves_few || model.async || !result.cores || to_seconds(result.cores->waited) >= kContended * wall;
  if (load.cores >= kBusy && wanted && !fewer && !by_one) return Bottleneck::cores;
  // Those who wait for a core for much of their time, or are no busier than the cores, are not what is lacking.
  const bool lacking = load.waiting >= kCrowded || load.cores >= kMostly * load.servers;
  const bool could_be = !model.async && !by_one && !fewer && load.starting < kTakesTheTime;
  if (could_be && lacking && load.cores >= kTakesTheTime) return Bottleneck::cores;
  // More workers than cores do not make computing shorter.
  const bool more_would_help = fewer || load.cores < kBusy;
  const bool held_up =
      more_would_help && load.servers >= kTakesTheTime && demand.unhindered && wall >= kLonger * *demand.unhindered;
  const bool by_one_job = demand.unhindered && wall <= kNotHeldUp * *demand.unhindered;
  if (serves_few && result.jobs > workers && !by_one_job && (load.servers >= kMostly || held_up))
    return Bottleneck::workers;
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

std::optional<double> quota_of(const Machine& machine, Policy policy) {
  const double allowed = cpu_capacity(machine);
  if (policy != Policy::other || allowed >= static_cast<double>(usable_cpus(machine))) return std::nullopt;
  return allowed;
}

double least_time(const Machine& machine, std::optional<double> quota, double computing) {
  const double on_cores = computing / static_cast<double>(usable_cpus(machine));
  if (!quota) return on_cores;
  // Two periods' where the first one ends at once, and what each core overdraws until its next tick.
  const double in_advance = 2 * to_seconds(*machine.limits.cpu_max) +
                            static_cast<double>(usable_cpus(machine)) * to_seconds(machine.costs.tick);
  return std::max(on_cores, (computing - in_advance) / *quota);
}

Demand demand_of(const Scenario& scenario, Policy policy) {
  const Jobs& jobs = scenario.jobs;
  Demand demand;
  const bool each = jobs.count * static_cast<std::int64_t>(jobs.steps.size()) <= kMostDrawn;
  demand.steps_drawn = each || has_equal_jobs(scenario);
  demand.arrivals_drawn = jobs.arrivals.kind != Arrivals::Kind::rate || jobs.count <= kMostDrawn;
  const bool drawn = each || (jobs.arrivals.kind == Arrivals::Kind::rate && demand.arrivals_drawn);
  const Workload work(drawn ? jobs : Jobs{}, scenario.seed);
  std::vector<double> own(each ? static_cast<std::size_t>(jobs.count) : 0);
  for (std::size_t i = 0; i < jobs.steps.size(); ++i) {
    const Step& step = jobs.steps[i];
    double sum = 0;
    if (each) {
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
  if (each) {
    demand.longest = 0;
    for (const JobId job : work.jobs()) {
      const Duration comes = work.arrival(job).time_since_epoch();
      if (to_seconds(comes) + own[job] <= *demand.longest) continue;
      demand.longest = to_seconds(comes) + own[job];
      demand.longest_job = job;
      demand.longest_comes = comes;
    }
    demand.unhindered =
        std::max(*demand.longest, least_time(scenario.machine, quota_of(scenario.machine, policy), demand.computing));
  }
  if (drawn && !work.at_once()) demand.first_arrival = work.arrival(0).time_since_epoch();
  demand.last_arrival =
      drawn && !work.at_once() ? work.arrival(work.count() - 1).time_since_epoch() : last_arrival_on_average(jobs);
  return demand;
}

Load load_of(const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model, std::int64_t workers,
             const RunResult& result) {
  Load load;
  const Policy policy = spec.scheduling.policy;
  load.demand = demand_of(scenario, policy);
  const double wall = to_seconds(result.wall);
  if (wall <= 0) return load;
  Demand& demand = load.demand;
  const std::optional<double> quota = quota_of(scenario.machine, policy);
  load.by_quota = quota && (result.cores ? to_seconds(result.cores->throttled) >= kNoticed * wall
                                         // Of a live run: it has not used more than what the quota gives in the time.
                                         : demand.computing <= *quota * wall);
  const double capacity = load.by_quota ? *quota : static_cast<double>(usable_cpus(scenario.machine));
  const double threads = model.async ? 1 : static_cast<double>(std::max<std::int64_t>(workers, 1));
  if (!demand.steps_drawn) {
    // However much was to be expected, no more was there.
    demand.computing = std::min(demand.computing, std::min(capacity, threads) * wall);
    demand.blocking = std::min(demand.blocking, threads * wall - demand.computing);
    if (!model.async) demand.own = std::min(demand.own, threads * wall);
  }
  load.computing = demand.computing / (capacity * wall);
  const double busy = result.cores ? to_seconds(result.cores->busy) : demand.computing;
  load.cores = std::max(busy / (capacity * wall), load.computing);
  // A task that waits leaves the executor's thread to others. A thread is held while it waits for a core, too, and
  // until its timer has fired and has woken it.
  const double waited = result.cores ? to_seconds(result.cores->waited) : 0;
  const Costs& costs = scenario.machine.costs;
  const Duration late = costs.timer_slack.value + costs.wakeup.value + costs.context_switch.value + costs.syscall.value;
  const auto timers = std::ranges::count_if(
      scenario.jobs.steps, [](const Step& step) { return traits_of(step.kind).shown != JobState::running; });
  load.late = to_seconds(late) * static_cast<double>(timers);
  const double held = demand.own + load.late * static_cast<double>(result.jobs) + waited;
  load.servers = model.async ? (demand.computing + demand.blocking) / wall : std::min(held / (threads * wall), 1.0);
  load.waiting = held > 0 ? waited / held : 0;
  load.starting = to_seconds(kernel::spawn_cost(scenario.machine, spec.runtime)) * threads / wall;
  load.by_longest = demand.longest && result.jobs > 1 && wall <= kNotHeldUp * *demand.longest &&
                    to_seconds(demand.longest_comes) < kTakesTheTime * wall;
  load.bottleneck = bottleneck(load, model, workers, capacity, result);
  return load;
}

}  // namespace spawnpoint
