// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/diagnosis.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string_view>

#include "models/concurrency/join_all.hpp"
#include "models/concurrency/registry.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/concurrency/thread_pool.hpp"
#include "models/kernel/kernel.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/result/imposed_words.hpp"

namespace spawnpoint {

namespace {

// A job that holds the executor's thread for longer than this makes the others wait in a way that people notice.
constexpr Duration kStall = std::chrono::milliseconds(10);

/// "the cgroup's pids.max is 512"
std::string words_of_limit(const FailurePoint& failure, std::span<const Limit> limits) {
  const Limit* limit = find_limit(failure.limit, limits);
  if (limit == nullptr) return "which limit it was is not known";
  return fmt::format(fmt::runtime(limit->words.met), failure.value ? format_value(*limit, *failure.value) : "reached");
}

/// People count threads and jobs from 1: the one that fails comes after those that were created.
std::int64_t failing_thread(const FailurePoint& failure) {
  return failure.threads + 1;
}

/// " when it had 507 threads"; where some had ended by then, how many were started and how many were alive at most.
std::string at_threads(const RunResult& result) {
  const std::int64_t started = result.failure->threads;
  const std::int64_t alive = result.peak_threads - 1;
  if (started == 0) return "";
  if (alive <= 0 || started <= alive) return " when it had " + format_count(started, "thread");
  return fmt::format(" after it had started {}, of which at most {} were alive at once",
                     format_count(started, "thread"), format_count(alive));
}

std::string headline(const RunResult& result, std::span<const Limit> limits) {
  const FailurePoint& failure = *result.failure;
  const std::string what = words_of_limit(failure, limits);
  if (failure.cause == Cause(Signal{SIGKILL}))
    return fmt::format("The process was killed{}: {}.", at_threads(result), what);
  if (failure.cause == Cause(Signal{SIGABRT}))
    return fmt::format("The process aborted{}: {}.", at_threads(result), what);
  if (failure.cause == Cause(Errno{ENOMEM})) return fmt::format("Memory was refused{}: {}.", at_threads(result), what);
  if (ends_process(failure.cause))
    return fmt::format("The process died of {}{}: {}.", name_of(failure.cause), at_threads(result), what);
  return fmt::format("Thread {} was refused: {}.", format_count(failing_thread(failure)), what);
}

void add(Diagnosis& diagnosis, std::string text) {
  diagnosis.details.push_back(std::move(text));
}

/// Another concurrency model.
template <class Model>
void suggest(Diagnosis& diagnosis) {
  diagnosis.suggestions.push_back({std::string(Model::traits.title), std::string(Model::traits.name), {}});
}

void explain_by(Diagnosis& diagnosis, const Mechanism* mechanism) {
  if (mechanism != nullptr) diagnosis.mechanism = *mechanism;
}
void explain_by(Diagnosis& diagnosis, const ConcurrencyModel& model) {
  diagnosis.mechanism = Mechanism{model.name, model.question, model.answer};
}

void show(Diagnosis& diagnosis, const RunResult& result, Instant at, JobId job, std::string text) {
  diagnosis.evidence.push_back({std::move(text), result.world, at, job});
}

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

/// What a job takes when nothing holds it up.
Duration job_duration(const Scenario& scenario) {
  Duration sum{};
  for (const Step& step : scenario.jobs.steps) sum += step.duration.mean();
  return sum;
}

void compare_worlds(Diagnosis& diagnosis, const RunResult& modeled, const RunResult& live) {
  if (modeled.stopped || live.stopped || !live.error.empty()) return;
  const std::optional<FailurePoint>& m = modeled.failure;
  const std::optional<FailurePoint>& l = live.failure;
  if (m && l) {
    if (m->threads == l->threads && m->cause == l->cause && m->limit == l->limit) {
      add(diagnosis, fmt::format("Model and live run agree: {} threads, {}, {}.", format_count(l->threads),
                                 name_of(l->cause), l->limit));
    } else {
      add(diagnosis, fmt::format("The model says {} threads, {}, {}; the live run got {} threads, {}, {}.",
                                 format_count(m->threads), name_of(m->cause), m->limit, format_count(l->threads),
                                 name_of(l->cause), l->limit.empty() ? "limit not known" : l->limit));
    }
  } else if (m) {
    add(diagnosis, fmt::format("The model fails after {} threads ({}); the live run on this machine did not fail.",
                               format_count(m->threads), m->limit));
  } else if (l) {
    add(diagnosis, fmt::format("The live run failed after {} threads ({}); the model does not.",
                               format_count(l->threads), l->limit.empty() ? name_of(l->cause) : l->limit));
  } else {
    add(diagnosis,
        fmt::format("The model says {}, the live run took {} ({}).", format_duration(modeled.wall),
                    format_duration(live.wall), format_difference(to_seconds(live.wall), to_seconds(modeled.wall))));
  }
}

/// Which of the scenario's limits the live run had too. Those that come later than one that was met do not matter.
void tell_imposed(Diagnosis& diagnosis, const RunResult& live) {
  for (const ImposedLimit& limit : live.imposed) {
    if (limit.imposed == Imposed::not_needed) continue;
    add(diagnosis, imposed_words(limit) + '.');
  }
}

void explain_failure(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const RunResult& result,
                     std::span<const Limit> limits) {
  const FailurePoint& failure = *result.failure;
  const Limit* limit = find_limit(failure.limit, limits);
  diagnosis.broke = true;
  diagnosis.headline = headline(result, limits);
  diagnosis.where = failure.at;
  if (limit != nullptr) {
    diagnosis.mechanism = mechanism_of(*limit);
    add(diagnosis, std::string(limit->words.how));
  }
  if (!failure.message.empty()) add(diagnosis, fmt::format("The program's user sees: {}", failure.message));
  if (result.memory.resident.count > 0 && failure.threads > 0 && failure.cause == Cause(Errno{EAGAIN})) {
    add(diagnosis, fmt::format("Its {} took {} resident and {} in the kernel; the address space is {}.",
                               format_count(failure.threads, "thread"), format_bytes(result.memory.resident),
                               format_bytes(result.memory.kernel), format_bytes(result.memory.virtual_size)));
  }
  const LimitLadder ladder = limit_ladder(scenario.machine, spec.runtime, limits);
  const auto binding = std::ranges::find(ladder.rungs, limit, &LimitRung::limit);
  if (binding != ladder.rungs.end() && std::next(binding) != ladder.rungs.end()) {
    const LimitRung& next = *std::next(binding);
    add(diagnosis, fmt::format("If {} were raised, {} would be next, at {}.", limit->name, next.limit->name,
                               format_count(next.threads, "thread")));
  }
  if (binding != ladder.rungs.end() && !binding->room.empty() && binding->threads == failure.threads) {
    add(diagnosis, fmt::format("{}: {}.", limit->name, binding->room));
  }
  if (binding != ladder.rungs.end() && !binding->source.empty()) {
    add(diagnosis, fmt::format("{} is set by: {}.", limit->name, binding->source));
  }
}

void explain_executor_stall(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec,
                            const RunResult& result) {
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
    add(diagnosis, "A job that computes keeps the thread as much as one that blocks. Move the work to a thread pool.");
    suggest<concurrency::ThreadPool>(diagnosis);
    return;
  }
  add(diagnosis,
      "An async function gives its thread back only where it awaits something. A blocking call in it holds the "
      "thread, and no other job on that thread can continue.");
  add(diagnosis, "Use a timer instead of a blocking sleep: a `sleep` step in place of `block`.");
  diagnosis.suggestions.push_back(
      {"A timer instead of the blocking call",
       spec.concurrency,
       {fmt::format("jobs.steps=[{{ sleep = \"{}ns\" }}]", job_duration(scenario).count())}});
  suggest<concurrency::ThreadPerJob>(diagnosis);
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
  suggest<concurrency::JoinAll>(diagnosis);
  suggest<concurrency::ThreadPerJob>(diagnosis);
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
  const std::int64_t created_at_once = result.peak_threads - 1;
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
            "At most {} were alive at once. Starting a thread takes about {} here, so in the {} that a job lasts "
            "only about {} are started before the first ones end.",
            format_count(created_at_once, "thread"), format_duration(spawn), format_duration(each),
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
    add(diagnosis, fmt::format("They took {} resident and {} in the kernel: {} per thread.",
                               format_bytes(result.memory.resident), format_bytes(result.memory.kernel),
                               format_bytes((result.memory.resident + result.memory.kernel) / created_at_once)));
  }
}

