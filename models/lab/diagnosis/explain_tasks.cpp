// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/diagnosis/mechanisms.hpp"
#include "models/lab/diagnosis/time_words.hpp"
#include "models/result/format.hpp"
#include "models/workload/workload.hpp"

namespace spawnpoint {
namespace {

/// Equal jobs that come together are served in turn: the last one has nobody behind it.
bool is_followed(const Scenario& scenario, const RunResult& result) {
  return has_equal_jobs(scenario) && scenario.jobs.arrivals.kind == Arrivals::Kind::at_once &&
         result.longest_poll_job + 1 < static_cast<JobId>(result.jobs);
}

/// How many jobs were there when the one that held the thread for longest gave it back, and ended later. Nothing where
/// there is no record of it.
std::optional<std::int64_t> held_up(const Scenario& scenario, const RunResult& result) {
  const JobId holder = result.longest_poll_job;
  if (!result.trace || holder >= result.trace->jobs.size()) return std::nullopt;
  const std::optional<Instant> back = end_of_longest_hold(*result.trace, holder);
  if (!back) return std::nullopt;
  const JobTable& jobs = result.trace->jobs;
  const Workload work(scenario.jobs, scenario.seed);
  return std::ranges::count_if(work.jobs(), [&](JobId job) {
    return job != holder && job < jobs.size() && work.arrival(job) < *back && jobs.ended[job] > *back;
  });
}

/// What would give the thread back: of computing and of blocking what holds it for a good part of the time.
void tell_what_frees_executor(Diagnosis& diagnosis, const Scenario& scenario, const Demand& demand) {
  constexpr double kGoodPart = 0.1;
  const double least = kGoodPart * (demand.computing + demand.blocking);
  if (demand.computing >= least) {
    std::string text = "A job that computes keeps the thread as much as one that blocks.";
    // A quota may be no more than the one core that they have.
    if (cpu_capacity(scenario.machine) > 1) text += " On threads of their own such jobs can use the other cores.";
    add(diagnosis, text);
  }
  if (demand.blocking < least) return;
  add(diagnosis,
      "An async function gives its thread back only where it awaits something. A blocking call in it holds the "
      "thread, and no other job on that thread can continue.");
  add(diagnosis, "Use a timer instead of a blocking sleep: a \"sleep\" step in place of \"block\".");
}

/// The executor's thread was held for most of the time, by jobs that compute or block.
void explain_held_executor(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, const RunResult& result) {
  // One job held it long enough to be named.
  const bool by_one = result.longest_poll * 10 >= result.wall && result.longest_poll_job != kNoJob;
  const std::string_view what = load.demand.blocking == 0    ? "compute"
                                : load.demand.computing == 0 ? "block"
                                                             : "compute and block";
  diagnosis.headline = by_one ? fmt::format("The executor's only thread was blocked for {} by {}{}.",
                                            format_duration(result.longest_poll), format_job(result.longest_poll_job),
                                            is_followed(scenario, result) ? ": everything behind it waited" : "")
                              : fmt::format("{} took turns on the executor's only thread, in {}.",
                                            format_count(result.jobs, "job"), format_duration(result.wall));
  explain_by(diagnosis, find_mechanism("blocked executor"));
  if (by_one && result.trace && result.longest_poll_job < result.trace->jobs.size()) {
    const Instant began = result.trace->jobs.started[result.longest_poll_job];
    if (began != kNever)
      show(diagnosis, result, began, result.longest_poll_job,
           fmt::format("{} holds the executor's thread", format_job(result.longest_poll_job)));
  }
  if (result.trace)
    show_first(diagnosis, result, first_that_got_the_thread(*result.trace),
               "{} starts only when {} gives the thread back");
  add(diagnosis,
      fmt::format("The thread takes the time: the jobs {} for {} in all, which kept it busy for {} of the time.", what,
                  format_demand(load, load.demand.computing + load.demand.blocking), percent(load.servers)));
  tell_what_had_come(diagnosis, load, result);
  if (const auto others = held_up(scenario, result); by_one && others.value_or(0) > 0)
    add(diagnosis,
        fmt::format("When {} gave it back, {} had come and {} not done.", format_job(result.longest_poll_job),
                    format_count(*others, "other job"), *others == 1 ? "was" : "were"));
  tell_what_frees_executor(diagnosis, scenario, load.demand);
}

/// What the executor took besides the jobs' own waiting. Where it is a sum of many, what it is for each.
void tell_executor_times(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  constexpr std::int64_t kMany = 10'000;
  const Duration each = job_duration(scenario);
  const Duration beyond = result.wall - each;
  if (result.completed < 2 || !has_equal_jobs(scenario) || each <= Duration::zero() || beyond <= Duration::zero() ||
      has_step(scenario, JobState::running) || has_step(scenario, JobState::blocked) ||
      scenario.jobs.arrivals.kind != Arrivals::Kind::at_once)
    return;
  add(diagnosis,
      fmt::format(
          "On top of the {} that a job waits it took {}{}: making the futures, starting their timers, "
          "waking them, and their ends.",
          format_duration(each), format_duration(beyond),
          result.completed >= kMany
              ? fmt::format(", {} per job", format_seconds(to_seconds(beyond) / static_cast<double>(result.completed)))
              : ""));
}

/// What jobs did on the one thread, where it is a part of the time that counts but not most of it.
void tell_held_part(Diagnosis& diagnosis, const Load& load, const RunResult& result) {
  constexpr double kCounts = 0.05;
  if (load.servers < kCounts || load.bottleneck != Bottleneck::jobs) return;
  const std::string_view what = load.demand.blocking == 0    ? "computed on"
                                : load.demand.computing == 0 ? "blocked"
                                                             : "computed on and blocked";
  const bool one = result.jobs == 1;
  add(diagnosis, fmt::format("The {} {} the one thread for {}{}: {} of the time.", one ? "job" : "jobs", what,
                             format_demand(load, load.demand.computing + load.demand.blocking),
                             one ? "" : " in all, one after the other", percent(load.servers)));
}

}  // namespace

void explain_tasks(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model,
                   const RunResult& result) {
  const Load load = load_of(scenario, spec, model, result.jobs, result);
  if (load.bottleneck == Bottleneck::executor) return explain_held_executor(diagnosis, scenario, load, result);
  const bool at_once = scenario.jobs.arrivals.kind == Arrivals::Kind::at_once;
  const bool all = result.peak_tasks >= result.completed;
  diagnosis.headline = fmt::format(
      "{} ran{} on one thread, {}in {}.", format_count(result.completed, "job"),
      at_once && all && result.completed > 1 ? " at the same time" : "",
      at_once && !all ? fmt::format("at most {} at a time, ", format_count(result.peak_tasks)) : std::string(),
      format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto at = peak_of(*result.trace, SeriesKind::tasks); at && result.peak_tasks > 1)
      show(diagnosis, result, *at, kNoJob,
           fmt::format("{} at once on one thread", format_count(result.peak_tasks, "task")));
  }
  if (load.bottleneck == Bottleneck::arrivals) tell_arrivals(diagnosis, load, result, "the executor's thread");
  if (load.bottleneck == Bottleneck::cores) tell_cores(diagnosis, scenario, load, result, "");
  if (has_step(scenario, JobState::waiting))
    add(diagnosis,
        "A job that waits is only an entry in the executor's list of timers: it needs no thread and no stack.");
  tell_longest_job(diagnosis, scenario, load, result);
  tell_last_arrival(diagnosis, load, result);
  tell_held_part(diagnosis, load, result);
  tell_executor_times(diagnosis, scenario, result);
  if (result.peak_tasks > 1 && result.memory.resident.count > 0) {
    add(diagnosis,
        fmt::format("The {} took {} resident, {} of it before its first job: {} per task.", process_words(result),
                    format_bytes(result.memory.resident), format_bytes(result.base.resident),
                    format_bytes(resident_of_each(result, result.peak_tasks))));
  }
}

}  // namespace spawnpoint
