// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that only take turns: computed in leaps, the result is that of computing each turn.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/simulation/simulation.hpp"
#include "models/kernel/kernel.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

struct Crowd {
  std::int64_t cores = 2;
  std::vector<Duration> cpu;  ///< Of each thread.
  Scheduling scheduling;
  std::optional<Duration> quota;
  std::string kernel = "6.18.0";
  Duration pause{};  ///< Slept in the middle.
};

struct Outcome {
  std::vector<Duration> ends;
  Duration main_cpu{};
  std::int64_t migrations = 0;
  Duration throttled{};
  std::uint64_t events = 0;

  friend bool operator==(const Outcome& a, const Outcome& b) {
    return a.ends == b.ends && a.main_cpu == b.main_cpu && a.migrations == b.migrations && a.throttled == b.throttled;
  }
};

Task<> compute(kernel::Kernel& kernel, Duration cpu, Duration pause, Duration& end) {
  co_await kernel.compute(cpu);
  if (pause > Duration::zero()) {
    co_await kernel.sleep_until(kernel.now() + pause);
    co_await kernel.compute(cpu);
  }
  end = kernel.now().time_since_epoch();
}

Task<> main_thread(kernel::Kernel& kernel, const Crowd& crowd, std::vector<Duration>& ends) {
  std::vector<kernel::ThreadId> threads;
  for (std::size_t i = 0; i < crowd.cpu.size(); ++i) {
    auto thread = co_await kernel.spawn(compute(kernel, crowd.cpu[i], crowd.pause, ends[i]));
    threads.push_back(*thread);
  }
  for (const kernel::ThreadId thread : threads) co_await kernel.join(thread);
}

Outcome run(const Crowd& crowd, bool leaps, std::uint64_t seed = 1) {
  Machine machine = tests::plain_machine();
  machine.cpus = crowd.cores;
  machine.kernel = crowd.kernel;
  machine.limits.cpu_max = crowd.quota;
  const Runtime runtime = tests::c_runtime();
  Simulation simulation;
  kernel::Kernel kernel(simulation, machine, runtime, {.scheduling = crowd.scheduling, .seed = seed, .leaps = leaps});
  Outcome outcome;
  outcome.ends.resize(crowd.cpu.size());
  kernel.start(main_thread(kernel, crowd, outcome.ends));
  simulation.run();
  kernel.rethrow_error();
  outcome.main_cpu = kernel.main_cpu();
  outcome.migrations = kernel.scheduler().migrations();
  if (const auto& quota = kernel.scheduler().quota()) outcome.throttled = quota->throttled_time(simulation.now());
  outcome.events = simulation.events();
  return outcome;
}

}  // namespace

TEST_CASE("a leap gives what computing each turn gives") {
  const std::vector<std::pair<const char*, Crowd>> crowds{
      {"two on one core", {.cores = 1, .cpu = {40s, 30s}}},
      {"three on two cores, which change places", {.cpu = {20s, 25s, 31s}}},
      {"four of the same length", {.cpu = {20s, 20s, 20s, 20s}}},
      {"seven on three cores", {.cores = 3, .cpu = {20s, 21s, 22s, 23s, 24s, 25s, 26s}}},
      {"with a sleep in between", {.cpu = {9s, 8s, 7s, 6s, 5s}, .pause = 1s}},
      {"of nice 5", {.cpu = {20s, 25s, 31s}, .scheduling = {.nice = {5}}}},
      {"of two nice values", {.cpu = {10s, 12s, 13s}, .scheduling = {.nice = {0, 10}}}},
      {"SCHED_RR", {.cpu = {20s, 25s, 31s}, .scheduling = {.policy = Policy::rr}}},
      {"SCHED_FIFO", {.cpu = {20s, 25s, 31s}, .scheduling = {.policy = Policy::fifo}}},
      {"with a quota of 50%", {.cpu = {5s, 6s}, .quota = 50ms}},
      {"with a quota of 150%", {.cpu = {15s, 16s, 17s}, .quota = 150ms}},
      {"one alone, with a quota", {.cpu = {9s}, .quota = 50ms}},
      {"Linux 6.6", {.cpu = {20s, 25s, 31s}, .kernel = "6.6.0"}},
      {"Linux 5.15", {.cpu = {20s, 25s, 31s}, .kernel = "5.15.0"}}};
  for (const auto& [what, crowd] : crowds) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      INFO(what << ", seed " << seed);
      const Outcome leaps = run(crowd, true, seed);
      const Outcome turns = run(crowd, false, seed);
      CHECK(leaps.ends == turns.ends);
      CHECK((leaps == turns));
      CHECK(leaps.events <= turns.events);
    }
  }
}

