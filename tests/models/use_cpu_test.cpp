// SPDX-License-Identifier: GPL-3.0-or-later
// Really computing: for as much CPU time as was asked for, no matter who else wants the core.
#include <sched.h>

#include <thread>
#include <vector>

#include "models/world/real_time.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

TEST_CASE("threads that share a core compute as long as one that has it to itself") {
  // On one core: by the clock on the wall each of the four would have a quarter of what it asked for.
  cpu_set_t before;
  REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  std::vector<Duration> used(4);
  {
    std::vector<std::jthread> threads;
    for (Duration& mine : used)
      threads.emplace_back([&mine] {
        const Duration began = thread_cpu_time();
        use_cpu(60ms);
        mine = thread_cpu_time() - began;
      });
  }
  REQUIRE(::sched_setaffinity(0, sizeof before, &before) == 0);
  for (const Duration mine : used) {
    CHECK(mine > 40ms);
    CHECK(mine < 180ms);
  }
}

TEST_CASE("nothing to compute takes no time") {
  const Duration began = thread_cpu_time();
  use_cpu(Duration{});
  use_cpu(-1s);
  CHECK(thread_cpu_time() - began < 100ms);
}
