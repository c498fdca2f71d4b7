// SPDX-License-Identifier: GPL-3.0-or-later
// Sleeping jobs in our executor: see sleepers.hpp.
#include "tests/bench/executor/sleepers.hpp"

#include "core/coroutine/frame_arena.hpp"
#include "core/coroutine/join_all.hpp"
#include "core/executor/executor.hpp"

using namespace spawnpoint;

namespace {

Task<> job(Executor& executor, Duration duration) {
  co_await executor.sleep_for(duration);
}

Task<> timed_job(Executor& executor, bench::Sleepers& sleepers, std::uint64_t milliseconds) {
  const auto began = bench::Clock::now();
  co_await executor.sleep_for(std::chrono::milliseconds(milliseconds));
  sleepers.woke(began, milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Sleepers sleepers(argc, argv);
  FrameArena frames(FrameArena::Growth::quick);
  const FrameArena::Scope scope(frames);
  Executor executor(sleepers.begin(), FrameArena::Growth::quick);
  const auto make = [&](std::size_t i) {
    const std::uint64_t sleep = sleepers.milliseconds(i);
    return sleepers.lateness() ? timed_job(executor, sleepers, sleep) : job(executor, std::chrono::milliseconds(sleep));
  };
  if (executor.run(join_all(sleepers.jobs(), make)) == Executor::Outcome::stalled) return 1;
  sleepers.report();
}
