// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/executor.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/coroutine/join_all.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<std::string>;

Task<> job(Executor& executor, Log& log, std::size_t number, Duration duration) {
  log.push_back("start " + std::to_string(number));
  co_await executor.sleep_for(duration);
  log.push_back("end " + std::to_string(number));
}

/// Sleeps, and notes whether it woke before its time.
Task<> measured(Executor& executor, Duration duration, std::size_t& done, std::size_t& early) {
  const Instant begin = executor.now();
  co_await executor.sleep_for(duration);
  early += executor.now() < begin + duration;
  ++done;
}

Task<> sleeps(Executor& executor, const Duration& duration, std::size_t& done) {
  co_await executor.sleep_for(duration);
  ++done;
}

Task<> waits_forever(Executor& executor) {
  co_await executor.suspend([](Waker) {});
}

}  // namespace

TEST_CASE("jobs of equal length end in the order in which they started") {
  Executor executor;
  Log log;
  const auto outcome =
      executor.run(join_all(3, [&](std::size_t i) { return job(executor, log, i + 1, Duration(10ms)); }));
  CHECK(outcome == Executor::Outcome::finished);
  CHECK(log == Log{"start 1", "start 2", "start 3", "end 1", "end 2", "end 3"});
}

TEST_CASE("jobs that are awaited one by one run one after the other") {
  Executor executor;
  Log log;
  const auto all = [&]() -> Task<> {
    std::vector<Task<>> tasks;
    for (std::size_t i = 1; i <= 3; ++i) tasks.push_back(job(executor, log, i, Duration(2ms)));
    for (Task<>& task : tasks) co_await task;
  };
  CHECK(executor.run(all()) == Executor::Outcome::finished);
  CHECK(log == Log{"start 1", "end 1", "start 2", "end 2", "start 3", "end 3"});
  CHECK(executor.now() >= Instant(6ms));
}

TEST_CASE("jobs of different lengths end in the order of their deadlines") {
  Executor executor;
  Log log;
  // They begin one after the other, which takes a while on a busy machine.
  const std::vector<Duration> durations{300ms, 100ms, 200ms};
  CHECK(executor.run(join_all(3, [&](std::size_t i) { return job(executor, log, i, durations[i]); })) ==
        Executor::Outcome::finished);
  CHECK(log == Log{"start 0", "start 1", "start 2", "end 1", "end 2", "end 0"});
}

TEST_CASE("no sleep ends early") {
  Executor executor;
  std::size_t done = 0;
  std::size_t early = 0;
  CHECK(executor.run(join_all(5'000, [&](std::size_t i) {
    return measured(executor, Duration(i * 7919 % 20'000'000), done, early);
  })) == Executor::Outcome::finished);
  CHECK(done == 5'000);
  CHECK(early == 0);
}

TEST_CASE("a sleep until a moment that has passed lets others run first") {
  Executor executor;
  Log log;
  const auto late = [&]() -> Task<> {
    co_await executor.sleep_until(Instant(Duration(-5)));
    log.push_back("late");
  };
  const auto other = [&]() -> Task<> {
    log.push_back("other");
    co_return;
  };
  CHECK(executor.run([&]() -> Task<> { co_await when_all(late(), other()); }()) == Executor::Outcome::finished);
  CHECK(log == Log{"other", "late"});
}

TEST_CASE("yield lets the others take turns") {
  Executor executor;
  std::string turns;
  const auto player = [&](char name) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      turns += name;
      co_await executor.yield();
    }
  };
  CHECK(executor.run([&]() -> Task<> { co_await when_all(player('a'), player('b'), player('c')); }()) ==
        Executor::Outcome::finished);
  CHECK(turns == "abcabcabc");
}

TEST_CASE("a million sleeping jobs complete") {
  FrameArena arena;
  const FrameArena::Scope scope(arena);
  Executor executor;
  const Duration duration = 50ms;
  std::size_t done = 0;
  CHECK(executor.run(join_all(1'000'000, [&](std::size_t) { return sleeps(executor, duration, done); })) ==
        Executor::Outcome::finished);
  CHECK(done == 1'000'000);
  CHECK(executor.statistics().timers_fired == 1'000'000);
  CHECK(arena.in_use() == 0_B);
}

