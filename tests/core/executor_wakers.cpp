// SPDX-License-Identifier: GPL-3.0-or-later
// Wakers, from the executor's own thread and from others, and the pool for calls that block.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/coroutine/join_all.hpp"
#include "core/executor/executor.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

/// Hands wakers from the executor to other threads.
class Exchange {
 public:
  void put(Waker waker) {
    const std::lock_guard lock(mutex_);
    wakers_.push_back(std::move(waker));
  }
  std::vector<Waker> take_all() {
    const std::lock_guard lock(mutex_);
    return std::exchange(wakers_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Waker> wakers_;
};

Task<> suspends(Executor& executor, Exchange& exchange, int times, std::size_t& woken) {
  for (int i = 0; i < times; ++i) {
    co_await executor.suspend([&exchange](Waker waker) { exchange.put(std::move(waker)); });
    ++woken;
  }
}

}  // namespace

TEST_CASE("a waker wakes once, whatever the number of calls and copies") {
  Executor executor;
  std::optional<Waker> kept;
  int resumed = 0;
  const auto root = [&]() -> Task<> {
    co_await executor.suspend([&](Waker waker) {
      kept = waker;
      const Waker copy = waker;
      copy.wake();
      waker.wake();
    });
    ++resumed;
    kept->wake();
    co_await executor.yield();
    ++resumed;
    kept->wake();
    co_await executor.sleep_for(Duration(1ms));
    ++resumed;
  };
  CHECK(executor.run(root()) == Executor::Outcome::finished);
  CHECK(resumed == 3);
}

TEST_CASE("coroutines continue in the order in which they were woken") {
  Executor executor;
  std::vector<Waker> wakers;
  std::string order;
  const auto waits = [&](char name) -> Task<> {
    co_await executor.suspend([&](Waker waker) { wakers.push_back(std::move(waker)); });
    order += name;
  };
  const auto wakes = [&]() -> Task<> {
    wakers[2].wake();
    wakers[0].wake();
    wakers[1].wake();
    co_return;
  };
  CHECK(executor.run([&]() -> Task<> { co_await when_all(waits('a'), waits('b'), waits('c'), wakes()); }()) ==
        Executor::Outcome::finished);
  CHECK(order == "cab");
}

TEST_CASE("an empty waker, and one whose task or executor has gone, does nothing") {
  Waker().wake();
  Exchange exchange;
  std::size_t woken = 0;
  {
    Executor executor;
    const auto root = [&]() -> Task<> {
      {
        Task<> task = suspends(executor, exchange, 1, woken);
        task.start();
      }
      for (const Waker& waker : exchange.take_all()) waker.wake();
      co_await executor.yield();
      Task<> task = suspends(executor, exchange, 1, woken);
      task.start();
      co_await executor.yield();
    };
    CHECK(executor.run(root()) == Executor::Outcome::finished);
  }
  for (const Waker& waker : exchange.take_all()) waker.wake();
  CHECK(woken == 0);
}

TEST_CASE("what the hand-out throws comes out of the await") {
  Executor executor;
  const auto root = [&]() -> Task<int> {
    try {
      co_await executor.suspend([](Waker) { throw std::runtime_error("no waker wanted"); });
    } catch (const std::runtime_error&) {
      co_return 1;
    }
    co_return 2;
  };
  CHECK(executor.block_on(root()) == 1);
}

TEST_CASE("the executor sleeps until another thread wakes it") {
  Executor executor;
  std::thread other;
  std::size_t woken = 0;
  const auto root = [&]() -> Task<> {
    co_await executor.suspend([&](Waker waker) {
      other = std::thread([waker = std::move(waker)] {
        std::this_thread::sleep_for(10ms);
        waker.wake();
      });
    });
    ++woken;
  };
  CHECK(executor.run(root()) == Executor::Outcome::finished);
  other.join();
  CHECK(woken == 1);
  CHECK(executor.statistics().waits >= 1);
}

TEST_CASE("a waker that another thread drops unused ends the wait as stalled") {
  Executor executor;
  std::thread other;
  const auto root = [&]() -> Task<> {
    co_await executor.suspend([&](Waker waker) {
      other = std::thread([mine = std::move(waker)]() mutable {
        std::this_thread::sleep_for(5ms);
        mine = Waker();
      });
    });
  };
  CHECK(executor.run(root()) == Executor::Outcome::stalled);
  other.join();
}

TEST_CASE("wakes from several threads are neither lost nor doubled") {
  Executor executor;
  Exchange exchange;
  std::atomic<bool> stop = false;
  std::size_t woken = 0;
  constexpr std::size_t kTasks = 50;
  constexpr int kTimes = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        for (const Waker& waker : exchange.take_all()) {
          const Waker copy = waker;
          waker.wake();
          copy.wake();
        }
        std::this_thread::yield();
      }
    });
  }
  CHECK(executor.run(join_all(kTasks, [&](std::size_t) { return suspends(executor, exchange, kTimes, woken); })) ==
        Executor::Outcome::finished);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(woken == kTasks * kTimes);
}

