// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "models/kernel/kernel.hpp"
#include "models/lab/diagnosis/demand.hpp"
#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {
namespace {

// A job that holds the executor's thread for longer than this makes the others wait in a way that people notice.
constexpr Duration kStall = std::chrono::milliseconds(10);

std::string job_name(JobId job) {
  return "job " + format_count(std::int64_t{job} + 1);
}

/// In the order in which they started: the first, and the first one that started no earlier than it ended.
struct Following {
  JobId first = kNoJob;
  JobId next = kNoJob;
};

std::optional<Following> first_that_waited(const Trace& trace) {
  const JobTable& jobs = trace.jobs;
  Following found;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (jobs.started[job] == kNever || jobs.ended[job] == kNever) continue;
    if (found.first == kNoJob || jobs.ended[job] < jobs.ended[found.first]) found.first = job;
  }
  if (found.first == kNoJob) return std::nullopt;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (jobs.started[job] == kNever || jobs.started[job] < jobs.ended[found.first]) continue;
    if (found.next == kNoJob || jobs.started[job] < jobs.started[found.next]) found.next = job;
  }
  return found.next == kNoJob ? std::nullopt : std::optional(found);
}

/// When a series is at its highest first.
std::optional<Instant> peak_of(const Trace& trace, SeriesKind kind) {
  const Series& series = trace.series[static_cast<std::size_t>(kind)];
  const auto highest = std::ranges::max_element(series.value);
  if (highest == series.value.end()) return std::nullopt;
  return series.time[static_cast<std::size_t>(highest - series.value.begin())];
}

/// A step in which a job is in state `shown`.
bool has_step(const Scenario& scenario, JobState shown) {
  return std::ranges::any_of(scenario.jobs.steps,
                             [shown](const Step& step) { return traits_of(step.kind).shown == shown; });
}

/// Every job takes the same time.
bool has_equal_jobs(const Scenario& scenario) {
  return std::ranges::all_of(scenario.jobs.steps, [](const Step& step) { return step.duration.is_constant(); });
}

/// What a job takes when nothing holds it up; on average, where jobs are not equal.
Duration job_duration(const Scenario& scenario) {
  Duration sum{};
  for (const Step& step : scenario.jobs.steps) sum += step.duration.mean();
  return sum;
}

void explain_executor_stall(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  diagnosis.headline =
      fmt::format("The executor's only thread was blocked for {} by job {}: everything behind it waited.",
                  format_duration(result.longest_poll), format_count(std::int64_t{result.longest_poll_job} + 1));
  explain_by(diagnosis, find_mechanism("blocked executor"));
  if (result.trace && result.longest_poll_job < result.trace->jobs.size()) {
    const JobTable& jobs = result.trace->jobs;
    const JobId job = result.longest_poll_job;
    if (jobs.started[job] != kNever)
      show(diagnosis, result, jobs.started[job], job, fmt::format("{} holds the executor's thread", job_name(job)));
    if (const auto found = first_that_waited(*result.trace))
      show(diagnosis, result, jobs.started[found->next], found->next,
           fmt::format("{} starts only when {} has ended", job_name(found->next), job_name(found->first)));
  }
  if (!has_step(scenario, JobState::blocked)) {
    add(diagnosis,
        "A job that computes keeps the thread as much as one that blocks. On threads of their own such jobs can use "
        "the other cores.");
    return;
  }
  add(diagnosis,
      "An async function gives its thread back only where it awaits something. A blocking call in it holds the "
      "thread, and no other job on that thread can continue.");
  add(diagnosis, "Use a timer instead of a blocking sleep: a `sleep` step in place of `block`.");
}

void explain_serial(Diagnosis& diagnosis, const ConcurrencyModel& model, const RunResult& result) {
  if (result.jobs == 1) {
    diagnosis.headline = fmt::format("1 job ran in {}.", format_duration(result.wall));
    return;
  }
  diagnosis.headline = fmt::format("The {} ran one at a time: {} in all.", format_count(result.jobs, "job"),
                                   format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto found = first_that_waited(*result.trace))
      show(diagnosis, result, result.trace->jobs.started[found->next], found->next,
           fmt::format("{} starts only when {} has ended", job_name(found->next), job_name(found->first)));
  }
  add(diagnosis, std::string(model.serial_why));
}

/// When the last job began and when the last one ended; no value where the run has no record.
struct LastJobs {
  Instant started{};
  Instant ended{};
};

std::optional<LastJobs> last_jobs(const RunResult& result) {
  if (result.trace == nullptr || result.trace->jobs.size() == 0) return std::nullopt;
  LastJobs last;
  for (const Instant at : result.trace->jobs.started)
    if (at != kNever) last.started = std::max(last.started, at);
  for (const Instant at : result.trace->jobs.ended)
    if (at != kNever) last.ended = std::max(last.ended, at);
  return last;
}