void explain_pool(Diagnosis& diagnosis, const Scenario& scenario, const ConcurrencyModel& model,
                  const RunResult& result) {
  const std::int64_t workers = std::max<std::int64_t>(result.peak_threads - 1, 1);
  const bool at_once = scenario.jobs.arrivals.kind == Arrivals::Kind::at_once;
  const std::int64_t rounds = (result.jobs + workers - 1) / workers;
  // Where jobs come one by one there are no rounds.
  const std::string in_rounds =
      at_once && rounds > 1 ? fmt::format(": {} rounds, one after the other,", format_count(rounds)) : "";
  diagnosis.headline = fmt::format("{} on {}{} took {}.", format_count(result.jobs, "job"),
                                   format_count(workers, "worker"), in_rounds, format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto found = first_that_waited(*result.trace))
      show(diagnosis, result, result.trace->jobs.started[found->next], found->next,
           fmt::format("{} waits until {} has left its worker", job_name(found->next), job_name(found->first)));
  }
  if (has_step(scenario, JobState::waiting) || has_step(scenario, JobState::blocked)) {
    const Duration each = job_duration(scenario);
    const Duration round = result.wall / std::max<std::int64_t>(rounds, 1);
    if (at_once && round > each)
      add(diagnosis,
          fmt::format("A round took {} on average, of which a job's own waiting is {}: the rest went to starting the "
                      "workers, to late timers, and to waking the workers on the machine's cores.",
                      format_duration(round), format_duration(each)));
    add(diagnosis,
        "A pool is made for jobs that compute. A job that waits holds its worker, so the pool quickly runs out of "
        "workers while the cores have nothing to do.");
    suggest<concurrency::JoinAll>(diagnosis);
  } else {
    add(diagnosis, "Jobs that compute keep the cores busy; more workers than cores would not make them faster.");
  }
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
  if (result.completed > 1 && all_at_once && beyond > Duration::zero() && !has_step(scenario, JobState::running) &&
      scenario.jobs.arrivals.kind == Arrivals::Kind::at_once)
    add(diagnosis,
        fmt::format("On top of the {} that a job waits it took {}, {} per job: making its future, starting its "
                    "timer, waking it, and its end.",
                    format_duration(job_duration(scenario)), format_duration(beyond),
                    format_duration(beyond / result.completed)));
  if (result.peak_tasks > 1 && result.memory.resident.count > 0) {
    add(diagnosis, fmt::format("All of them together took {} of memory.", format_bytes(result.memory.resident)));
  }
}

