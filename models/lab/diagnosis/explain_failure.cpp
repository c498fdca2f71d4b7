// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>

#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {
namespace {

/// "the cgroup's pids.max is 512"
std::string words_of_limit(const FailurePoint& failure, std::span<const Limit> limits) {
  const Limit* limit = find_limit(failure.limit, limits);
  if (limit == nullptr && failure.cause == Cause(Signal{SIGKILL}))
    return "no limit is known to have done it; it may have been killed from outside";
  if (limit == nullptr) return "which limit it was is not known";
  if (!failure.value) return fmt::format("{} is reached", limit->name);
  return fmt::format(fmt::runtime(limit->words.met), format_value(*limit, *failure.value));
}

/// People count threads and jobs from 1: the one that fails comes after those that were created.
std::int64_t failing_thread(const FailurePoint& failure) {
  return failure.threads + 1;
}

/// " when it had 507 threads"; where some had ended by then, how many were started and how many were alive at most.
std::string at_threads(const RunResult& result) {
  // Of a thread that overflows its own stack it is that thread's number.
  if (is_of_one_thread(*result.failure)) return "";
  const std::int64_t started = result.failure->threads;
  const std::int64_t alive = threads_of_jobs(result);
  if (started == 0) return "";
  if (alive <= 0 || started <= alive) return " when it had " + format_count(started, "thread");
  return fmt::format(" after it had started {}, of which at most {} were alive at once",
                     format_count(started, "thread"), format_count(alive));
}

/// " when it had 312,000 tasks"
std::string at_tasks(const RunResult& result) {
  return result.peak_tasks > 0 ? " when it had " + format_count(result.peak_tasks, "task") : "";
}

/// A thread of the runtime's own was refused, before the first job: the program has fewer of them than it should. A
/// live run has none of them.
bool is_of_runtime(const RunSpec& spec, const RunResult& result) {
  return result.world == WorldKind::modeled && result.failure->threads == 0 &&
         result.peak_threads < spec.runtime.base_threads;
}

/// What the program itself takes, where the limit has no room even for that; empty: it is not that.
std::string taken_by_program(const RunSpec& spec, const RunResult& result, const Limit* limit) {
  const FailurePoint& failure = *result.failure;
  if (result.world != WorldKind::modeled || limit == nullptr || failure.job != kNoJob || failure.threads > 0) return "";
  const Runtime& runtime = spec.runtime;
  if (limit->kind == LimitKind::rlimit_as && failure.value < runtime.base_virtual.count)
    return format_bytes(runtime.base_virtual) + " of address space";
  if (limit->kind == LimitKind::rlimit_data && failure.value < runtime.base_data.count)
    return format_bytes(runtime.base_data) + " of data";
  return "";
}

/// `own`: see is_of_runtime.
std::string headline(const RunResult& result, bool async, bool own, std::span<const Limit> limits) {
  const FailurePoint& failure = *result.failure;
  if (failure.cause == Cause(Exception{}))
    return fmt::format("The program ended with an exception{}.", async ? at_tasks(result) : at_threads(result));
  const std::string what = words_of_limit(failure, limits);
  const std::string when = async ? at_tasks(result) : at_threads(result);
  if (failure.cause == Cause(Signal{SIGKILL})) return fmt::format("The process was killed{}: {}.", when, what);
  if (failure.cause == Cause(Signal{SIGABRT})) return fmt::format("The process aborted{}: {}.", when, what);
  if (ends_process(failure.cause))
    return fmt::format("The process died of {}{}: {}.", name_of(failure.cause), when, what);
  const bool of_memory = failure.cause == Cause(Errno{ENOMEM}) || (async && failure.cause != Cause(Errno{EAGAIN}));
  if (own && !of_memory) return fmt::format("A thread of the runtime's own was refused: {}.", what);
  std::string text = of_memory ? fmt::format("Memory was refused{}: {}.", when, what)
                               : fmt::format("Thread {} was refused: {}.", format_count(failing_thread(failure)), what);
  if (result.finished_though_refused() && failure.threads > 0)
    text += fmt::format(" The {} that had started did {}.", format_count(failure.threads, "worker"),
                        result.jobs == 1 ? "the job" : "all " + format_count(result.jobs, "job"));
  return text;
}

}  // namespace

