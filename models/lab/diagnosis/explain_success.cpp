// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "models/kernel/kernel.hpp"
#include "models/lab/diagnosis/bottleneck.hpp"
#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {
namespace {

/// What takes at least this part of the time is what takes it.
constexpr double kHalf = 0.5;
/// What differs by less is not worth a word.
constexpr double kNoticed = 0.999;

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
  if (found.next == kNoJob) return std::nullopt;
  // One that came after the other's end has not waited for it.
  Instant came = jobs.started[found.next];
  for (std::size_t i = 0; i < trace.segments.size(); ++i)
    if (trace.segments.jobs()[i] == found.next) came = std::min(came, trace.segments.begins()[i]);
  return came < jobs.ended[found.first] ? std::optional(found) : std::nullopt;
}

/// On an executor's one thread: the first job that had come when another held it, and the one that then gave it back.
std::optional<Following> first_that_got_the_thread(const Trace& trace) {
  const JobTable& jobs = trace.jobs;
  const SegmentTable& segments = trace.segments;
  const auto holds = [&](std::size_t i) {
    return segments.states()[i] == JobState::running || segments.states()[i] == JobState::blocked;
  };
  Instant first_given = kNever;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (holds(i)) first_given = std::min(first_given, segments.ends()[i]);
  Following found;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const JobId job = segments.jobs()[i];
    if (segments.states()[i] != JobState::queued || segments.begins()[i] >= first_given) continue;
    if (jobs.started[job] == kNever || jobs.started[job] < first_given) continue;
    if (found.next == kNoJob || jobs.started[job] < jobs.started[found.next]) found.next = job;
  }
  if (found.next == kNoJob) return std::nullopt;
  // Others may have had it in between.
  Instant given{};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!holds(i) || segments.ends()[i] > jobs.started[found.next] || segments.ends()[i] < given) continue;
    given = segments.ends()[i];
    found.first = segments.jobs()[i];
  }
  return found;
}

/// When a series is at its highest first.
std::optional<Instant> peak_of(const Trace& trace, SeriesKind kind) {
  const Series& series = trace.series[static_cast<std::size_t>(kind)];
  const auto highest = std::ranges::max_element(series.value);
  if (highest == series.value.end()) return std::nullopt;
  return series.time[static_cast<std::size_t>(highest - series.value.begin())];
}

/// What a job takes when nothing holds it up; on average, where jobs are not equal.
Duration job_duration(const Scenario& scenario) {
  Duration sum{};
  for (const Step& step : scenario.jobs.steps) sum += step.duration.mean();
  return sum;
}

std::string format_seconds(double seconds) {
  return format_duration(Duration(static_cast<std::int64_t>(std::min(seconds * 1e9, 9e18))));
}

/// "45%"; what is nearly nothing is not nothing.
std::string percent(double part) {
  const double value = std::clamp(part, 0.0, 1.0) * 100;
  return value > 0 && value < 1 ? "less than 1%" : fmt::format("{:.0f}%", value);
}

/// Whoever serves them, and for what part of the time the jobs kept them busy: "the workers".
void tell_arrivals(Diagnosis& diagnosis, const Load& load, const RunResult& result, std::string_view servers) {
  if (result.jobs == 1)
    return add(diagnosis, fmt::format("The arrival takes the time: the job came at {}, and was done {} later.",
                                      format_duration(load.demand.last_arrival),
                                      format_duration(result.wall - load.demand.last_arrival)));
  std::string text =
      load.demand.arrivals_drawn
          ? fmt::format("The arrivals take the time: the last job came at {}, and {} later all were done.",
                        format_duration(load.demand.last_arrival),
                        format_duration(result.wall - load.demand.last_arrival))
          : fmt::format("The arrivals take the time: the jobs come over about {}.",
                        format_duration(load.demand.last_arrival));
  if (!servers.empty())
    text += fmt::format(" The jobs kept {} busy for {} of the time.", servers, percent(load.servers));
  add(diagnosis, text);
}

void tell_cores(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, std::string_view more) {
  add(diagnosis,
      fmt::format("The cores take the time: the jobs compute {} in all, and {} busy with that for {} of the time. "
                  "More {} would not make it faster.",
                  format_seconds(load.demand.computing),
                  usable_cpus(scenario.machine) == 1
                      ? "the only core was"
                      : fmt::format("the {} were", format_count(usable_cpus(scenario.machine), "core")),
                  percent(load.computing), more));
}

