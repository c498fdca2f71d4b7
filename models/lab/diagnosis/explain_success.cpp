// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "models/kernel/kernel.hpp"
#include "models/lab/diagnosis/bottleneck.hpp"
#include "models/lab/diagnosis/core_words.hpp"
#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/diagnosis/time_words.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {
namespace {

/// What differs by less is not worth a word.
constexpr double kNoticed = 0.999;

void explain_serial(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model,
                    const RunResult& result) {
  const Load load = load_of(scenario, spec, model, 1, result);
  if (result.jobs == 1) {
    diagnosis.headline = fmt::format("1 job ran in {}.", format_duration(result.wall));
    if (load.bottleneck == Bottleneck::arrivals) tell_arrivals(diagnosis, load, result, "the thread");
    if (load.bottleneck == Bottleneck::cores && load.by_quota) tell_cores(diagnosis, scenario, load, result, "");
    return;
  }
  diagnosis.headline = fmt::format("The {} ran one at a time: {} in all.", format_count(result.jobs, "job"),
                                   format_duration(result.wall));
  explain_by(diagnosis, model);
  if (result.trace) show_first(diagnosis, result, first_that_waited(*result.trace), "{} starts only when {} has ended");
  if (load.bottleneck == Bottleneck::arrivals) return tell_arrivals(diagnosis, load, result, "the thread");
  if (load.bottleneck == Bottleneck::cores && load.by_quota) tell_cores(diagnosis, scenario, load, result, "");
  tell_what_had_come(diagnosis, load, result);
  add(diagnosis, std::string(model.serial_why));
  if (model.async && !has_step(scenario, JobState::waiting))
    add(diagnosis, "These jobs never wait for a timer: on one thread no order of them is faster.");
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

/// What of the time went to starting threads, one after the other, where that is a good part of it.
void tell_starts(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const Load& load,
                 const RunResult& result, std::int64_t threads, std::string_view what) {
  constexpr double kGoodPart = 0.15;
  // What a live run's starts took is not the model's cost.
  if (result.world != WorldKind::modeled || threads < 2 || load.starting < kGoodPart) return;
  const Duration each = kernel::spawn_cost(scenario.machine, spec.runtime);
  const bool most = load.starting >= kTakesTheTime;
  std::string text =
      fmt::format("Starting the {} {}: {} of them, at about {} each.", what,
                  most ? "takes the time" : fmt::format("took {} of it", format_duration(each * threads)),
                  format_count(threads), format_duration(each));
  if (load.enough_workers) text += " More of them would take longer to start than they would save.";
  add(diagnosis, text);
}

/// Where the time went besides the jobs' own: to the starts one after the other, to the ends, and to the joining.
void tell_thread_times(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  const auto last = last_jobs(result);
  if (!last || result.completed < 2 || scenario.jobs.arrivals.kind != Arrivals::Kind::at_once) return;
  const std::optional<Instant> last_begun = last_start_begun(*result.trace);
  if (!last_begun) return;
  const Duration each = last_begun->time_since_epoch() / (result.completed - 1);
  const Duration joining = result.wall - last->ended.time_since_epoch();
  std::string text = fmt::format("The main thread started them one after the other: that took {}, {} per thread",
                                 format_duration(each * result.completed), format_duration(each));
  if (joining * 100 > result.wall)
    text += fmt::format(". After the last job's end it took {} more to join them", format_duration(joining));
  add(diagnosis, text + ".");
}

/// What the threads took, each. A stack stays until its thread is joined.
void tell_memory_of_threads(Diagnosis& diagnosis, std::int64_t alive, const RunResult& result) {
  if (result.memory.kernel.count <= 0 || alive <= 0) return;
  const std::string whole = fmt::format("The {} took {}", process_words(result), memory_taken(result));
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
  const bool by_starts = by_then > 0 && by_then < result.jobs && by_then <= 2 * alive && alive <= 2 * by_then;
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
  const Load load = load_of(scenario, spec, model, result.jobs, result);
  if (load.bottleneck == Bottleneck::arrivals) tell_arrivals(diagnosis, load, result, "");
  if (load.bottleneck == Bottleneck::cores) tell_cores(diagnosis, scenario, load, result, "threads");
  tell_last_arrival(diagnosis, load, result);
  tell_longest_job(diagnosis, scenario, load, result);
  if (load.bottleneck == Bottleneck::jobs && !load.by_longest && !has_equal_jobs(scenario))
    tell_last_job(diagnosis, result);
  if (load.bottleneck == Bottleneck::jobs) tell_starts(diagnosis, scenario, spec, load, result, result.jobs, "threads");
  tell_thread_times(diagnosis, scenario, result);
  if (alive < result.jobs && scenario.jobs.arrivals.kind == Arrivals::Kind::at_once)
    tell_few_at_once(diagnosis, scenario, spec, alive, result, limits);
  tell_memory_of_threads(diagnosis, alive, result);
}

/// How long a job holds its worker beyond its own steps, where that is a good part of it.
void tell_late_timers(Diagnosis& diagnosis, const Load& load, const RunResult& result) {
  constexpr double kGoodPart = 0.2;
  const double own = load.demand.own / static_cast<double>(std::max<std::int64_t>(result.jobs, 1));
  if (load.late < kGoodPart * (own + load.late)) return;
  add(diagnosis, fmt::format("A job's own steps take {} on average. Its timers fire late, and it has to be woken: with "
                             "that it holds its worker for {}.",
                             format_seconds(own), format_seconds(own + load.late)));
}

void tell_workers(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, std::int64_t workers,
                  const RunResult& result) {
  tell_what_had_come(diagnosis, load, result);
  // How much of a quota was used up is told by itself.
  add(diagnosis, fmt::format("The workers take the time: the jobs kept {} busy for {} of it{}.",
                             workers == 1 ? "the only one" : "all " + format_count(workers), percent(load.servers),
                             load.by_quota ? ""
                                           : fmt::format(", and the {} for {}", capacity_name(scenario.machine, load),
                                                         percent(load.computing))));
  tell_late_timers(diagnosis, load, result);
  if (load.cores < load.servers / 2 && load.demand.computing < kTakesTheTime * load.demand.own)
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
  const Load load = load_of(scenario, scenario.runs[run], model, workers, result);
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
      return tell_cores(diagnosis, scenario, load, result, "workers");
    case Bottleneck::workers:
      tell_workers(diagnosis, scenario, load, workers, result);
      if (in_rounds) tell_last_round(diagnosis, result, workers);
      return;
    case Bottleneck::executor:
    case Bottleneck::jobs:
      break;
  }
  tell_starts(diagnosis, scenario, scenario.runs[run], load, result, workers, "workers");
  tell_longest_job(diagnosis, scenario, load, result);
  tell_last_arrival(diagnosis, load, result);
  if (!in_rounds) tell_pool_end(diagnosis, result, workers);
  if (in_rounds) tell_last_round(diagnosis, result, workers);
  const bool one = result.jobs == 1;
  if (each > Duration::zero())
    add(diagnosis, fmt::format("{} takes {}{} by itself. {} kept {} busy for {} of the time, and the {} for {}.",
                               one ? "The job" : "A job", format_duration(each),
                               has_equal_jobs(scenario) ? "" : " on average", one ? "It" : "The jobs", servers,
                               percent(load.servers), capacity_name(scenario.machine, load), percent(load.computing)));
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
          "It may go on forever, or for long: in the terminal, --budget time=1h gives it an hour of computing.");
    return;
  }
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  if (model == nullptr) return;
  switch (model->jobs_run) {
    case JobsRun::one_at_a_time:
      explain_serial(diagnosis, scenario, spec, *model, result);
      break;
    case JobsRun::on_own_threads:
      explain_threads(diagnosis, scenario, spec, *model, result, limits);
      break;
    case JobsRun::in_a_pool:
      explain_pool(diagnosis, scenario, run, *model, result);
      break;
    case JobsRun::as_tasks:
      explain_tasks(diagnosis, scenario, spec, *model, result);
      break;
  }
  tell_core_use(diagnosis, scenario, result);
  tell_uncharged(diagnosis, scenario, spec, result);
}

}  // namespace spawnpoint