TEST_CASE("where turns do not repeat themselves, long computations go on at the pace that they have had") {
  const std::vector<std::pair<const char*, Crowd>> crowds{
      {"of two nice values", {.cpu = {2000s, 2500s, 3000s}, .scheduling = {.nice = {0, 10}}}},
      {"with a quota of 150%", {.cpu = {900s, 920s, 950s, 980s}, .quota = 150ms}},
      {"one alone, with a quota", {.cpu = {200s}, .quota = 50ms}},
      {"a quota and nice values", {.cpu = {1500s, 1600s, 1700s}, .scheduling = {.nice = {0, 5}}, .quota = 130ms}}};
  // Other seeds differ by several percent.
  for (const auto& [what, crowd] : crowds) {
    INFO(what);
    const Outcome leaps = run(crowd, true);
    const Outcome turns = run(crowd, false);
    CHECK(leaps.events < turns.events);
    for (std::size_t i = 0; i < leaps.ends.size(); ++i) {
      CAPTURE(i);
      CHECK(to_seconds(leaps.ends[i]) == Approx(to_seconds(turns.ends[i])).epsilon(1e-2));
    }
    CHECK(to_seconds(leaps.throttled) == Approx(to_seconds(turns.throttled)).epsilon(1e-2));
  }
}

TEST_CASE("a hundred hours take few events, with a quota and with nice values too") {
  const std::vector<std::pair<const char*, Crowd>> crowds{
      {"a quota of 150%", {.cpu = std::vector<Duration>(10, 100h), .quota = 150ms}},
      {"a quota of 50%", {.cpu = std::vector<Duration>(10, 100h), .quota = 50ms}},
      {"two nice values", {.cpu = std::vector<Duration>(10, 100h), .scheduling = {.nice = {0, 10}}}},
      {"Linux 5.15, a quota", {.cpu = std::vector<Duration>(10, 100h), .quota = 150ms, .kernel = "5.15.0"}},
      {"one alone, with a quota", {.cpu = {100h}, .quota = 50ms}}};
  for (const auto& [what, crowd] : crowds) {
    INFO(what);
    const Outcome outcome = run(crowd, true);
    CHECK(outcome.events < 5'000'000);
    const double cores = crowd.quota ? to_seconds(*crowd.quota) / 0.1 : 2;
    const double work = 360'000.0 * static_cast<double>(crowd.cpu.size());
    CHECK(to_seconds(*std::ranges::max_element(outcome.ends)) == Approx(work / cores).epsilon(2e-3));
  }
}

TEST_CASE("events do not grow with the length of a computation") {
  const Crowd seconds{.cpu = std::vector<Duration>(10, 100s)};
  const Crowd hours{.cpu = std::vector<Duration>(10, 100h)};
  const Outcome in_seconds = run(seconds, true);
  const Outcome in_hours = run(hours, true);
  CHECK(in_hours.events < 2 * in_seconds.events);
  CHECK(in_hours.events < 20'000);
  for (const Duration end : in_hours.ends) CHECK(to_seconds(end) == Approx(5 * 360'000.0).epsilon(0.01));
  // The policy before EEVDF, and threads that cannot be shared evenly.
  Crowd three{.cpu = std::vector<Duration>(3, 100h), .kernel = "6.1.0"};
  CHECK(run(three, true).events < 100'000);
  three.kernel = "6.18.0";
  CHECK(run(three, true).events < 100'000);
}

TEST_CASE("the same seed puts threads on the same cores, whatever the length") {
  const Crowd crowd{.cpu = {100ms, 110ms, 120ms}};
  CHECK((run(crowd, true, 5) == run(crowd, true, 5)));
}