void show_first(Diagnosis& diagnosis, const RunResult& result, const std::optional<Following>& found,
                std::string_view until) {
  if (found)
    show(diagnosis, result, result.trace->jobs.started[found->next], found->next,
         fmt::format(fmt::runtime(until), job_name(found->next), job_name(found->first)));
}

/// The executor's thread was held for most of the time, by jobs that compute or block.
void explain_held_executor(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, const RunResult& result) {
  // One job held it long enough to be named.
  const bool by_one = result.longest_poll * 10 >= result.wall && result.longest_poll_job != kNoJob;
  const std::string_view what = load.demand.blocking == 0    ? "compute"
                                : load.demand.computing == 0 ? "block"
                                                             : "compute and block";
  diagnosis.headline =
      by_one
          ? fmt::format("The executor's only thread was blocked for {} by job {}: everything behind it waited.",
                        format_duration(result.longest_poll), format_count(std::int64_t{result.longest_poll_job} + 1))
          : fmt::format("{} took turns on the executor's only thread, in {}.", format_count(result.jobs, "job"),
                        format_duration(result.wall));
  explain_by(diagnosis, find_mechanism("blocked executor"));
  if (by_one && result.trace && result.longest_poll_job < result.trace->jobs.size()) {
    const Instant began = result.trace->jobs.started[result.longest_poll_job];
    if (began != kNever)
      show(diagnosis, result, began, result.longest_poll_job,
           fmt::format("{} holds the executor's thread", job_name(result.longest_poll_job)));
  }
  if (result.trace)
    show_first(diagnosis, result, first_that_got_the_thread(*result.trace),
               "{} starts only when {} gives the thread back");
  add(diagnosis,
      fmt::format("The thread takes the time: the jobs {} for {} in all, which kept it busy for {} of the time.", what,
                  format_seconds(load.demand.computing + load.demand.blocking), percent(load.servers)));
  if (load.demand.blocking == 0) {
    std::string text = "A job that computes keeps the thread as much as one that blocks.";
    if (usable_cpus(scenario.machine) > 1) text += " On threads of their own such jobs can use the other cores.";
    add(diagnosis, text);
    return;
  }
  add(diagnosis,
      "An async function gives its thread back only where it awaits something. A blocking call in it holds the "
      "thread, and no other job on that thread can continue.");
  add(diagnosis, "Use a timer instead of a blocking sleep: a `sleep` step in place of `block`.");
}

void explain_serial(Diagnosis& diagnosis, const Scenario& scenario, const ConcurrencyModel& model,
                    const RunResult& result) {
  if (result.jobs == 1) {
    diagnosis.headline = fmt::format("1 job ran in {}.", format_duration(result.wall));
    return;
  }
  diagnosis.headline = fmt::format("The {} ran one at a time: {} in all.", format_count(result.jobs, "job"),
                                   format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) show_first(diagnosis, result, first_that_waited(*result.trace), "{} starts only when {} has ended");
  const Load load = load_of(scenario, model, 1, result);
  if (load.bottleneck == Bottleneck::arrivals) return tell_arrivals(diagnosis, load, result, "the thread");
  add(diagnosis, std::string(model.serial_why));
  if (model.async && !has_step(scenario, JobState::waiting))
    add(diagnosis,
        "These jobs never wait for a timer, so the thread was busy all the time: on one thread no order of "
        "them is faster.");
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

/// Which job ended last, where what it took by itself is most of the time.
void tell_last_job(Diagnosis& diagnosis, const RunResult& result) {
  if (result.trace == nullptr) return;
  const JobTable& jobs = result.trace->jobs;
  JobId last = kNoJob;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (jobs.started[job] == kNever || jobs.ended[job] == kNever) continue;
    if (last == kNoJob || jobs.ended[job] > jobs.ended[last]) last = job;
  }
  if (last == kNoJob || result.completed < 2) return;
  const Duration own = jobs.ended[last] - jobs.started[last];
  if (to_seconds(own) < kHalf * to_seconds(result.wall)) return;
  add(diagnosis, fmt::format("The last one to end was {}: from its start to its end it took {} of the {}.",
                             job_name(last), format_duration(own), format_duration(result.wall)));
}