void explain_failure(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult& result,
                     std::span<const Limit> limits) {
  const RunSpec& spec = scenario.runs[run];
  const FailurePoint& failure = *result.failure;
  const Limit* limit = find_limit(failure.limit, limits);
  diagnosis.broke = true;
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  const bool async = model != nullptr && model->async;
  const bool own = is_of_runtime(spec, result);
  const std::int64_t wanted = threads_of_run(scenario, run);
  diagnosis.headline = headline(result, async, own, limits);
  diagnosis.where = failure.at;
  diagnosis.world = result.world;
  if (own)
    add(diagnosis, fmt::format("It did not get to its first job: {} starts {} of its own before.", spec.runtime.name,
                               format_count(spec.runtime.base_threads, "thread")));
  const std::string of_program = taken_by_program(spec, result, limit);
  if (!of_program.empty())
    add(diagnosis, fmt::format("It did not get to its first job: the program itself, with {}, takes {}.",
                               spec.runtime.name, of_program));
  // How a limit works is told of threads.
  if (limit != nullptr) {
    diagnosis.mechanism = mechanism_of(*limit);
    if ((wanted > 0 || own) && of_program.empty()) add(diagnosis, std::string(limit->words.how));
  }
  if (async && result.peak_tasks > 0)
    add(diagnosis, fmt::format("A task is no thread, but it is memory: its future, its timer and what it awaits. The "
                               "process had {} resident by then, {} of it before its first job: {} per task.",
                               format_bytes(result.memory.resident), format_bytes(result.base.resident),
                               format_bytes(resident_of_each(result, tasks_when_measured(result)))));
  if (const std::string seen = format_memory_seen(result); !seen.empty())
    add(diagnosis,
        fmt::format("The memory of the {} was {}: its peak may have been higher.", process_words(result), seen));
  // Of a program that went on without the worker nobody sees that message.
  if (!failure.message.empty() && !result.finished_though_refused())
    add(diagnosis, fmt::format("The program's user sees: {}", failure.message));
  if (result.memory.resident.count > 0 && failure.threads > 0 && failure.cause == Cause(Errno{EAGAIN})) {
    const std::int64_t alive = threads_of_jobs(result);
    const std::string with = alive > 0 && alive < failure.threads
                                 ? fmt::format("With at most {} of its {} alive at once", format_count(alive),
                                               format_count(failure.threads, "thread"))
                                 : "With its " + format_count(failure.threads, "thread");
    add(diagnosis, fmt::format("{} the {} took {}; the address space was {}.", with, process_words(result),
                               memory_taken(result), format_bytes(result.memory.virtual_size)));
  }
  const LimitLadder ladder = limit_ladder(scenario.machine, spec.runtime, limits);
  const auto binding = std::ranges::find(ladder.rungs, limit, &LimitRung::limit);
  // The ladder is one of threads that are all alive: where some have ended, others may be met first, or none.
  const bool all_alive = !async && threads_of_jobs(result) >= failure.threads;
  if (all_alive && binding != ladder.rungs.end() && wanted > failure.threads) {
    const auto next = std::next(binding);
    // A run that asks for no more than the next one allows does not meet it.
    const bool meets_next = next != ladder.rungs.end() && wanted > next->threads;
    add(diagnosis,
        fmt::format("If {} were raised, {}.", name_of(*binding),
                    meets_next
                        ? fmt::format("{} would be next, at {}", name_of(*next), format_count(next->threads, "thread"))
                        : fmt::format("no other limit would keep it from its {}", format_count(wanted, "thread"))));
  }
  if (!async && binding != ladder.rungs.end() && !binding->room.empty() && binding->threads == failure.threads) {
    add(diagnosis, fmt::format("{}: {}.", name_of(*binding), binding->room));
  }
  if (binding != ladder.rungs.end() && !binding->source.empty()) {
    add(diagnosis, fmt::format("{} is set by: {}.", name_of(*binding), binding->source));
  }
}

}  // namespace spawnpoint
