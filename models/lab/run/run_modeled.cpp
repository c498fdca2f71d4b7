// SPDX-License-Identifier: GPL-3.0-or-later
// A run on the simulated kernel.
#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

#include "core/coroutine/frame_arena.hpp"
#include "core/memory/reserve.hpp"
#include "core/simulation/simulation.hpp"
#include "models/concurrency/registry.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/run_threads.hpp"
#include "models/workload/workload.hpp"
#include "models/world/modeled_executor.hpp"
#include "models/world/modeled_threads.hpp"
#include "models/world/own_memory.hpp"

namespace spawnpoint {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kEventsBetweenLooks = 16384;
/// Where work counts, as much of it may come with few events.
constexpr std::uint64_t kEventsBetweenLooksAtWork = 1024;
constexpr Duration kProgressEvery = std::chrono::milliseconds(50);

/// Looks at what a run has taken.
class BudgetWatch {
 public:
  explicit BudgetWatch(const RunOptions& options) : options_(&options) {
    if (options.budget.memory) memory_before_ = own_memory().resident;
  }

  /// The program has been made, which takes long where it has millions of tasks.
  void made() { moved_ = Clock::now(); }

  /// What is spent, if anything is. `steps` were begun and ended until now. Throws std::bad_alloc where the system has
  /// no memory left and the reserve is being used.
  StopCause spent(std::uint64_t events, std::uint64_t work, std::uint64_t steps) {
    if (MemoryReserve::taken() != reserve_taken_) throw std::bad_alloc();
    const Budget& budget = options_->budget;
    if (options_->stop.stop_requested()) return StopCause::user;
    if (events >= budget.events || work >= budget.work) return StopCause::events;
    if (budget.memory && own_memory().resident - memory_before_ > *budget.memory) return StopCause::memory;
    const auto now = Clock::now();
    if (budget.real_time) return now - began_ > *budget.real_time ? StopCause::real_time : StopCause::none;
    if (steps != steps_) {
      steps_ = steps;
      moved_ = now;
    }
    return now - moved_ > budget.idle ? StopCause::idle : StopCause::none;
  }