/// Where jobs come over a good part of the time, but take it with others.
void tell_last_arrival(Diagnosis& diagnosis, const Load& load, const RunResult& result) {
  if (load.bottleneck != Bottleneck::jobs || !load.demand.arrivals_drawn) return;
  if (to_seconds(load.demand.last_arrival) < kHalf * to_seconds(result.wall)) return;
  add(diagnosis,
      fmt::format("The last job came at {}, and {} later all were done.", format_duration(load.demand.last_arrival),
                  format_duration(result.wall - load.demand.last_arrival)));
}

/// From when on a pool had fewer jobs than workers, where that is a good part of the time.
void tell_pool_end(Diagnosis& diagnosis, const RunResult& result, std::int64_t workers) {
  constexpr double kGoodPart = 0.1;
  const auto last = last_jobs(result);
  if (!last || result.jobs <= workers || workers < 2) return;
  const Duration began = last->started.time_since_epoch();
  const Duration rest = last->ended.time_since_epoch() - began;
  if (to_seconds(rest) < kGoodPart * to_seconds(result.wall)) return;
  add(diagnosis,
      fmt::format("The last job began at {}: from then on no job was left to wait, and worker after worker had "
                  "nothing to do, for {}.",
                  format_duration(began), format_duration(rest)));
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

/// What the threads took, each. A stack stays until its thread is joined.
void tell_memory_of_threads(Diagnosis& diagnosis, std::int64_t alive, const RunResult& result) {
  if (result.memory.kernel.count <= 0 || alive <= 0) return;
  const std::string whole = fmt::format(
      "The process took {} resident, {} of it before its first job, and {} in the kernel",
      format_bytes(result.memory.resident), format_bytes(result.base.resident), format_bytes(result.memory.kernel));
  const std::int64_t started = result.completed;
  if (started <= alive)
    return add(diagnosis, fmt::format("{}: {} per thread.", whole, format_bytes(memory_of_each(result, alive))));
  add(diagnosis,
      fmt::format("{}. That is {} resident for each of the {} that were started: their stacks stay until the "
                  "main thread joins them.",
                  whole, format_bytes(result.jobs_memory().resident / started), format_count(started, "thread")));
}

/// Fewer threads at once than jobs that came together: the first had ended before the last was started.
void tell_few_at_once(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, std::int64_t alive,
                      const RunResult& result, std::span<const Limit> limits) {
  const Duration each = job_duration(scenario);
  const Duration spawn = kernel::spawn_cost(scenario.machine, spec.runtime);
  const std::int64_t by_then = spawn.count() > 0 ? std::int64_t{each / spawn} : result.jobs;
  std::string text =
      fmt::format("At most {} {} alive at once.", format_count(alive, "thread"), alive == 1 ? "was" : "were");
  // The starts explain it only where they give about that number.
  const bool by_starts = by_then > 0 && by_then <= 2 * alive && alive <= 2 * by_then;
  if (by_starts)
    text += fmt::format(
        " Starting a thread takes about {} here, so in the {} that a job lasts{} only about {} are started "
        "before the first ones end.",
        format_duration(spawn), format_duration(each), has_equal_jobs(scenario) ? "" : " on average",
        format_count(by_then));
  add(diagnosis, text);
  const LimitLadder ladder = limit_ladder(scenario.machine, spec.runtime, limits);
  if (!by_starts || ladder.binding() == nullptr || ladder.threads >= result.jobs) return;
  add(diagnosis, fmt::format("So {}, which allows {}, was never reached. Longer jobs, or a machine that starts threads "
                             "faster, would reach it.",
                             ladder.binding()->limit->name, format_count(ladder.threads, "thread")));
}

void explain_threads(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model,
                     const RunResult& result, std::span<const Limit> limits) {
  const std::int64_t alive = threads_of_jobs(result);
  diagnosis.headline =
      fmt::format("{} ran on {} in {}.", format_count(result.completed, "job"),
                  result.completed == 1 ? "a thread of its own" : "threads of their own", format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) {
    if (const auto at = peak_of(*result.trace, SeriesKind::threads))
      show(diagnosis, result, *at, kNoJob,
           fmt::format("{} at once, {} among them", format_count(result.peak_threads, "thread"),
                       own_threads_words(result.own_threads)));
  }
  const Load load = load_of(scenario, model, result.jobs, result);
  if (load.bottleneck == Bottleneck::arrivals) tell_arrivals(diagnosis, load, result, "");
  if (load.bottleneck == Bottleneck::cores) tell_cores(diagnosis, scenario, load, "threads");
  tell_last_arrival(diagnosis, load, result);
  if (load.bottleneck == Bottleneck::jobs && !has_equal_jobs(scenario)) tell_last_job(diagnosis, result);
  tell_thread_times(diagnosis, scenario, result);
  if (alive < result.jobs && scenario.jobs.arrivals.kind == Arrivals::Kind::at_once)
    tell_few_at_once(diagnosis, scenario, spec, alive, result, limits);
  tell_memory_of_threads(diagnosis, alive, result);
}

void tell_workers(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, std::int64_t workers,
                  const RunResult& result) {
  if (load.demand.last_arrival > Duration::zero() && load.demand.arrivals_drawn)
    add(diagnosis, fmt::format("The last job came at {}; what had come by then took {} more.",
                               format_duration(load.demand.last_arrival),
                               format_duration(result.wall - load.demand.last_arrival)));
  add(diagnosis, fmt::format("The workers take the time: the jobs kept {} busy for {} of it, and the {} for {}.",
                             workers == 1 ? "the only one" : "all " + format_count(workers), percent(load.servers),
                             format_count(usable_cpus(scenario.machine), "core"), percent(load.computing)));
  if (load.computing < load.servers / 2)
    add(diagnosis, "A job that waits holds its worker. The next one in the queue cannot begin, though a core is free.");
}

void tell_last_round(Diagnosis& diagnosis, const RunResult& result, std::int64_t workers) {
  if (result.jobs % workers == 0) return;
  add(diagnosis, fmt::format("In the last round only {} of the {} had a job.", format_count(result.jobs % workers),
                             format_count(workers, "worker")));
}

void explain_pool(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const ConcurrencyModel& model,
                  const RunResult& result) {
  const std::int64_t workers = std::max<std::int64_t>(threads_of_run(scenario, run), 1);
  const Load load = load_of(scenario, model, workers, result);
  const Duration each = job_duration(scenario);
  const std::int64_t rounds = (result.jobs + workers - 1) / workers;
  // Only equal jobs that come together and share no core go round by round.
  const bool in_rounds = scenario.jobs.arrivals.kind == Arrivals::Kind::at_once && has_equal_jobs(scenario) &&
                         each > Duration::zero() && load.demand.computing == 0 && rounds > 1;
  diagnosis.headline =
      fmt::format("{} on {}{} took {}.", format_count(result.jobs, "job"), format_count(workers, "worker"),
                  in_rounds ? fmt::format(": {} rounds, one after the other,", format_count(rounds)) : "",
                  format_duration(result.wall));
  const std::string_view servers = workers == 1 ? "the worker" : "the workers";
  // Why jobs queue is asked only where they do.
  if (load.bottleneck != Bottleneck::arrivals) explain_by(diagnosis, model);
  if (result.trace)
    show_first(diagnosis, result, first_that_waited(*result.trace), "{} waits until {} has left its worker");
  if (result.wall <= Duration::zero() || result.completed < result.jobs) return;
  const Duration round = result.wall / rounds;
  if (in_rounds && kNoticed * to_seconds(round) >= to_seconds(each))
    add(diagnosis,
        fmt::format("A round took {} on average, of which a job's own waiting is {}: the rest went to starting the "
                    "workers, to late timers, and to waking the workers on the machine's cores.",
                    format_duration(round), format_duration(each)));
  switch (load.bottleneck) {
    case Bottleneck::arrivals:
      return tell_arrivals(diagnosis, load, result, servers);
    case Bottleneck::cores:
      return tell_cores(diagnosis, scenario, load, "workers");
    case Bottleneck::workers:
      tell_workers(diagnosis, scenario, load, workers, result);
      if (in_rounds) tell_last_round(diagnosis, result, workers);
      return;
    case Bottleneck::executor:
    case Bottleneck::jobs:
      break;
  }
  const Duration starting = kernel::spawn_cost(scenario.machine, scenario.runs[run].runtime) * workers;
  // What a live run's starts took is not the model's cost.
  if (result.world == WorldKind::modeled && workers > 1 && to_seconds(starting) >= kHalf * to_seconds(result.wall))
    add(diagnosis, fmt::format("Starting the workers takes the time: {} of them, at about {} each.",
                               format_count(workers), format_duration(starting / workers)));
  tell_last_arrival(diagnosis, load, result);
  if (!in_rounds) tell_pool_end(diagnosis, result, workers);
  if (in_rounds) tell_last_round(diagnosis, result, workers);
  if (each > Duration::zero())
    add(diagnosis,
        fmt::format("A job takes {}{} by itself. The jobs kept {} busy for {} of the time, and the {} for {}.",
                    format_duration(each), has_equal_jobs(scenario) ? "" : " on average", servers,
                    percent(load.servers), format_count(usable_cpus(scenario.machine), "core"),
                    percent(load.computing)));
}

/// What the executor took besides the jobs' own waiting. Where it is a sum of many, what it is for each.
void tell_executor_times(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  constexpr std::int64_t kMany = 10'000;
  const Duration each = job_duration(scenario);
  const Duration beyond = result.wall - each;
  if (result.completed < 2 || !has_equal_jobs(scenario) || each <= Duration::zero() || beyond <= Duration::zero() ||
      has_step(scenario, JobState::running) || scenario.jobs.arrivals.kind != Arrivals::Kind::at_once)
    return;
  add(diagnosis,
      fmt::format(
          "On top of the {} that a job waits it took {}{}: making the futures, starting their timers, "
          "waking them, and their ends.",
          format_duration(each), format_duration(beyond),
          result.completed >= kMany ? fmt::format(", {} per job", format_duration(beyond / result.completed)) : ""));
}

void explain_tasks(Diagnosis& diagnosis, const Scenario& scenario, const ConcurrencyModel& model,
                   const RunResult& result) {
  const Load load = load_of(scenario, model, result.jobs, result);
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
  if (has_step(scenario, JobState::waiting))
    add(diagnosis,
        "A job that waits is only an entry in the executor's list of timers: it needs no thread and no stack.");
  tell_executor_times(diagnosis, scenario, result);
  if (result.peak_tasks > 1 && result.memory.resident.count > 0) {
    add(diagnosis, fmt::format("The process took {} resident, {} of it before its first job: {} per task.",
                               format_bytes(result.memory.resident), format_bytes(result.base.resident),
                               format_bytes(memory_of_each(result, result.peak_tasks))));
  }
}

/// More memory than the limit on it, and no failure: not all of it counts.
void tell_uncharged(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const RunResult& result) {
  const SizeLimit& limit = scenario.machine.limits.memory_max;
  if (!limit || result.world != WorldKind::modeled || result.memory.resident <= *limit) return;
  add(diagnosis, fmt::format("{} resident are more than memory.max, {}, and fit: of the program's own {} the group is "
                             "charged with {}. The rest are pages of files, charged to whoever read them first.",
                             format_bytes(result.memory.resident), format_bytes(*limit),
                             format_bytes(result.base.resident), format_bytes(spec.runtime.base_charged)));
}

}  // namespace

void explain_success(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult& result,
                     std::span<const Limit> limits) {
  const RunSpec& spec = scenario.runs[run];
  if (result.stopped) {
    const std::string why = stop_words(result.stop_cause);
    diagnosis.headline = fmt::format("The run was stopped after {} of {}{}.", format_count(result.completed),
                                     format_count(result.jobs, "job"), why.empty() ? "" : ": " + why);
    if (result.stop_cause == StopCause::idle)
      add(diagnosis,
          "It may go on for ever, or for long: in the terminal, `--budget time=1h` gives it an hour of computing.");
    return;
  }
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  if (model == nullptr) return;
  switch (model->jobs_run) {
    case JobsRun::one_at_a_time:
      explain_serial(diagnosis, scenario, *model, result);
      break;
    case JobsRun::on_own_threads:
      explain_threads(diagnosis, scenario, spec, *model, result, limits);
      break;
    case JobsRun::in_a_pool:
      explain_pool(diagnosis, scenario, run, *model, result);
      break;
    case JobsRun::as_tasks:
      explain_tasks(diagnosis, scenario, *model, result);
      break;
  }
  tell_uncharged(diagnosis, scenario, spec, result);
}

}  // namespace spawnpoint
