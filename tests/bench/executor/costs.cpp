// SPDX-License-Identifier: GPL-3.0-or-later
// What one operation of the executor costs while N jobs are alive: spawn, timers of one and of many durations, yield,
// and wakes. Google Benchmark; N from 10^3 to 10^7.
//
// A program that keeps running has its memory: the first run of each size, in which the system clears fresh pages, is
// not counted. Small sizes are run so often that it would not show; of large ones it would be the only run.
#include <benchmark/benchmark.h>

#include <vector>

#include "core/coroutine/frame_arena.hpp"
#include "core/coroutine/join_all.hpp"
#include "core/executor/executor.hpp"
#include "core/memory/spare_memory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

Task<> nothing() {
  co_return;
}
Task<> yield_once(Executor& executor) {
  co_await executor.yield();
}
Task<> sleep_once(Executor& executor, Duration duration) {
  co_await executor.sleep_for(duration);
}
Task<> wait_for_wake(Executor& executor, std::vector<Waker>& wakers) {
  co_await executor.suspend([&](Waker waker) { wakers.push_back(std::move(waker)); });
}
Task<> wake_all(Executor& executor, std::vector<Waker>& wakers) {
  co_await executor.yield();  // until all others wait
  for (const Waker& waker : wakers) waker.wake();
  wakers.clear();
}

/// Runs N such jobs in a fresh executor, an iteration each.
template <class Make>
void run_jobs(benchmark::State& state, Make make) {
  const auto jobs = static_cast<std::size_t>(state.range(0));
  const SpareMemory spare(8_GiB);
  FrameArena frames;
  const FrameArena::Scope scope(frames);
  const auto run = [&] {
    Executor executor;
    (void)executor.run(join_all(jobs, [&](std::size_t i) { return make(executor, i, jobs); }));
  };
  run();
  for (auto _ : state) run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void spawn(benchmark::State& state) {
  run_jobs(state, [](Executor&, std::size_t, std::size_t) { return nothing(); });
}
void yield(benchmark::State& state) {
  run_jobs(state, [](Executor& executor, std::size_t, std::size_t) { return yield_once(executor); });
}
void timer_of_one_duration(benchmark::State& state) {
  // Over by the time that all are spawned, so that nothing is waited for.
  run_jobs(state, [](Executor& executor, std::size_t, std::size_t) {
    return sleep_once(executor, std::chrono::microseconds(1));
  });
}
void timer_of_random_durations(benchmark::State& state) {
  run_jobs(state, [](Executor& executor, std::size_t i, std::size_t jobs) {
    // Spread over about 100 ns per job: longer than spawning takes, so wheels and sorting are at work, yet no idling.
    const std::uint64_t spread = (i * 0x9E3779B97F4A7C15 >> 32) * (jobs * 20) >> 32;
    return sleep_once(executor, Duration(static_cast<Duration::rep>(spread)));
  });
}
void wake(benchmark::State& state) {
  std::vector<Waker> wakers;
  wakers.reserve(static_cast<std::size_t>(state.range(0)));
  run_jobs(state, [&](Executor& executor, std::size_t i, std::size_t jobs) {
    return i + 1 < jobs ? wait_for_wake(executor, wakers) : wake_all(executor, wakers);
  });
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->RangeMultiplier(10)->Range(1'000, 10'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK(spawn)->Apply(sizes);
BENCHMARK(yield)->Apply(sizes);
BENCHMARK(timer_of_one_duration)->Apply(sizes);
BENCHMARK(timer_of_random_durations)->Apply(sizes);
BENCHMARK(wake)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
