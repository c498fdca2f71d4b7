// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that could run and wait for a core: in the record, in the figures and in words.
#include <algorithm>
#include <string>

#include "core/trace/csv_reader.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Scenario scenario_of(const std::string& machine, const std::string& jobs,
                     const std::string& run = "concurrency = \"thread_per_job\"") {
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\n" + machine + "\n[jobs]\n" + jobs + "\n[[run]]\n" + run + "\n";
  ParseResult parsed = parse_scenario(text, "test", {});
  CAPTURE(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  return std::move(*parsed.scenario);
}

Duration time_in(const Trace& trace, JobState state) {
  Duration sum{};
  for (std::size_t i = 0; i < trace.segments.size(); ++i)
    if (trace.segments.states()[i] == state) sum += trace.segments.ends()[i] - trace.segments.begins()[i];
  return sum;
}

std::string told(const Scenario& scenario, const RunResult& result) {
  return tests::all_of(diagnose(scenario, 0, &result, nullptr));
}

}  // namespace

TEST_CASE("jobs that wait for a core are ready, and not running") {
  const Scenario scenario = scenario_of("cpuset = [0]", "count = 4\nsteps = [{ cpu = \"50ms\" }]");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.completed == 4);
  REQUIRE(result.trace);
  // 200 ms of computing on one core: at each moment three of the four wait, until the first has ended.
  const Duration running = time_in(*result.trace, JobState::running);
  const Duration ready = time_in(*result.trace, JobState::ready);
  CHECK(running >= 200ms);
  CHECK(running < 205ms);
  CHECK(ready > 400ms);
  CHECK(ready < 620ms);
  // The main thread is the fifth one, as long as it starts the others.
  CHECK_THAT(told(scenario, result), Contains("Up to 5 threads could run at once, on 1 core"));
  REQUIRE(result.cores);
  CHECK(result.cores->migrations == 0);
  CHECK(result.cores->most_runnable == 5);
  // The record has what the jobs waited, and the main thread waited besides.
  CHECK(result.cores->waited >= ready);
  CHECK(result.cores->waited < ready + 60ms);
  // It does not depend on a record, and is the same.
  CHECK(run_modeled(scenario, 0, {.record = false}).cores == result.cores);
}

TEST_CASE("with a core for each nobody is ready") {
  const Scenario scenario = scenario_of("", "count = 3\nsteps = [{ cpu = \"50ms\" }, { sleep = \"10ms\" }]");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.trace);
  CHECK(time_in(*result.trace, JobState::ready) == Duration{});
  CHECK_THAT(told(scenario, result), !Contains("for a core"));
  REQUIRE(result.cores);
  CHECK(result.cores->waited == Duration{});
}

TEST_CASE("a thread that wakes while all cores are busy waits for its timer first, and then for a core") {
  const Scenario scenario =
      scenario_of("cpuset = [0]", "count = 2\nsteps = [{ sleep = \"10ms\" }, { cpu = \"30ms\" }]");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.trace);
  CHECK(time_in(*result.trace, JobState::waiting) < 21ms);
  CHECK(time_in(*result.trace, JobState::ready) > 15ms);
}

TEST_CASE("the diagnosis names a quota that is used up") {
  const Scenario scenario = scenario_of("limits.cpu_max = \"50%\"", "count = 4\nsteps = [{ cpu = \"100ms\" }]");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.cores);
  // 400 ms of computing at 50 ms a period.
  CHECK(result.wall > 600ms);
  CHECK(result.cores->throttled_periods >= 6);
  CHECK(result.cores->throttled > 300ms);
  CHECK_THAT(told(scenario, result), Contains("The quota of 50% of one core's time was used up in"));
  CHECK_THAT(told(scenario, result), Contains("The quota takes the time: the jobs compute 400 ms in all, and used"));
  CHECK_THAT(told(scenario, result), !Contains("cores were busy"));
}

TEST_CASE("what takes turns for hours is no longer told turn by turn") {
  const Scenario scenario = scenario_of("cpuset = [0, 1]", "count = 10\nsteps = [{ cpu = \"100h\" }]");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.completed == 10);
  CHECK(result.trace->segments.size() < 100'000);
  // Of ten threads, and of an eleventh at first, eight wait all the time, until the first ends.
  CHECK(to_seconds(result.cores->waited) == Approx(8 * to_seconds(result.wall)).epsilon(0.02));
}
