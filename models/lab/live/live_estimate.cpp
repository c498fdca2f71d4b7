// SPDX-License-Identifier: GPL-3.0-or-later
// What a live run would take, before it is made.
#include <algorithm>
#include <chrono>

#include "models/concurrency/registry.hpp"
#include "models/kernel/process_memory.hpp"
#include "models/lab/live/live_limits.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/host.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {

MemoryUse memory_of_run(const Scenario& scenario, std::size_t index, const Machine& host, std::int64_t threads) {
  const RunSpec& spec = scenario.runs.at(index);
  Machine machine = host;
  machine.limits.stack = scenario.machine.limits.stack;
  const kernel::ProcessMemory memory(machine, spec.runtime);
  const auto counts = memory.settled(threads);
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  const Bytes tasks = model != nullptr && model->async ? spec.runtime.task * scenario.jobs.count : Bytes{};
  MemoryUse use;
  use.resident = memory.resident(counts) + tasks;
  use.virtual_size = memory.virtual_size(counts) + tasks;
  use.kernel = memory.kernel_stacks(counts) + memory.page_tables(counts) + memory.slab(counts);
  return use;
}

namespace {

/// What a run's length is worth: nobody waits longer for a question.
constexpr std::chrono::milliseconds kModelPatience{1000};

/// The run's model, or as much of it as is done in time; `least`: it was not done, or was not given all jobs.
RunResult model(Scenario scenario, std::size_t index, const std::stop_token& stop, bool& least) {
  const bool shortened = scenario.jobs.count > kMostStoppable;
  scenario.jobs.count = std::min(scenario.jobs.count, kMostStoppable);
  std::stop_source enough;
  const auto began = std::chrono::steady_clock::now();
  RunOptions options;
  options.record = false;
  options.stop = enough.get_token();
  options.progress = [&](const Progress&) {
    if (stop.stop_requested() || std::chrono::steady_clock::now() - began > kModelPatience) enough.request_stop();
  };
  RunResult modeled = run_modeled(scenario, index, options);
  least = modeled.stopped || shortened || modeled.breaks();
  return modeled;
}

}  // namespace

LiveEstimate estimate_live(const Scenario& scenario, std::size_t index, const std::stop_token& stop) {
  const RunSpec& spec = scenario.runs.at(index);
  const Machine host = read_host(scenario.machine.costs);
  LiveEstimate estimate;
  // A limit of the scenario that is met before ends the run there.
  estimate.threads = threads_of_run(scenario, index);
  const auto wanted = wanted_limits(scenario, spec.runtime, host, estimate.threads, std::nullopt);
  if (wanted.threads) estimate.threads = std::min(estimate.threads, wanted.threads->room);
  estimate.memory = memory_of_run(scenario, index, host, estimate.threads);
  const auto caps = live_caps(host, spec.runtime);
  estimate.thread_cap = caps.threads;
  estimate.memory_cap = caps.memory;
  const RunResult modeled = model(scenario, index, stop, estimate.wall_is_least);
  estimate.wall = modeled.wall;
  if (modeled.breaks()) estimate.failure = format_failed_call(*modeled.failure);
  estimate.over_cap =
      estimate.threads + 1 > caps.threads || estimate.memory.resident + estimate.memory.kernel > caps.memory;
  return estimate;
}

}  // namespace spawnpoint