/// Where the time went besides the jobs' own: to the starts one after the other, to the ends, and to the joining.
void tell_thread_times(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  const auto last = last_jobs(result);
  if (!last || result.completed < 2 || scenario.jobs.arrivals.kind != Arrivals::Kind::at_once) return;
  const Duration creating = last->started.time_since_epoch();
  const Duration joining = result.wall - last->ended.time_since_epoch();
  std::string text = fmt::format("The main thread started them one after the other: that took {}, {} per thread",
                                 format_duration(creating), format_duration(creating / result.completed));
  if (joining * 100 > result.wall)
    text += fmt::format(". After the last job's end it took {} more to join them", format_duration(joining));
  add(diagnosis, text + ".");
}

void explain_threads(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model,
                     const RunResult& result, std::span<const Limit> limits) {
  const std::int64_t created_at_once = threads_of_jobs(result, spec);
  diagnosis.headline =
      fmt::format("{} ran on {} in {}.", format_count(result.completed, "job"),
                  result.completed == 1 ? "a thread of its own" : "threads of their own", format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto at = peak_of(*result.trace, SeriesKind::threads))
      show(diagnosis, result, *at, kNoJob,
           fmt::format("{} at once, the main thread among them", format_count(result.peak_threads, "thread")));
  }
  const Duration each = job_duration(scenario);
  const Duration spawn = kernel::spawn_cost(scenario.machine, spec.runtime);
  tell_thread_times(diagnosis, scenario, result);
  // Fewer threads at once than jobs: the first had ended before the last was started.
  if (created_at_once < result.jobs && scenario.jobs.arrivals.kind == Arrivals::Kind::at_once) {
    add(diagnosis,
        fmt::format(
            "At most {} were alive at once. Starting a thread takes about {} here, so in the {} that a job lasts{} "
            "only about {} are started before the first ones end.",
            format_count(created_at_once, "thread"), format_duration(spawn), format_duration(each),
            has_equal_jobs(scenario) ? "" : " on average",
            format_count(spawn.count() > 0 ? each / spawn : result.jobs)));
    const LimitLadder ladder = limit_ladder(scenario.machine, spec.runtime, limits);
    if (ladder.binding() != nullptr && ladder.threads < result.jobs) {
      add(diagnosis,
          fmt::format(
              "So {}, which allows {}, was never reached. Longer jobs, or a machine that starts threads faster, "
              "would reach it.",
              ladder.binding()->limit->name, format_count(ladder.threads, "thread")));
    }
  }
  if (result.memory.kernel.count > 0 && created_at_once > 0) {
    add(diagnosis,
        fmt::format("The process took {} resident, {} of them before its first job, and {} in the kernel: "
                    "{} per thread.",
                    format_bytes(result.memory.resident), format_bytes(result.base.resident),
                    format_bytes(result.memory.kernel), format_bytes(memory_of_each(result, created_at_once))));
  }
}

/// "45%"; what is nearly nothing is not nothing.
std::string percent(double part) {
  const double value = std::clamp(part, 0.0, 1.0) * 100;
  return value > 0 && value < 1 ? "less than 1%" : fmt::format("{:.0f}%", value);
}

/// What the time of a pool went to: to waiting for jobs, to the cores, or to the workers.
void tell_what_bounds_pool(Diagnosis& diagnosis, const Scenario& scenario, const Demand& demand, std::int64_t workers,
                           const RunResult& result) {
  // Nearly all of the time, as far as people are concerned.
  constexpr double kMostly = 0.9;
  const double wall = to_seconds(result.wall);
  const double busy = to_seconds(demand.own) / (static_cast<double>(workers) * wall);
  const double computing = to_seconds(demand.computing) / (static_cast<double>(scenario.machine.cpus) * wall);
  const std::string cores = format_count(scenario.machine.cpus, "core");
  const Duration after = result.wall - demand.last_arrival;
  if (demand.last_arrival.count() > 0 && to_seconds(demand.last_arrival) >= kMostly * wall) {
    add(diagnosis, fmt::format("The arrivals take the time: the last job came at {}, and {} later all were done. The "
                               "jobs kept the workers busy for {} of the time.",
                               format_duration(demand.last_arrival), format_duration(after), percent(busy)));
  } else if (computing >= kMostly) {
    add(diagnosis,
        fmt::format("The cores take the time: the jobs compute {} in all, and the {} were busy with that for "
                    "{} of the time. More workers would not make it faster.",
                    format_duration(demand.computing), cores, percent(computing)));
  } else {
    if (demand.last_arrival.count() > 0)
      add(diagnosis, fmt::format("The last job came at {}; by then the pool was so far behind that it took {} more.",
                                 format_duration(demand.last_arrival), format_duration(after)));
    add(diagnosis, fmt::format("The workers take the time: the jobs kept {} busy for {} of it, and the {} for {}.",
                               workers == 1 ? "the only one" : "all " + format_count(workers), percent(busy), cores,
                               percent(computing)));
    if (computing < kMostly / 2)
      add(diagnosis,
          "A job that waits holds its worker. The next one in the queue cannot begin, though a core is free.");
  }
}