 private:
  const RunOptions* options_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point moved_ = began_;
  std::uint64_t steps_ = 0;
  Bytes memory_before_{};
  std::size_t reserve_taken_ = MemoryReserve::taken();
};

/// Starts the world's program and lets the simulation run until it ends, which stops it. Gives what ended it before.
/// `own_memory` is what the program has resident without its jobs.
template <class W>
StopCause drive(Simulation& simulation, W& world, Task<> program, const Workload& work, Bytes own_memory,
                const RunOptions& options) {
  BudgetWatch watch(options);
  auto told = Clock::now();
  const auto tell = [&] {
    if (!options.progress || Clock::now() - told <= kProgressEvery) return;
    told = Clock::now();
    options.progress(Progress{.completed = world.completed(),
                              .jobs = work.count(),
                              .threads = world.peak_threads(),
                              .resident = world.peak_memory().resident - own_memory,
                              .now = world.now().time_since_epoch()});
  };
  StopCause cause = StopCause::none;
  const auto must_end = [&] {
    cause = watch.spent(simulation.events(), simulation.events() + world.work(), world.recording().steps());
    return cause != StopCause::none;
  };
  if constexpr (requires { world.ask(must_end); })
    world.ask([&] {
      tell();
      return must_end();
    });
  const std::uint64_t between_looks =
      options.budget.work == UINT64_MAX ? kEventsBetweenLooks : kEventsBetweenLooksAtWork;
  world.start(std::move(program));
  watch.made();
  while (!world.ended() && cause == StopCause::none && !must_end()) {
    const std::uint64_t left =
        std::min(options.budget.events - simulation.events(), options.budget.work - simulation.events() - world.work());
    if (!simulation.run_some(std::min(between_looks, left))) {
      if (!world.ended() && cause == StopCause::none && simulation.next_event_time() == kNever)
        throw std::logic_error("nothing is left to happen, but the program has not ended");
      break;
    }
    tell();
  }
  return cause;
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
  result.peak_threads = world.peak_threads();
  result.wall = world.now().time_since_epoch();
  result.memory = world.peak_memory();
  result.failure = world.recording().failure();
}

CoreUse core_use_of(const kernel::Kernel& kernel) {
  const kernel::Scheduler& scheduler = kernel.scheduler();
  CoreUse use{.most_runnable = scheduler.most_runnable(),
              .busy = kernel.busy(),
              .waited = scheduler.waited(kernel.now()),
              .migrations = scheduler.migrations()};
  if (const auto& quota = scheduler.quota()) {
    use.throttled = quota->throttled_time(kernel.now());
    use.throttled_periods = quota->throttled_periods();
  }
  return use;
}

/// Throws what this machine could not do, or the model cannot say.
void compute(RunResult& result, const Scenario& scenario, std::size_t index, const ConcurrencyModel& model,
             const RunOptions& options) {
  const RunSpec& spec = scenario.runs[index];
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
  const kernel::Kernel::Setup setup{.scheduling = spec.scheduling, .seed = options.chance.value_or(scenario.seed)};
  Simulation simulation;
  if (model.async) {
    ModeledExecutor world(simulation, machine, spec.runtime, setup, record);
    result.stop_cause = drive(simulation, world, model.programs.modeled_executor(world, work, settings), work,
                              spec.runtime.base_resident, options);
    world.finish();
    take_over(result, world);
    result.work = simulation.events() + world.work();
    result.cores = world.core_use();
    result.peak_tasks = world.recording().peak();
    result.longest_poll = world.longest_poll();
    result.longest_poll_job = world.longest_poll_job();
  } else {
    ModeledThreads world(simulation, machine, spec.runtime, setup, record);
    result.stop_cause = drive(simulation, world, model.programs.modeled_threads(world, work, settings), work,
                              spec.runtime.base_resident, options);
    world.finish();
    take_over(result, world);
    result.work = simulation.events() + world.work();
    result.main_cpu = world.kernel().main_cpu();
    result.cores = core_use_of(world.kernel());
    trace->lanes = static_cast<LaneId>(world.kernel().created() + 1);
  }
  result.stopped = result.stop_cause != StopCause::none;
  result.own_threads = spec.runtime.base_threads;
  result.base.resident = spec.runtime.base_resident;
  result.base.virtual_size = spec.runtime.base_virtual;
  result.events = simulation.events();
  if (recorder) {
    const Instant end(result.wall);
    if (result.stopped) recorder->mark(Mark{MarkKind::stopped, end, kNoLane, kNoJob, "stopped"});
    recorder->finish(end);
    result.trace = std::move(trace);
  }
}

}  // namespace

RunResult result_before(const Scenario& scenario, std::size_t index, WorldKind world) {
  const RunSpec& spec = scenario.runs.at(index);
  RunResult result;
  result.scenario = scenario.file.empty() ? scenario.title : scenario.file;
  result.concurrency = spec.concurrency;
  result.label = spec.label;
  result.world = world;
  result.seed = scenario.seed;
  result.jobs = scenario.jobs.count;
  return result;
}

RunResult not_run(const Scenario& scenario, std::size_t index, std::string why, WorldKind world) {
  RunResult result = result_before(scenario, index, world);
  result.error = std::move(why);
  return result;
}

RunResult run_modeled(const Scenario& scenario, std::size_t index, const RunOptions& options) {
  const auto began = Clock::now();
  RunResult result = result_before(scenario, index, WorldKind::modeled);
  // Nothing of what was computed before is a result then.
  const auto give_up = [&](std::string why) { result = not_run(scenario, index, std::move(why)); };
  const std::string& concurrency = scenario.runs[index].concurrency;
  try {
    if (const ConcurrencyModel* model = find_concurrency_model(concurrency))
      compute(result, scenario, index, *model, options);
    else
      give_up("unknown concurrency model " + concurrency);
  } catch (const std::bad_alloc&) {
    give_up(kTooLittleMemory);
  } catch (const std::exception& error) {
    give_up(error.what());
  }
  result.compute = Clock::now() - began;
  return result;
}

}  // namespace spawnpoint
