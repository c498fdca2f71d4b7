// SPDX-License-Identifier: GPL-3.0-or-later
// Computing one task of a sweep: a modeled run without a record, or the search for the exact edge of failure.
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/sweep.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

RunResult run_at(const SweepPlan& plan, const SweepTask& task, const std::optional<Setting>& changed,
                 std::stop_token stop, const std::function<void(double)>& parts) {
  auto scenario = plan.at(task.point, changed);
  if (!scenario) return not_run(plan.scenario(), task.run, scenario.error());
  scenario->seed = SweepPlan::seed(*scenario, task.replication);
  RunOptions options;
  options.record = false;
  options.stop = std::move(stop);
  if (parts) {
    options.progress = [&](const Progress& progress) {
      if (progress.jobs > 0) parts(static_cast<double>(progress.completed) / static_cast<double>(progress.jobs));
    };
  }
  RunResult result = run_modeled(*scenario, task.run, options);
  // Nobody has stopped it: there is no result, now or later.
  if (result.stopped && result.stop_cause != StopCause::user)
    return not_run(*scenario, task.run, stop_words(result.stop_cause));
  result.trace.reset();
  return result;
}

/// Halves the gap until good and failing are neighbours. A hint (the job that was refused) usually is the edge itself:
/// then two runs do. Assumes one edge between the two, as any search by halves does.
SweepTaskResult find_edge(const SweepPlan& plan, const SweepTask& task, const std::stop_token& stop) {
  const EdgeSearch& edge = *task.edge;
  const std::string& key = plan.sweep().axes[edge.axis].key;
  SweepTaskResult found;
  found.good = edge.good;
  found.failing = edge.failing;
  std::optional<std::int64_t> failing_at;  // For which `found.result` holds.
  const std::int64_t step = edge.failing > edge.good ? 1 : -1;
  const auto inside = [&](std::int64_t value) {
    return (value - found.good) * step > 0 && (found.failing - value) * step > 0;
  };
  // False: stopped, or not computable; the gap stays as it is.
  const auto look = [&](std::int64_t value) {
    RunResult result = run_at(plan, task, Setting{key, std::to_string(value)}, stop, {});
    if (result.stopped || !result.error.empty()) return false;
    if (run_outcome(result) >= edge.fails) {
      found.failing = value;
      found.result = std::move(result);
      failing_at = value;
    } else {
      found.good = value;
    }
    return true;
  };
  bool goes_on = true;
  if (edge.hint && inside(*edge.hint)) goes_on = look(*edge.hint);
  // The hint holds where its neighbour on the good side does not fail.
  if (goes_on && edge.hint && found.failing == *edge.hint && inside(found.failing - step))
    goes_on = look(found.failing - step);
  while (goes_on && (found.failing - found.good) * step > 1) {
    goes_on = look(found.good + (found.failing - found.good) / 2);
  }
  if (failing_at != found.failing) {
    found.result = run_at(plan, task, Setting{key, std::to_string(found.failing)}, stop, {});
    goes_on = goes_on && !found.result.stopped;
  }
  if (!goes_on && stop.stop_requested()) found.result.stopped = true;
  return found;
}

}  // namespace

RunOutcome run_outcome(const RunResult& result) {
  if (!result.failure) return RunOutcome::well;
  return result.breaks() ? RunOutcome::broken : RunOutcome::refused;
}

SweepTaskResult compute(const SweepPlan& plan, const SweepTask& task, std::stop_token stop,
                        const std::function<void(double)>& parts) {
  if (task.edge) return find_edge(plan, task, stop);
  return {.result = run_at(plan, task, std::nullopt, std::move(stop), parts)};
}

}  // namespace spawnpoint
