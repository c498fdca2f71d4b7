// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/run_memory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/concurrency/registry.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/live/live_limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

// Of this program, measured as the peak resident memory of runs without a record, over the jobs alive at once.
constexpr std::int64_t kTaskBytes = 224;    ///< Frame, queued event, what a join keeps.
constexpr std::int64_t kThreadBytes = 768;  ///< Frames, the simulated thread, queued event.
constexpr std::int64_t kArrivalBytes = 8;   ///< Of each job, where arrivals are drawn or read.
constexpr std::int64_t kEverBytes = 96;     ///< Of each thread that ever was.
// Of each job's record, measured as the peak of runs with --csv over those without, of one and three steps. That of
// threads has their turns, and what is runnable.
constexpr std::int64_t kTaskRecordBytes = 130;
constexpr std::int64_t kThreadRecordBytes = 206;
constexpr std::int64_t kStepRecordBytes = 54;

/// Of a run of so many jobs. Where that takes long, no more than its beginning is computed: those that serve the jobs
/// are there by then, and of jobs that have a thread or a task of their own all may be alive.
std::int64_t alive(const Scenario& scenario, std::size_t run, const ConcurrencyModel& model, std::int64_t jobs) {
  constexpr std::uint64_t kMostWork = 2'000'000;
  Scenario small = scenario;
  small.jobs.count = jobs;
  RunOptions options;
  options.record = false;
  options.budget.work = kMostWork;
  const RunResult result = run_modeled(small, run, options);
  if (result.stopped && (model.jobs_run == JobsRun::as_tasks || model.jobs_run == JobsRun::on_own_threads)) return jobs;
  return std::max(result.peak_tasks, result.peak_threads);
}

}  // namespace

Bytes estimate_memory(const Scenario& scenario, std::size_t run, bool record) {
  constexpr std::int64_t kFew = 1000;
  const RunSpec& spec = scenario.runs.at(run);
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  const std::int64_t jobs = scenario.jobs.count;
  if (model == nullptr || jobs <= 2 * kFew) return {};
  const std::int64_t few = alive(scenario, run, *model, kFew);
  const std::int64_t more = alive(scenario, run, *model, 2 * kFew);
  // In a straight line: what levels off is estimated too high, which is the safe side.
  const std::int64_t slope = std::max<std::int64_t>(0, more - few);
  const double line = static_cast<double>(more) + static_cast<double>(slope) * static_cast<double>(jobs) / kFew;
  auto at_once = static_cast<std::int64_t>(std::min(line, static_cast<double>(jobs)));
  const auto steps = static_cast<std::int64_t>(scenario.jobs.steps.size());
  const std::int64_t record_bytes = (model->async ? kTaskRecordBytes : kThreadRecordBytes) + kStepRecordBytes * steps;
  Bytes memory = record ? Bytes{record_bytes} * jobs : Bytes{};
  if (scenario.jobs.arrivals.kind == Arrivals::Kind::rate || scenario.jobs.arrivals.kind == Arrivals::Kind::trace)
    memory += Bytes{kArrivalBytes * jobs};
  if (model->async) return memory + Bytes{kTaskBytes * at_once};
  const LimitLadder ladder = limit_ladder(scenario.machine, spec.runtime);
  std::int64_t ever = slope > 0 ? jobs : 0;
  // A thread for each job ends the run where the limit is; threads that come and go are not held by it.
  if (ladder.binding() != nullptr && at_once > ladder.threads) ever = at_once = ladder.threads;
  return memory + Bytes{kThreadBytes * at_once + kEverBytes * ever};
}

Bytes memory_share() {
  return live_caps(this_host().machine, Runtime{}).memory;
}

std::string memory_refusal(std::string_view who, Bytes needed, Bytes share) {
  return fmt::format("computing it would take about {}; {} may take {}, half of what is free here",
                     format_bytes(needed), who, format_bytes(share));
}

std::optional<std::string> too_large_for_memory(const Scenario& scenario, std::size_t run, bool record) {
  if (scenario.jobs.count <= kAlwaysFits) return std::nullopt;
  const Bytes needed = estimate_memory(scenario, run, record);
  const Bytes share = memory_share();
  if (needed <= share) return std::nullopt;
  return memory_refusal("it", needed, share);
}

}  // namespace spawnpoint