TEST_CASE("a hundred thousand yields and nested sleeps need no stack") {
  Executor executor;
  const auto yields = [&]() -> Task<> {
    for (int i = 0; i < 100'000; ++i) co_await executor.yield();
  };
  CHECK(executor.run(yields()) == Executor::Outcome::finished);
  struct Nest {
    static Task<int> down(Executor& on, int depth) {
      if (depth == 0) {
        co_await on.sleep_for(Duration(1ms));
        co_return 0;
      }
      co_return co_await down(on, depth - 1) + 1;
    }
  };
  CHECK(executor.block_on(Nest::down(executor, 100'000)) == 100'000);
}

TEST_CASE("exceptions come out of run, those of all jobs once all have ended") {
  Executor executor;
  std::size_t done = 0;
  const Duration duration = 5ms;
  const auto fails = [&]() -> Task<> {
    co_await executor.sleep_for(Duration(1ms));
    throw std::runtime_error("failed");
  };
  CHECK_THROWS_WITH((void)executor.run(join_all(
                        4, [&](std::size_t i) { return i == 1 ? fails() : sleeps(executor, duration, done); })),
                    "failed");
  CHECK(done == 3);
}

TEST_CASE("destroying a task takes its sleeps, yields and suspensions out of the executor") {
  Executor executor;
  auto held = std::make_shared<int>(1);
  const auto holds = [&](int how, std::shared_ptr<int> mine) -> Task<> {
    if (how == 0) co_await executor.sleep_for(Duration(1ms));
    if (how == 1) co_await executor.sleep_until(executor.now() + 1ms);
    if (how == 2) co_await executor.yield();
    if (how == 3) co_await executor.suspend([](Waker waker) { waker.wake(); });
    *mine = 0;  // never
  };
  const auto root = [&]() -> Task<> {
    {
      std::vector<Task<>> tasks;
      for (int i = 0; i < 400; ++i) tasks.push_back(holds(i % 4, held));
      Task<> all = join_all(std::move(tasks));
      all.start();
    }
    co_await executor.sleep_for(Duration(5ms));
  };
  CHECK(executor.run(root()) == Executor::Outcome::finished);
  CHECK(held.use_count() == 1);
  CHECK(*held == 1);
}

TEST_CASE("one job may destroy another that is due in the same moment") {
  Executor executor;
  std::vector<Task<>> victims;
  std::size_t done = 0;
  const Duration duration = 2ms;
  const auto root = [&]() -> Task<> {
    co_await executor.sleep_for(duration);
    victims.clear();
    co_await executor.sleep_for(duration);
  };
  Task<> killer = root();
  const auto all = [&]() -> Task<> {
    killer.start();
    for (int i = 0; i < 100; ++i) victims.push_back(sleeps(executor, duration, done));
    for (Task<>& victim : victims) victim.start();
    co_await killer;
  };
  CHECK(executor.run(all()) == Executor::Outcome::finished);
  CHECK(done == 0);
}

TEST_CASE("a task that nobody can wake is reported instead of hanging") {
  Executor executor;
  CHECK(executor.run(waits_forever(executor)) == Executor::Outcome::stalled);
  CHECK_THROWS_AS(executor.block_on(waits_forever(executor)), Stalled);
  // Nor does a sleep that was cancelled keep it waiting.
  const auto root = [&]() -> Task<> {
    {
      std::size_t done = 0;
      const Duration hour = 1h;
      Task<> long_sleep = sleeps(executor, hour, done);
      long_sleep.start();
    }
    co_await waits_forever(executor);
  };
  CHECK(executor.run(root()) == Executor::Outcome::stalled);
}

TEST_CASE("a task may outlive the executor in which it sleeps") {
  std::size_t done = 0;
  const Duration hour = 1h;
  std::vector<Task<>> tasks;
  {
    Executor executor;
    for (int i = 0; i < 100; ++i) tasks.push_back(sleeps(executor, hour, done));
    for (Task<>& task : tasks) task.start();
    tasks.push_back(waits_forever(executor));
    tasks.back().start();
  }
  tasks.clear();
  CHECK(done == 0);
}

TEST_CASE("a job that holds the thread delays all others, and is seen in the statistics") {
  Executor executor;
  Log log;
  const auto blocks = [&](std::size_t number) -> Task<> {
    log.push_back("start " + std::to_string(number));
    std::this_thread::sleep_for(5ms);
    log.push_back("end " + std::to_string(number));
    co_return;
  };
  CHECK(executor.run(join_all(3, blocks)) == Executor::Outcome::finished);
  CHECK(log == Log{"start 0", "end 0", "start 1", "end 1", "start 2", "end 2"});
  CHECK(executor.now() >= Instant(15ms));
  CHECK(executor.statistics().longest_poll >= 15ms);
}

TEST_CASE("time is measured from the given start") {
  Executor executor(Executor::Clock::now() - 1h);
  CHECK(executor.now() >= Instant(1h));
  std::size_t done = 0;
  std::size_t early = 0;
  CHECK(executor.run(measured(executor, Duration(1ms), done, early)) == Executor::Outcome::finished);
  CHECK(early == 0);
}
