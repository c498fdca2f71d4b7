// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that could run and wait for a core: in the record, in the figures and in words.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

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

/// However slow this build is, it is not called idle.
RunOptions patient() {
  RunOptions options;
  options.budget.real_time = 10min;
  return options;
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

/// Each thread's turns, in the order of time, with their cores.
std::map<LaneId, std::vector<Turn>> turns_by_thread(const Trace& trace) {
  std::map<LaneId, std::vector<Turn>> turns;
  for (std::size_t i = 0; i < trace.turns.size(); ++i) turns[trace.turns[i].lane].push_back(trace.turns[i]);
  for (auto& [lane, all] : turns) std::ranges::sort(all, {}, &Turn::begin);
  return turns;
}

/// For how much of the segment its thread had a core.
Duration on_a_core(const std::vector<Turn>& turns, const Segment& segment) {
  Duration sum{};
  for (const Turn& turn : turns)
    sum += std::max(std::min(turn.end, segment.end) - std::max(turn.begin, segment.begin), Duration{});
  return sum;
}

}  // namespace

TEST_CASE("what the record says of cores agrees with what it says of jobs and with the figures") {
  const Scenario scenario = GENERATE(
      scenario_of("cpuset = [0]", "count = 4\nsteps = [{ cpu = \"50ms\" }]"),
      scenario_of("cpuset = [0, 1]", "count = 7\nsteps = [{ cpu = \"20ms\" }, { sleep = \"5ms\" }, { cpu = \"9ms\" }]"),
      scenario_of("cpuset = [0, 1]", "count = 300\narrivals = { rate = \"250/s\" }\nsteps = [{ cpu = \"exp(7ms)\" }]",
                  "concurrency = \"thread_pool\"\nthreads = 12"),
      scenario_of("limits.cpu_max = \"150%\"", "count = 40\nsteps = [{ cpu = \"20ms\" }]"));
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.trace);
  const Trace& trace = *result.trace;
  REQUIRE(trace.turns_end == trace.end);
  CHECK(trace.cores == static_cast<CoreId>(usable_cpus(scenario.machine)));
  std::vector<Instant> free(trace.cores);
  for (std::size_t i = 0; i < trace.turns.size(); ++i) {
    const Turn turn = trace.turns[i];
    REQUIRE(turn.core < trace.cores);
    REQUIRE(turn.begin >= free[turn.core]);
    free[turn.core] = turn.end;
  }
  const auto turns = turns_by_thread(trace);
  std::int64_t migrations = 0;
  for (const auto& [lane, all] : turns)
    for (std::size_t i = 1; i < all.size(); ++i) {
      // A thread is on one core at a time.
      REQUIRE(all[i].begin >= all[i - 1].end);
      migrations += all[i].core != all[i - 1].core;
    }
  REQUIRE(result.cores);
  CHECK((migrations > 0) == (trace.cores > 1));
  // A thread may be moved while it waits, and back.
  CHECK(migrations <= result.cores->migrations);
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    const Segment segment = trace.segments[i];
    const bool computes = segment.state == JobState::running;
    if (!computes && segment.state != JobState::ready) continue;
    CAPTURE(i, segment.job, segment.begin.time_since_epoch().count(), to_string(segment.state));
    REQUIRE(on_a_core(turns.at(segment.lane), segment) == (computes ? segment.end - segment.begin : Duration{}));
  }
}

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
  CHECK_THAT(told(scenario, result), Contains("The quota takes the time: the jobs compute 400 ms in all, and have"));
  CHECK_THAT(told(scenario, result), !Contains("cores were busy"));
}

TEST_CASE("a thread that waits for the quota waits for no core") {
  // The only thread of an executor, and as many workers as there are cores: all that they wait for is the quota.
  for (const char* run :
       {"concurrency = \"join_all\"", "concurrency = \"sequential\"", "concurrency = \"thread_pool\"\nthreads = 4"}) {
    INFO(run);
    const Scenario scenario =
        scenario_of("cpus = 4\nlimits.cpu_max = \"50%\"", "count = 100\nsteps = [{ cpu = \"10ms\" }]", run);
    const RunResult result = run_modeled(scenario, 0, {});
    REQUIRE(result.cores);
    CHECK(result.cores->waited > 800ms);
    CHECK_THAT(told(scenario, result), Contains("Cores stood still for it for"));
    CHECK_THAT(told(scenario, result), !Contains("waited for a core"));
  }
  // Forty on four cores with a quota of three: while they may run, 36 wait for a core, and that is three quarters of
  // the time.
  const Scenario scenario =
      scenario_of("cpus = 4\nlimits.cpu_max = \"300%\"", "count = 40\nsteps = [{ cpu = \"300ms\" }]",
                  "concurrency = \"thread_pool\"\nthreads = 40");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.cores);
  const std::string words = told(scenario, result);
  INFO(words);
  CHECK_THAT(words, Contains("Up to 41 threads could run at once, on 4 cores: threads waited for a core, 2"));
  CHECK_THAT(words, Contains("besides what they waited for the quota."));
  // Without the quota it is what they waited in all.
  Scenario free = scenario;
  free.machine.limits.cpu_max.reset();
  CHECK_THAT(told(free, run_modeled(free, 0, {})), !Contains("besides"));
}

