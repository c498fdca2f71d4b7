// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/diagnosis.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/concurrency/registry.hpp"
#include "models/lab/diagnosis/bottleneck.hpp"
#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/diagnosis/order_words.hpp"
#include "models/result/format.hpp"
#include "models/result/imposed_words.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {

void add(Diagnosis& diagnosis, std::string text) {
  diagnosis.details.push_back(std::move(text));
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

bool is_of_one_thread(const FailurePoint& failure) {
  const Limit* limit = find_limit(failure.limit);
  return limit != nullptr && limit->per_thread;
}

std::int64_t threads_of_jobs(const RunResult& result) {
  return std::max<std::int64_t>(result.peak_threads - result.own_threads, 0);
}

std::string_view process_words(const RunResult& result) {
  return result.world == WorldKind::live ? "live run's process" : "process";
}

std::string memory_taken(const RunResult& result) {
  std::string text = fmt::format("{} resident, {} of it before its first job", format_bytes(result.memory.resident),
                                 format_bytes(result.base.resident));
  if (result.memory.kernel > Bytes{}) text += fmt::format(", and {} in the kernel", format_bytes(result.memory.kernel));
  return text;
}

Bytes memory_of_each(const RunResult& result, std::int64_t count) {
  const MemoryUse jobs = result.jobs_memory();
  return count > 0 ? std::max(jobs.resident + jobs.kernel, Bytes{}) / count : Bytes{};
}

Bytes resident_of_each(const RunResult& result, std::int64_t count) {
  return count > 0 ? std::max(result.jobs_memory().resident, Bytes{}) / count : Bytes{};
}

std::int64_t tasks_when_measured(const RunResult& result) {
  if (!result.trace) return result.peak_tasks;
  const Series& resident = (*result.trace)[SeriesKind::resident];
  const auto highest = std::ranges::max_element(resident.value);
  if (highest == resident.value.end() || result.memory.resident > Bytes{std::llround(*highest)})
    return result.peak_tasks;
  const double tasks =
      (*result.trace)[SeriesKind::tasks].at(resident.time[static_cast<std::size_t>(highest - resident.value.begin())]);
  return tasks > 0 ? std::llround(tasks) : result.peak_tasks;
}

namespace {

/// What a failed run had by then: "511 threads, " that it had started, or "312,000 tasks, ". Which thread is the first
/// to overflow its own stack is chance, and says nothing.
std::string reached(const RunResult& result) {
  if (is_of_one_thread(*result.failure)) return {};
  const bool tasks = result.failure->threads == 0 && result.peak_tasks > 0;
  return (tasks ? format_count(result.peak_tasks, "task") : format_count(result.failure->threads, "thread")) + ", ";
}

void compare_worlds(Diagnosis& diagnosis, const RunSpec& spec, const RunResult& modeled, const RunResult& live) {
  if (modeled.stopped || live.stopped || !live.error.empty()) return;
  const std::optional<FailurePoint>& m = modeled.failure;
  const std::optional<FailurePoint>& l = live.failure;
  if (m && l) {
    if (reached(modeled) == reached(live) && m->cause == l->cause && m->limit == l->limit) {
      add(diagnosis, fmt::format("Model and live run agree: {}{}.", reached(live), format_failure(*l)));
    } else {
      add(diagnosis, fmt::format("The model says {}{}; the live run got {}{}.", reached(modeled), format_failure(*m),
                                 reached(live), format_failure(*l)));
    }
  } else if (m) {
    add(diagnosis, fmt::format("The model fails ({}{}); the live run on this machine did not fail.", reached(modeled),
                               format_failure(*m)));
  } else if (l) {
    add(diagnosis, fmt::format("The live run failed ({}{}); the model does not.", reached(live), format_failure(*l)));
  } else {
    add(diagnosis,
        fmt::format("The model says {}, the live run took {} ({}).", format_duration(modeled.wall),
                    format_duration(live.wall), format_difference(to_seconds(live.wall), to_seconds(modeled.wall))));
  }
  if (spec.runtime.base_threads > 1)
    add(diagnosis, fmt::format("The live run is a program in C++ with the stacks of {}: it has none of the {} that the "
                               "model counts for the runtime itself, nor its memory.",
                               spec.runtime.name, format_count(spec.runtime.base_threads - 1, "thread")));
}

/// Which of the scenario's limits the live run had too. Those that come later than one that was met do not matter.
void tell_imposed(Diagnosis& diagnosis, const RunResult& live) {
  for (const ImposedLimit& limit : live.imposed) {
    if (limit.imposed == Imposed::not_needed) continue;
    add(diagnosis, imposed_words(limit) + '.');
  }
}

/// The scenario with the machine that a live run has really met, and as many workers as it had.
Scenario as_met(const Scenario& scenario, std::size_t run, const RunResult& live) {
  Scenario met = scenario;
  met.runs[run].threads = settings_of(scenario, run).threads;
  met.machine = machine_as_met(scenario.machine, live);
  return met;
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
    explain_failure(diagnosis, scenario, run, *broke, limits);
  } else if (ran == live && ran != nullptr) {
    explain_success(diagnosis, as_met(scenario, run, *ran), run, *ran, limits);
  } else if (ran != nullptr) {
    explain_success(diagnosis, scenario, run, *ran, limits);
  } else {
    diagnosis.headline = "Nothing has run.";
    return diagnosis;
  }
  // Both worlds' failures, the reported one first.
  for (const RunResult* result : {broke, broke == live ? modeled : live}) {
    if (result == nullptr || !result->failure || broke == nullptr) continue;
    const FailurePoint& failure = *result->failure;
    show(diagnosis, *result, failure.at, failure.job,
         fmt::format("{}: {} at {}", short_name(result->world),
                     failure.cause == Cause() ? "the failure" : name_of(failure.cause),
                     format_duration(failure.at.time_since_epoch())));
  }
  if (modeled != nullptr && live_ran) compare_worlds(diagnosis, spec, *modeled, *live);
  if (live_ran) tell_imposed(diagnosis, *live);
  return diagnosis;
}

void tell_records(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult* modeled,
                  const RunResult* live) {
  if (const ConcurrencyModel* model = find_concurrency_model(scenario.runs.at(run).concurrency))
    tell_order(diagnosis, *model, std::array{modeled, live});
}

}  // namespace spawnpoint
