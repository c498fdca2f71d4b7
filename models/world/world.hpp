// SPDX-License-Identifier: GPL-3.0-or-later
// World: where a concurrency model runs. The models are written once, as coroutines over a World; a world decides what
// it means to wait, to compute and to start a thread: for real, or on the simulated kernel.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/coroutine/task.hpp"
#include "core/trace/trace.hpp"
#include "core/units.hpp"
#include "models/machine/cause.hpp"
#include "models/machine/limit_table.hpp"
#include "models/workload/steps.hpp"

namespace spawnpoint {

/// Why a thread could not be started.
struct SpawnRefusal {
  std::string call;                   ///< The system call that failed: "mmap", "mprotect", "clone3".
  Cause cause;                        ///< What pthread_create returns.
  const Limit* limit = nullptr;       ///< The limit that refused it; null where it is not known.
  std::optional<std::int64_t> value;  ///< The limit's value, in its own unit.
  std::string message;                ///< What the program's user sees.
};

/// What every world offers. `sleep_until` and what the steps of a job do (models/workload/steps.hpp) are awaitables of
/// one type, `W::Wait`, so that a coroutine that awaits one of them in a loop needs room for only one.
///   sleep   waits on a timer and holds no thread where the world can do without;
///   block   waits and holds its thread, as a blocking call does;
///   compute uses the CPU.
/// `enter` tells the record what a job does from now on, on the calling thread's lane. `task` takes every task that is
/// to be awaited: it is counted, and costs what a task costs.
template <class W>
concept World = requires(W& world, Task<> task, JobId job, JobState state, Duration duration, Instant instant) {
  typename W::Wait;
  { world.now() } -> std::same_as<Instant>;
  { world.sleep_until(instant) } -> std::same_as<typename W::Wait>;
  { steps::perform(world, StepKind{}, duration) } -> std::same_as<typename W::Wait>;
  world.enter(job, state);
  { world.task(std::move(task)) } -> std::same_as<Task<>>;
};

/// A world with threads.
///   co_await spawn_thread(task)  -> std::expected<W::Thread, SpawnRefusal>; the thread runs the task
///   co_await join(thread)        waits for its end
///   fail(job, refusal)           tells the record that the job could not be started
///   W::Channel<T>(world)         a queue between threads: co_await send(value), co_await close(), and
///                                co_await receive() -> std::optional<T>, empty when closed and drained
template <class W>
concept ThreadWorld =
    World<W> && requires(W& world, Task<> task, typename W::Thread& thread, JobId job, SpawnRefusal refusal) {
      world.spawn_thread(std::move(task));
      world.join(thread);
      world.fail(job, refusal);
      typename W::template Channel<JobId>;
    };

}  // namespace spawnpoint
