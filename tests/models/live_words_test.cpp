// SPDX-License-Identifier: GPL-3.0-or-later
// What takes a live run's time is told by what it had of this machine's cores, and not by what the scenario's machine
// has: results as live runs give them, in words.
#include <cerrno>
#include <string>
#include <vector>

#include "models/lab/diagnosis/diagnosis.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Scenario pool_of(std::int64_t jobs, std::int64_t threads, std::vector<Step> steps) {
  Scenario scenario = tests::scenario("thread_pool", jobs);
  scenario.machine.cpus = 4;
  scenario.runs[0].threads = threads;
  scenario.jobs.steps = std::move(steps);
  return scenario;
}

Step cpu_of(Duration duration) {
  return {StepKind::cpu, Distribution::constant(duration)};
}

RunResult live_result(std::int64_t jobs, Duration wall, const RealCores& had) {
  RunResult result;
  result.world = WorldKind::live;
  result.jobs = result.completed = jobs;
  result.wall = wall;
  result.real_cores = had;
  return result;
}

std::string words_of(const Scenario& scenario, const RunResult& live) {
  return tests::all_of(diagnose(scenario, 0, nullptr, &live));
}

}  // namespace

TEST_CASE("a live run's cores are those that it had") {
  const Scenario scenario = pool_of(40, 4, {cpu_of(20ms)});
  const std::string words = words_of(scenario, live_result(40, 420ms, {.cpus = 2, .busy = 801ms, .held = 1600ms}));
  CHECK_THAT(words, Contains("The cores take the time: the jobs compute 800 ms in all, and the 2 cores were busy with "
                             "that for 95% of the time."));
  CHECK_THAT(words, !Contains("4 cores"));
}

TEST_CASE("a pool of no given size keeps the scenario's in a live run with fewer cores") {
  Scenario scenario = pool_of(40, 4, {cpu_of(20ms)});
  scenario.runs[0].threads.reset();
  CHECK_THAT(words_of(scenario, live_result(40, 420ms, {.cpus = 2, .busy = 801ms, .held = 1600ms})),
             Contains("40 jobs on 4 workers took 420"));
}

TEST_CASE("a live run that other programs keep from the cores is told so") {
  const Scenario scenario = pool_of(40, 4, {cpu_of(20ms)});
  const std::string words = words_of(scenario, live_result(40, 900ms, {.cpus = 2, .busy = 801ms, .held = 3500ms}));
  CHECK_THAT(words, Contains("The cores take the time"));
  CHECK_THAT(words, Contains("Other programs had them, too: of the time for which jobs had a thread, they waited for "
                             "77%."));
  CHECK_THAT(words, !Contains("The workers take the time"));
}

TEST_CASE("a quota takes a live run's time only where it kept that from the cores") {
  Scenario sleeps = pool_of(20, 4, {{StepKind::sleep, Distribution::constant(100ms)}});
  sleeps.machine.limits.cpu_max = 50ms;
  const RealCores calm{.cpus = 4, .quota = 50ms, .throttled = Duration{}, .busy = 2ms, .held = 2s};
  const std::string slept = words_of(sleeps, live_result(20, 502ms, calm));
  CHECK_THAT(slept, Contains("The workers take the time"));
  CHECK_THAT(slept, Contains("and the 4 cores for 0%"));
  CHECK_THAT(slept, !Contains("quota"));

  // 400 ms of computing at 50 ms a period; the workers were held nearly all the time.
  Scenario computes = pool_of(20, 8, {cpu_of(20ms), {StepKind::block, Distribution::constant(10ms)}});
  computes.machine.limits.cpu_max = 50ms;
  // The last period's time was there at once: it has computed more than the quota gives in so long.
  RealCores held_up{.cpus = 2, .quota = 50ms, .throttled = 900ms, .throttled_periods = 8, .busy = 410ms, .held = 6s};
  for (const Duration wall : {790ms, 830ms}) {
    const std::string words = words_of(computes, live_result(20, wall, held_up));
    CHECK_THAT(words, Contains("The quota takes the time: the jobs compute 400 ms in all, and have 50%"));
    CHECK_THAT(words, !Contains("busy for 9%"));
  }
  // Where the kernel does not say for how long, what was computed does.
  held_up.throttled.reset();
  CHECK_THAT(words_of(computes, live_result(20, 790ms, held_up)), Contains("The quota takes the time"));
  // In 300 ms it cannot have computed that, had there been one.
  held_up.quota.reset();
  CHECK_THAT(words_of(computes, live_result(20, 300ms, held_up)), !Contains("quota"));
}

TEST_CASE("a quota that could not be imposed is none, also in a result that does not know its cores") {
  Scenario scenario = pool_of(20, 4, {cpu_of(20ms)});
  scenario.machine.limits.cpu_max = 50ms;
  RunResult result = live_result(20, 700ms, {});
  result.real_cores.reset();
  CHECK_THAT(words_of(scenario, result), Contains("The quota takes the time"));
  result.imposed = {{"cpu.max", 50, Imposed::no, "no control group can be made here"}};
  CHECK_THAT(words_of(scenario, result), !Contains("The quota takes the time"));
}

TEST_CASE("workers are busy for as long as a live run's jobs had them") {
  const Scenario scenario = pool_of(8, 4, {{StepKind::sleep, Distribution::constant(100ms)}});
  // Of 4 x 300 ms: the steps alone are 800 ms.
  CHECK_THAT(words_of(scenario, live_result(8, 300ms, {.cpus = 4, .busy = 1ms, .held = 1140ms})),
             Contains("all 4 busy for 95% of it"));
}

TEST_CASE("what a live run's memory in the kernel is left out where it was not seen") {
  const Scenario scenario = tests::scenario("thread_per_job", 20);
  RunResult result = live_result(20, 12ms, {.cpus = 2});
  result.completed = 11;
  result.peak_threads = 12;
  result.memory = {.resident = {10 << 20}, .virtual_size = {107 << 20}};
  result.base.resident = {9 << 20};
  result.failure = FailurePoint{.job = 11, .threads = 11, .cause = Errno{EAGAIN}, .limit = "pids.max", .value = 12};
  CHECK_THAT(words_of(scenario, result),
             Contains("With its 11 threads the live run's process took 10 MiB resident, 9 MiB of it before its first "
                      "job; the address space was 107 MiB."));
  result.memory.kernel = {1 << 20};
  CHECK_THAT(words_of(scenario, result), Contains("before its first job, and 1 MiB in the kernel; the address space"));
}