void explain_success(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const RunResult& result,
                     std::span<const Limit> limits) {
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
      return explain_pool(diagnosis, scenario, *model, result);
    case JobsRun::as_tasks:
      if (result.jobs > 1 && result.longest_poll >= kStall)
        return explain_executor_stall(diagnosis, scenario, spec, result);
      return explain_tasks(diagnosis, scenario, *model, result);
  }
}

}  // namespace

Diagnosis diagnose(const Scenario& scenario, std::size_t run, const RunResult* modeled, const RunResult* live,
                   std::span<const Limit> limits) {
  Diagnosis diagnosis;
  const RunSpec& spec = scenario.runs.at(run);
  const bool live_ran = live != nullptr && live->error.empty();
  if (live != nullptr && !live_ran) add(diagnosis, "The live run could not start: " + live->error);
  // What the live run met is real; where it met nothing, what the model says of the scenario's machine.
  const RunResult* broke = live_ran && live->failure && live->failure->limit != limit_of(LimitKind::live_cap).name
                               ? live
                           : modeled != nullptr && modeled->failure ? modeled
                           : live_ran && live->failure              ? live
                                                                    : nullptr;
  const RunResult* ran = modeled != nullptr ? modeled : live_ran ? live : nullptr;
  if (broke != nullptr) {
    explain_failure(diagnosis, scenario, spec, *broke, limits);
  } else if (ran != nullptr) {
    explain_success(diagnosis, scenario, spec, *ran, limits);
  } else {
    diagnosis.headline = "Nothing has run.";
    return diagnosis;
  }
  // Both worlds' failures, the reported one first.
  for (const RunResult* result : {broke, broke == live ? modeled : live}) {
    if (result == nullptr || !result->failure || broke == nullptr) continue;
    const FailurePoint& failure = *result->failure;
    show(diagnosis, *result, failure.at, failure.job,
         fmt::format("{}: {} at {}", result->world == WorldKind::live ? "live" : "model",
                     failure.cause == Cause() ? "the failure" : name_of(failure.cause),
                     format_duration(failure.at.time_since_epoch())));
  }
  if (modeled != nullptr && live_ran) compare_worlds(diagnosis, *modeled, *live);
  if (live_ran) {
    tell_imposed(diagnosis, *live);
  }
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  if (diagnosis.broke && model != nullptr && model->jobs_run == JobsRun::on_own_threads) {
    suggest<concurrency::JoinAll>(diagnosis);
    diagnosis.suggestions.push_back(
        {"A pool of 8 threads", std::string(concurrency::ThreadPool::traits.name), {"threads=8"}});
  }
  return diagnosis;
}

}  // namespace spawnpoint