void explain_pool(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const ConcurrencyModel& model,
                  const RunResult& result) {
  const std::int64_t workers = std::max<std::int64_t>(threads_of_run(scenario, run), 1);
  const Demand demand = demand_of(scenario);
  const std::int64_t rounds = (result.jobs + workers - 1) / workers;
  // Only equal jobs that come together and share no core go round by round.
  const bool in_rounds = scenario.jobs.arrivals.kind == Arrivals::Kind::at_once && demand.same_for_all &&
                         demand.computing.count() == 0 && rounds > 1;
  diagnosis.headline =
      fmt::format("{} on {}{} took {}.", format_count(result.jobs, "job"), format_count(workers, "worker"),
                  in_rounds ? fmt::format(": {} rounds, one after the other,", format_count(rounds)) : "",
                  format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto found = first_that_waited(*result.trace))
      show(diagnosis, result, result.trace->jobs.started[found->next], found->next,
           fmt::format("{} waits until {} has left its worker", job_name(found->next), job_name(found->first)));
  }
  if (result.wall <= Duration::zero() || result.completed < result.jobs) return;
  const Duration each = job_duration(scenario);
  const Duration round = result.wall / std::max<std::int64_t>(rounds, 1);
  if (in_rounds && round > each)
    add(diagnosis,
        fmt::format("A round took {} on average, of which a job's own waiting is {}: the rest went to starting the "
                    "workers, to late timers, and to waking the workers on the machine's cores.",
                    format_duration(round), format_duration(each)));
  tell_what_bounds_pool(diagnosis, scenario, demand, workers, result);
}

void explain_tasks(Diagnosis& diagnosis, const Scenario& scenario, const ConcurrencyModel& model,
                   const RunResult& result) {
  const bool all_at_once = result.peak_tasks >= result.completed;
  diagnosis.headline =
      all_at_once
          ? fmt::format("{} ran{} on one thread, in {}.", format_count(result.completed, "job"),
                        result.completed == 1 ? "" : " at the same time", format_duration(result.wall))
          : fmt::format("{} ran on one thread, at most {} at a time, in {}.", format_count(result.completed, "job"),
                        format_count(result.peak_tasks), format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto at = peak_of(*result.trace, SeriesKind::tasks); at && result.peak_tasks > 1)
      show(diagnosis, result, *at, kNoJob,
           fmt::format("{} at once on one thread", format_count(result.peak_tasks, "task")));
  }
  add(diagnosis,
      "A job that waits is only an entry in the executor's list of timers: it needs no thread and no stack.");
  const Duration beyond = result.wall - job_duration(scenario);
  if (result.completed > 1 && all_at_once && has_equal_jobs(scenario) && beyond > Duration::zero() &&
      !has_step(scenario, JobState::running) && scenario.jobs.arrivals.kind == Arrivals::Kind::at_once)
    add(diagnosis,
        fmt::format("On top of the {} that a job waits it took {}, {} per job: making its future, starting its "
                    "timer, waking it, and its end.",
                    format_duration(job_duration(scenario)), format_duration(beyond),
                    format_duration(beyond / result.completed)));
  if (result.peak_tasks > 1 && result.memory.resident.count > 0) {
    add(diagnosis, fmt::format("The process took {} resident, {} of them before its first job: {} per task.",
                               format_bytes(result.memory.resident), format_bytes(result.base.resident),
                               format_bytes(memory_of_each(result, result.peak_tasks))));
  }
}

}  // namespace

void explain_success(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult& result,
                     std::span<const Limit> limits) {
  const RunSpec& spec = scenario.runs[run];
  if (result.stopped) {
    diagnosis.headline = fmt::format("The run was stopped after {} of {}.", format_count(result.completed),
                                     format_count(result.jobs, "job"));
    return;
  }
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  if (model == nullptr) return;
  switch (model->jobs_run) {
    case JobsRun::one_at_a_time:
      return explain_serial(diagnosis, *model, result);
    case JobsRun::on_own_threads:
      return explain_threads(diagnosis, scenario, spec, *model, result, limits);
    case JobsRun::in_a_pool:
      return explain_pool(diagnosis, scenario, run, *model, result);
    case JobsRun::as_tasks:
      if (result.jobs > 1 && result.longest_poll >= kStall) return explain_executor_stall(diagnosis, scenario, result);
      return explain_tasks(diagnosis, scenario, *model, result);
  }
}

}  // namespace spawnpoint
