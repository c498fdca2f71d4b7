// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/bottleneck.hpp"

#include <algorithm>
#include <cmath>
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

/// Whether a quota has kept the run's threads from the cores.
bool is_held_by_quota(const Machine& machine, const std::optional<double>& quota, double busy,
                      const RunResult& result) {
  if (!quota) return false;
  const double wall = to_seconds(result.wall);
  std::optional<Duration> throttled;
  if (result.real_cores) throttled = result.real_cores->throttled;
  if (result.cores) throttled = result.cores->throttled;
  if (throttled) return to_seconds(*throttled) >= kNoticed * wall;
  // Where nobody saw it: it computed about as much as the quota gives in that time, and no more.
  return busy >= kBusy * *quota * wall && least_time(machine, quota, busy) <= wall;
}

/// What so much computing takes under a quota, as a rule: a run begins in the middle of a period, and has that one's
/// time at once.
double usual_time(const Machine& machine, double computing) {
  const double each = to_seconds(*machine.limits.cpu_max);
  const double renewals = std::max(std::ceil(computing / each) - 1, 0.0);
  const double waits = renewals > 0 ? (renewals - 0.5) * to_seconds(kQuotaPeriod) : 0;
  return waits + (computing - renewals * each) / static_cast<double>(usable_cpus(machine));
}

/// A pool and what it starts from, in seconds.
struct Pool {
  double workers = 1;
  double jobs = 0;
  double start = 0;   ///< To start a worker,
  double thread = 0;  ///< and what a thread takes by itself: its first run, its end, and waking who joins it.
  bool equal_jobs = false;
};

/// Of a thread's life, what is none of its job's and none of the creator's time.
Duration own_cost(const Costs& costs) {
  return costs.thread_start.value + costs.thread_exit.value + costs.wakeup.value + 2 * costs.context_switch.value;
}

/// What a pool of another size takes at least: its workers are started one after the other, and then share the jobs.
double least_of_pool(const Pool& pool, const Load& load, double workers) {
  const double own = pool.equal_jobs ? std::ceil(pool.jobs / workers) * load.needed / pool.jobs
                                     : std::max(load.needed / workers, load.demand.longest.value_or(0));
  return pool.start * workers + own;
}

/// Whether no larger pool would be much faster than this one, as far as that is known.
bool has_enough_workers(const Pool& pool, const Load& load, double wall) {
  if (load.demand.last_arrival > Duration::zero() || pool.start <= 0 || pool.workers >= pool.jobs) return false;
  const double as_it_is = std::min(least_of_pool(pool, load, pool.workers), wall);
  // The best size by the roots of what a worker costs and what the jobs need; of equal jobs with whole rounds.
  const double best = std::sqrt(load.needed / pool.start);
  const double rounds = std::max(std::floor(pool.jobs / best), 1.0);
  for (const double size : {best, std::ceil(pool.jobs / rounds), std::ceil(pool.jobs / (rounds + 1)), pool.jobs}) {
    const double larger = std::clamp(std::ceil(size), pool.workers + 1, pool.jobs);
    if (kNotHeldUp * least_of_pool(pool, load, larger) <= as_it_is) return false;
  }
  return true;
}

/// Of a pool whose threads a quota keeps from the cores: whether enough workers would save more than another quota. By
/// what either takes alone, so only where the workers alone take nearly all of the time.
bool workers_outweigh_quota(const Pool& pool, const Load& load, const Machine& machine, double busy, double wall) {
  if (pool.workers >= pool.jobs) return false;
  const double longest = load.demand.longest.value_or(0);
  const double without_quota = least_of_pool(pool, load, pool.workers);
  constexpr double kNoLonger = 1.02;
  // It may be used up when there is nothing left to compute.
  if (wall <= kNoLonger * without_quota) return true;
  return kLonger * without_quota >= wall && std::max(usual_time(machine, busy), longest) < without_quota;
}

/// CPU time: all of it where the run has it, else what the jobs compute.
double busy_time(const Demand& demand, const RunResult& result) {
  if (result.cores) return to_seconds(result.cores->busy);
  return std::max(result.real_cores ? to_seconds(result.real_cores->busy) : 0, demand.computing);
}

/// However much was to be expected, no more was there than there is room for.
void cap(Demand& demand, double threads, double capacity, const ConcurrencyModel& model, double wall) {
  if (demand.steps_drawn) return;
  demand.computing = std::min(demand.computing, std::min(capacity, threads) * wall);
  demand.blocking = std::min(demand.blocking, threads * wall - demand.computing);
  if (!model.async) demand.own = std::min(demand.own, threads * wall);
}

/// For how long jobs held the threads, and what of it they waited for a core.
void note_held(Load& load, const Scenario& scenario, const Pool& pool, const ConcurrencyModel& model,
               const RunResult& result) {
  const double wall = to_seconds(result.wall);
  const auto timers = std::ranges::count_if(
      scenario.jobs.steps, [](const Step& step) { return traits_of(step.kind).shown != JobState::running; });
  load.late = to_seconds(kernel::late_timer_cost(scenario.machine.costs)) * static_cast<double>(timers);
  load.needed = load.demand.own + load.late * pool.jobs;
  // A task that waits leaves the executor's thread to others. A thread is held while it waits for a core, too, and
  // until its timer has fired and has woken it.
  double held = load.needed + (result.cores ? to_seconds(result.cores->waited) : 0);
  if (result.real_cores && result.real_cores->held > Duration::zero()) held = to_seconds(result.real_cores->held);
  load.servers =
      model.async ? (load.demand.computing + load.demand.blocking) / wall : std::min(held / (pool.workers * wall), 1.0);
  load.waiting = held > 0 ? std::max(held - load.needed, 0.0) / held : 0;
}

