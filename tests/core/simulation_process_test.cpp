// SPDX-License-Identifier: GPL-3.0-or-later
// Simulated processes: their life, their end, and what they throw.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/coroutine/task.hpp"
#include "core/simulation/simulation.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

/// Reports when it is destroyed.
class Witness {
 public:
  explicit Witness(int& destroyed) : destroyed_{&destroyed} {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { ++*destroyed_; }

 private:
  int* destroyed_;
};

Process wait(Simulation& simulation, Duration d, int& destroyed, int& reached) {
  Witness witness{destroyed};
  co_await simulation.delay(d);
  ++reached;
}

Process throw_after(Simulation& simulation, Duration d, std::string message) {
  co_await simulation.delay(d);
  throw std::runtime_error{message};
}

Task<int> add_slowly(Simulation& simulation, int a, int b) {
  co_await simulation.delay(1s);
  co_return a + b;
}

Process sum(Simulation& simulation, int& result) {
  result = co_await add_slowly(simulation, 1, 2);
  result += co_await add_slowly(simulation, 10, 20);
}

Task<> fail_slowly(Simulation& simulation) {
  co_await simulation.delay(1s);
  throw std::runtime_error{"from a task"};
}

Process await_failure(Simulation& simulation, std::string& caught) {
  try {
    co_await fail_slowly(simulation);
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  co_await fail_slowly(simulation);
}

Process spawn_children(Simulation& simulation, int depth, int& started) {
  ++started;
  if (depth == 0) co_return;
  simulation.spawn(spawn_children(simulation, depth - 1, started));
  co_await simulation.delay(1s);
  simulation.spawn(spawn_children(simulation, depth - 1, started));
}

}  // namespace

TEST_CASE("a process lives until its end", "[simulation]") {
  Simulation simulation;
  int destroyed = 0;
  int reached = 0;
  simulation.spawn(wait(simulation, 1s, destroyed, reached));
  simulation.spawn(wait(simulation, 3s, destroyed, reached));
  CHECK(reached == 0);
  simulation.run_until(Instant{2s});
  CHECK(reached == 1);
  CHECK(destroyed == 1);
  simulation.run();
  CHECK(reached == 2);
  CHECK(destroyed == 2);
}

TEST_CASE("a simulation takes its suspended processes with it", "[simulation]") {
  int destroyed = 0;
  int reached = 0;
  {
    Simulation simulation;
    for (int i = 0; i < 100; ++i) simulation.spawn(wait(simulation, 1s, destroyed, reached));
    simulation.run_until(Instant{500ms});
    for (int i = 0; i < 10; ++i) simulation.spawn(wait(simulation, 1s, destroyed, reached));  // these never start
  }
  CHECK(reached == 0);
  CHECK(destroyed == 100);
}

TEST_CASE("a process that was never spawned leaves nothing behind", "[simulation]") {
  int destroyed = 0;
  int reached = 0;
  Simulation simulation;
  {
    const Process process = wait(simulation, 1s, destroyed, reached);
  }
  CHECK(simulation.pending() == 0);
  simulation.run();
  CHECK(reached == 0);
}

TEST_CASE("a timer outlives its simulation", "[simulation]") {
  auto simulation = std::make_unique<Simulation>();
  Timer timer{[](Timer&) {}};
  simulation->schedule(timer, Instant{1s});
  simulation.reset();
  CHECK_FALSE(timer.armed());
  CHECK(timer.due() == kNever);
}

TEST_CASE("what a process throws comes out of run, and the run can continue", "[simulation]") {
  Simulation simulation;
  int destroyed = 0;
  int reached = 0;
  simulation.spawn(throw_after(simulation, 1s, "boom"));
  simulation.spawn(wait(simulation, 2s, destroyed, reached));
  CHECK_THROWS_WITH(simulation.run(), "boom");
  CHECK(simulation.now() == Instant{1s});
  CHECK(reached == 0);
  CHECK(simulation.run());
  CHECK(reached == 1);
  simulation.spawn(throw_after(simulation, 0s, "again"));
  CHECK(simulation.step());
  CHECK_THROWS_WITH(simulation.step(), "again");
}

TEST_CASE("a process awaits tasks, and gets their values and exceptions", "[simulation]") {
  Simulation simulation;
  int result = 0;
  std::string caught;
  simulation.spawn(sum(simulation, result));
  simulation.spawn(await_failure(simulation, caught));
  CHECK_THROWS_WITH(simulation.run(), "from a task");
  CHECK(result == 33);
  CHECK(caught == "from a task");
  CHECK(simulation.now() == Instant{2s});
}

TEST_CASE("a task destroyed in the middle of a delay is not resumed", "[simulation]") {
  Simulation simulation;
  bool resumed = false;
  const auto body = [](Simulation& s, bool& flag) -> Task<> {
    co_await s.delay(1s);
    flag = true;
  };
  {
    Task<> task = body(simulation, resumed);
    task.start();
    CHECK(simulation.pending() == 1);
  }
  CHECK(simulation.pending() == 0);
  CHECK(simulation.run());
  CHECK_FALSE(resumed);
  CHECK(simulation.events() == 0);
}

TEST_CASE("processes spawn processes", "[simulation]") {
  Simulation simulation;
  int started = 0;
  simulation.spawn(spawn_children(simulation, 10, started));
  simulation.run();
  CHECK(started == 2047);
  CHECK(simulation.now() == Instant{10s});
}

TEST_CASE("timers that are re-armed a million times keep the queue small", "[simulation]") {
  Simulation simulation;
  int fired = 0;
  struct Timeout : Timer {
    explicit Timeout(int& n) : Timer{[](Timer& t) { ++static_cast<Timeout&>(t).count; }}, count{n} {}
    int& count;
  } timeout{fired};
  for (int i = 0; i < 1'000'000; ++i) simulation.schedule(timeout, Instant{1h + Duration{i}});
  CHECK(simulation.pending() == 1);
  CHECK(simulation.scheduled_keys() < 5000);
  simulation.run();
  CHECK(fired == 1);
  CHECK(simulation.now() == Instant{1h + 999'999ns});
}