TEST_CASE("where a tick ends a turn, its interrupt takes some of the time") {
  Scenario scenario =
      scenario_of("cpuset = [0]\ncosts.tick_interrupt = \"50us\"", "count = 2\nsteps = [{ cpu = \"100ms\" }]");
  const RunResult with = run_modeled(scenario, 0, {});
  scenario.machine.costs.tick_interrupt = {};
  const RunResult without = run_modeled(scenario, 0, {});
  // 200 ms in turns of some ticks of 4 ms, and both in the same turns.
  const auto turns = static_cast<std::int64_t>(without.trace->turns.size());
  CHECK(turns > 20);
  const Duration longer = with.wall - without.wall;
  CHECK(longer > (turns - 8) * 50us);
  CHECK(longer <= (turns + 2) * 50us);
  // A thread alone has no turns to end.
  Scenario alone =
      scenario_of("cpuset = [0]\ncosts.tick_interrupt = \"50us\"", "count = 1\nsteps = [{ cpu = \"100ms\" }]");
  const RunResult one = run_modeled(alone, 0, {});
  alone.machine.costs.tick_interrupt = {};
  CHECK(one.wall == run_modeled(alone, 0, {}).wall);
}

TEST_CASE("of turns that are not told apart, each job's time is told") {
  const Scenario scenario =
      GENERATE(scenario_of("cpuset = [0, 1]", "count = 5\nsteps = [{ cpu = \"10h\" }]"),
               scenario_of("cpuset = [0, 1]\nlimits.cpu_max = \"150%\"", "count = 5\nsteps = [{ cpu = \"10h\" }]"),
               scenario_of("cpuset = [0]\nlimits.cpu_max = \"50%\"", "count = 1\nsteps = [{ cpu = \"10h\" }]"),
               scenario_of("cpuset = [0, 1]", "count = 5\nsteps = [{ cpu = \"10h\" }]",
                           "concurrency = \"thread_per_job\"\nnice = [0, 5]"));
  const RunResult result = run_modeled(scenario, 0, patient());
  REQUIRE(result.completed == result.jobs);
  const SegmentTable& segments = result.trace->segments;
  std::map<JobId, double> computed;
  std::vector<std::pair<Instant, int>> changes;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments.states()[i] != JobState::running) continue;
    computed[segments.jobs()[i]] += to_seconds(segments.ends()[i] - segments.begins()[i]);
    changes.emplace_back(segments.begins()[i], 1);
    changes.emplace_back(segments.ends()[i], -1);
  }
  for (const auto& [job, time] : computed) CHECK(time == Approx(36'000).epsilon(0.01));
  // Never more at once than there are cores.
  std::ranges::sort(changes);
  int running = 0;
  int most = 0;
  for (const auto& [at, change] : changes) most = std::max(most, running += change);
  CHECK(most <= static_cast<int>(result.trace->cores));
}

TEST_CASE("what takes turns for hours is no longer told turn by turn") {
  const Scenario scenario = scenario_of("cpuset = [0, 1]", "count = 10\nsteps = [{ cpu = \"100h\" }]");
  const RunResult result = run_modeled(scenario, 0, patient());
  REQUIRE(result.completed == 10);
  CHECK(result.trace->segments.size() < 500'000);
  CHECK(result.trace->turns.size() < 250'000);
  // Both cores are busy throughout, mostly with turns that are not told apart.
  Duration busy{}, told_apart{};
  for (std::size_t i = 0; i < result.trace->turns.size(); ++i) {
    const Turn turn = result.trace->turns[i];
    busy += turn.end - turn.begin;
    if (turn.lane != kNoLane) told_apart += turn.end - turn.begin;
  }
  CHECK(to_seconds(busy) == Approx(2 * to_seconds(result.wall)).epsilon(0.001));
  CHECK(told_apart < busy / 4);
  // Of ten threads, and of an eleventh at first, eight wait all the time, until the first ends.
  CHECK(to_seconds(result.cores->waited) == Approx(8 * to_seconds(result.wall)).epsilon(0.02));
}

TEST_CASE("threads get on however long a switch and a tick's interrupt take") {
  const auto [cpus, change, interrupt] = GENERATE(table<const char*, const char*, const char*>({
      {"cpuset = [0]", "3ms", "1ms"},
      {"cpuset = [0]", "3us", "3997us"},
      {"cpuset = [0]", "4ms", "0s"},
      {"cpuset = [0, 1]", "4ms", "0s"},
      {"cpuset = [0, 1]", "8ms", "4ms"},
      {"cpuset = [0, 1]", "2ms", "2ms"},
  }));
  CAPTURE(cpus, change, interrupt);
  const Scenario scenario = scenario_of(std::string(cpus) + "\ncosts.tick = \"4ms\"\ncosts.context_switch = \"" +
                                            change + "\"\ncosts.tick_interrupt = \"" + interrupt + "\"",
                                        "count = 4\nsteps = [{ cpu = \"100ms\" }]");
  RunOptions options;
  options.budget.events = 1'000'000;
  const RunResult result = run_modeled(scenario, 0, options);
  CHECK_FALSE(result.stopped);
  CHECK(result.completed == 4);
}

TEST_CASE("a thread that loses its core before its job begins waits for that job") {
  // The quota is used up while threads start.
  const Scenario scenario =
      scenario_of("cpus = 8\nlimits.cpu_max = \"10%\"\ncosts.thread_start = \"10ms\"\ncosts.thread_create = \"2ms\"",
                  "count = 12\nsteps = [{ cpu = \"1ms\" }]");
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.completed == 12);
  std::map<LaneId, JobId> jobs;
  bool waited = false;
  const SegmentTable& segments = result.trace->segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment segment = segments[i];
    if (segment.lane == 0 || segment.lane == kNoLane || segment.state == JobState::queued) continue;
    CAPTURE(segment.lane, segment.job, to_seconds(segment.begin.time_since_epoch()));
    CHECK(jobs.try_emplace(segment.lane, segment.job).first->second == segment.job);
    waited = waited || (segment.state == JobState::ready && segment.begin < result.trace->jobs.started[segment.job]);
  }
  CHECK(waited);
}