/// What starting threads has to do with the time, and what a single job has.
void note_starts(Load& load, const Pool& pool, const ConcurrencyModel& model, double wall) {
  const Demand& demand = load.demand;
  const bool starts = model.jobs_run == JobsRun::on_own_threads || model.jobs_run == JobsRun::in_a_pool;
  load.starting = starts ? pool.start * pool.workers / wall : 0;
  load.by_longest =
      demand.longest && wall <= kNotHeldUp * *demand.longest && to_seconds(demand.longest_comes) < kTakesTheTime * wall;
  const double until_last = load.starting * wall + demand.longest.value_or(0) + load.late + pool.thread;
  load.by_starts = starts && demand.longest && demand.last_arrival == Duration::zero() &&
                   (wall <= kNotHeldUp * until_last || load.starting * kLonger >= 1);
  load.enough_workers = model.jobs_run == JobsRun::in_a_pool && has_enough_workers(pool, load, wall);
}

/// Whether there was a core for each thread that could run, at all times: more cores would be of no use. A pool that
/// has as many workers as there are cores uses up both.
bool has_cores_for_all(const Load& load, const ConcurrencyModel& model, double capacity, const RunResult& result) {
  if (load.by_quota || !result.cores || static_cast<double>(result.cores->most_runnable) > capacity) return false;
  return model.jobs_run == JobsRun::on_own_threads || static_cast<double>(result.jobs) <= capacity;
}

Bottleneck bottleneck(const Load& load, const ConcurrencyModel& model, std::int64_t workers, double capacity,
                      bool workers_first, const RunResult& result) {
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
  // Other threads could not compute more either. One job computes on one core.
  if (load.by_quota && load.cores >= kBusy && (model.async ? load.computing > load.servers : !load.by_longest))
    return workers_first ? Bottleneck::workers : Bottleneck::cores;
  const double there = wall - to_seconds(demand.first_arrival);
  if (model.jobs_run == JobsRun::as_tasks && result.jobs > 1 && load.servers * wall >= kTakesTheTime * there)
    return Bottleneck::executor;
  const bool serves_few = model.jobs_run == JobsRun::in_a_pool || model.jobs_run == JobsRun::one_at_a_time;
  // Fewer workers than cores cannot keep all of those busy.
  const bool fewer = serves_few && static_cast<double>(workers) < capacity;
  // Where no thread has to wait for a core, more of them would be of no use.
  const bool wanted =
      serves_few || model.async || !result.cores || to_seconds(result.cores->waited) >= kContended * wall;
  const bool by_others = load.by_longest || load.by_starts || has_cores_for_all(load, model, capacity, result);
  if (load.cores >= kBusy && wanted && !fewer && !by_others) return Bottleneck::cores;
  // Those who wait for a core for much of their time, or are no busier than the cores, are not what is lacking.
  const bool lacking = load.waiting >= kCrowded || load.cores >= kMostly * load.servers;
  const bool could_be = !model.async && !by_others && !fewer && load.starting < kTakesTheTime;
  // A live run may share its cores with other programs.
  const bool crowded_out = result.real_cores && load.waiting >= kTakesTheTime;
  if (could_be && lacking && (load.cores >= kTakesTheTime || crowded_out)) return Bottleneck::cores;
  // More workers than cores do not make computing shorter.
  const bool more_would_help = (fewer || load.cores < kBusy) && !load.enough_workers;
  const bool held_up = load.servers >= kTakesTheTime && demand.unhindered && wall >= kLonger * *demand.unhindered;
  const bool by_one_job = demand.unhindered && wall <= kNotHeldUp * *demand.unhindered;
  if (serves_few && result.jobs > workers && !by_one_job && !load.enough_workers &&
      (load.servers >= kMostly || (more_would_help && held_up)))
    return Bottleneck::workers;
  return Bottleneck::jobs;
}

}  // namespace

Machine machine_as_met(const Machine& machine, const RunResult& result) {
  Machine met = machine;
  if (result.real_cores && result.real_cores->cpus > 0) {
    met.cpus = result.real_cores->cpus;
    met.cpuset.clear();
    met.limits.cpu_max = result.real_cores->quota;
  } else if (std::ranges::any_of(result.imposed, [](const ImposedLimit& limit) {
               return limit.limit == limit_of(LimitKind::cpu_max).name && limit.imposed == Imposed::no;
             })) {
    met.limits.cpu_max.reset();
  }
  return met;
}

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
  const Machine& machine = scenario.machine;
  const std::optional<double> quota = quota_of(machine, policy);
  load.by_quota = is_held_by_quota(machine, quota, busy_time(load.demand, result), result);
  const double capacity = load.by_quota ? *quota : static_cast<double>(usable_cpus(machine));
  const Pool pool{.workers = model.async ? 1 : static_cast<double>(std::max<std::int64_t>(workers, 1)),
                  .jobs = static_cast<double>(result.jobs),
                  .start = to_seconds(kernel::spawn_cost(machine, spec.runtime)),
                  .thread = to_seconds(own_cost(machine.costs)),
                  .equal_jobs = has_equal_jobs(scenario)};
  cap(load.demand, pool.workers, capacity, model, wall);
  const double busy = busy_time(load.demand, result);
  load.computing = load.demand.computing / (capacity * wall);
  load.cores = std::max(busy / (capacity * wall), load.computing);
  note_held(load, scenario, pool, model, result);
  note_starts(load, pool, model, wall);
  const bool workers_first =
      model.jobs_run == JobsRun::in_a_pool && load.by_quota && workers_outweigh_quota(pool, load, machine, busy, wall);
  load.bottleneck = bottleneck(load, model, workers, capacity, workers_first, result);
  return load;
}

}  // namespace spawnpoint
