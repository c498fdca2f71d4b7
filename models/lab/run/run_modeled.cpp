// SPDX-License-Identifier: GPL-3.0-or-later
// A run on the simulated kernel.
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/coroutine/frame_arena.hpp"
#include "core/simulation/simulation.hpp"
#include "models/concurrency/registry.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/run_threads.hpp"
#include "models/workload/workload.hpp"
#include "models/world/modeled_executor.hpp"
#include "models/world/modeled_threads.hpp"

namespace spawnpoint {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kEventsBetweenLooks = 16384;
constexpr Duration kProgressEvery = std::chrono::milliseconds(50);

/// Lets the simulation run until the world's program ends, which stops it. False where it was ended before. `program`
/// is the program's own resident memory.
template <class W>
bool drive(Simulation& simulation, const W& world, const Workload& work, Bytes program, const RunOptions& options) {
  auto told = Clock::now();
  while (!world.ended()) {
    if (options.stop.stop_requested() || simulation.events() >= options.most_events) return false;
    if (!simulation.run_some(kEventsBetweenLooks)) return true;
    if (options.progress && Clock::now() - told > kProgressEvery) {
      told = Clock::now();
      options.progress(Progress{.completed = world.completed(),
                                .jobs = work.count(),
                                .threads = world.peak_threads(),
                                .resident = world.peak_memory().resident - program,
                                .now = world.now().time_since_epoch()});
    }
  }
  return true;
}

/// All jobs that are there from the beginning wait for their turn from the beginning; the others from their arrival.
void queue_jobs(TraceRecorder& recorder, const Workload& work) {
  for (const JobId job : work.jobs()) recorder.enter(job, JobState::queued, 0, work.arrival(job));
}

/// The machine as the live run beside it meets it: on this host the live worker drops root's privilege.
Machine as_live(const Scenario& scenario) {
  Machine machine = scenario.machine;
  const auto& set = scenario.machine_overrides;
  if (scenario.host_machine && std::ranges::find(set, "privileged") == set.end()) machine.privileged = false;
  return machine;
}

template <class W>
void take_over(RunResult& result, const W& world) {
  result.completed = world.completed();
  result.wall = world.now().time_since_epoch();
  result.memory = world.peak_memory();
  result.failure = world.recording().failure();
}

}  // namespace

RunResult run_modeled(const Scenario& scenario, std::size_t index, const RunOptions& options) {
  const auto began = Clock::now();
  const RunSpec& spec = scenario.runs.at(index);
  RunResult result;
  result.scenario = scenario.file.empty() ? scenario.title : scenario.file;
  result.concurrency = spec.concurrency;
  result.label = spec.label;
  result.world = WorldKind::modeled;
  result.seed = scenario.seed;
  const ConcurrencyModel* model = find_concurrency_model(spec.concurrency);
  if (model == nullptr) {
    result.error = "unknown concurrency model " + spec.concurrency;
    return result;
  }

  FrameArena arena(FrameArena::Growth::quick);
  const FrameArena::Scope scope(arena);
  const Workload work(scenario.jobs, scenario.seed);
  result.jobs = work.count();
  const concurrency::Settings settings = settings_of(scenario, index);
  auto trace = std::make_shared<Trace>();
  std::optional<TraceRecorder> recorder;
  if (options.record) {
    recorder.emplace(*trace, work.count());
    queue_jobs(*recorder, work);
  }
  TraceRecorder* const record = recorder ? &*recorder : nullptr;

  const Machine machine = as_live(scenario);
  Simulation simulation;
  bool finished = false;
  if (model->async) {
    ModeledExecutor world(simulation, machine, spec.runtime, record);
    world.start(model->programs.modeled_executor(world, work, settings));
    finished = drive(simulation, world, work, spec.runtime.base_resident, options);
    world.finish();
    take_over(result, world);
    result.peak_threads = world.peak_threads();
    result.peak_tasks = world.recording().peak();
    result.longest_poll = world.longest_poll();
    result.longest_poll_job = world.longest_poll_job();
  } else {
    ModeledThreads world(simulation, machine, spec.runtime, record);
    world.start(model->programs.modeled_threads(world, work, settings));
    finished = drive(simulation, world, work, spec.runtime.base_resident, options);
    world.finish();
    take_over(result, world);
    result.peak_threads = world.peak_threads();
    result.own_threads = spec.runtime.base_threads;
    result.main_cpu = world.kernel().main_cpu();
    trace->lanes = static_cast<LaneId>(world.kernel().created() + 1);
  }
  result.stopped = !finished;
  result.base.resident = spec.runtime.base_resident;
  result.base.virtual_size = spec.runtime.base_virtual;
  result.events = simulation.events();
  if (recorder) {
    const Instant end(result.wall);
    if (result.stopped) recorder->mark(Mark{MarkKind::stopped, end, kNoLane, kNoJob, "stopped"});
    recorder->finish(end);
    result.trace = std::move(trace);
  }
  result.compute = Clock::now() - began;
  return result;
}

}  // namespace spawnpoint