TEST_CASE("tasks may be cancelled while other threads wake them") {
  Exchange exchange;
  std::atomic<bool> stop = false;
  std::thread waking([&] {
    while (!stop) {
      for (const Waker& waker : exchange.take_all()) waker.wake();
      std::this_thread::yield();
    }
  });
  std::size_t woken = 0;
  for (int round = 0; round < 50; ++round) {
    Executor executor;
    const auto root = [&]() -> Task<> {
      Task<> all = join_all(20, [&](std::size_t) { return suspends(executor, exchange, 1'000'000, woken); });
      all.start();
      co_await executor.sleep_for(Duration(200us));
    };
    CHECK(executor.run(root()) == Executor::Outcome::finished);
  }
  stop = true;
  waking.join();
}

TEST_CASE("spawn_blocking runs elsewhere and gives value or exception") {
  Executor executor;
  const std::thread::id own = std::this_thread::get_id();
  const auto root = [&]() -> Task<int> {
    const std::thread::id other = co_await executor.spawn_blocking([] { return std::this_thread::get_id(); });
    if (other == own) co_return 1;
    try {
      co_await executor.spawn_blocking([] { throw std::runtime_error("from the pool"); });
    } catch (const std::runtime_error&) {
      co_return 2;
    }
    co_return 3;
  };
  CHECK(executor.block_on(root()) == 2);
}

TEST_CASE("calls that block run side by side while the executor keeps running") {
  Executor executor(Executor::Clock::now(), FrameArena::Growth::frugal, 4);
  std::atomic<int> inside = 0;
  int ticks = 0;
  const auto meet = [&](std::size_t) -> Task<> {
    // Only when all four are inside can any of them leave.
    co_await executor.spawn_blocking([&] {
      ++inside;
      while (inside < 4) std::this_thread::yield();
    });
  };
  const auto timers = [&]() -> Task<> {
    for (; ticks < 3; ++ticks) co_await executor.sleep_for(Duration(1ms));
  };
  CHECK(executor.run([&]() -> Task<> { co_await when_all(join_all(4, meet), timers()); }()) ==
        Executor::Outcome::finished);
  CHECK(inside == 4);
  CHECK(ticks == 3);
}

TEST_CASE("a call whose task was cancelled runs to its end and bothers nobody") {
  std::atomic<int> ended = 0;
  {
    Executor executor(Executor::Clock::now(), FrameArena::Growth::frugal, 1);
    const auto root = [&]() -> Task<> {
      Task<> task = executor.spawn_blocking([&] {
        std::this_thread::sleep_for(10ms);
        ++ended;
      });
      task.start();
      co_await executor.sleep_for(Duration(2ms));
    };
    CHECK(executor.run(root()) == Executor::Outcome::finished);
  }
  // It had begun, most likely; then the executor waited for it.
  CHECK(ended <= 1);
}

TEST_CASE(
    "wakers of many suspensions are copied, dropped and used on other threads while the executor comes and goes") {
  // Cells are freed on the executor's thread, on others, before and after its end.
  for (int round = 0; round < 20; ++round) {
    Exchange exchange;
    std::size_t woken = 0;
    std::atomic<bool> over = false;
    std::vector<std::thread> others;
    {
      Executor executor;
      for (int i = 0; i < 2; ++i) {
        others.emplace_back([&, i] {
          std::vector<Waker> kept;
          while (!over) {
            for (Waker& waker : exchange.take_all()) {
              const Waker copy = waker;
              (i == 0 ? copy : waker).wake();
              if (kept.size() < 50) kept.push_back(waker);
            }
            std::this_thread::yield();
          }
        });
      }
      const auto root = [&]() -> Task<> {
        co_await join_all(20, [&](std::size_t) { return suspends(executor, exchange, 50, woken); });
        Task<> forgotten = suspends(executor, exchange, 1, woken);
        forgotten.start();
        co_await executor.sleep_for(Duration(100us));
      };
      CHECK(executor.run(root()) == Executor::Outcome::finished);
      Task<> never = suspends(executor, exchange, 1, woken);
      never.start();
      if (round % 2 == 0) over = true;
    }
    over = true;
    for (std::thread& other : others) other.join();
    CHECK(woken >= 1000);
  }
}
