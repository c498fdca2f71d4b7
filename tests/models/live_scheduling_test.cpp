// SPDX-License-Identifier: GPL-3.0-or-later
// Policy, nice values, quota and cpuset, imposed for real. What the kernel has of the threads is read from /proc.
#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_plan.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/result/imposed_words.hpp"
#include "tests/catch.hpp"
#include "tests/models/live_laboratory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;

namespace {

Step cpu_of(Duration duration) {
  return {StepKind::cpu, Distribution::constant(duration)};
}

/// What /proc/PID/task/TID/stat says of the worker's threads: policy (field 41) and nice (19), the last time that
/// `threads` of them were there. A thread sets its own, a moment after it is there.
struct Seen {
  std::multiset<std::int64_t> policies;
  std::multiset<std::int64_t> nices;
};

Seen look_at(const Scenario& scenario, std::int64_t threads, RunResult& result) {
  LiveRun run(scenario, 0, RunOptions{}, with_worker());
  Seen seen;
  while (run.poll()) {
    run.wait(2ms);
    if (run.progress().threads < threads) continue;
    Seen now;
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      if (!parse_count(process.path().filename().string())) continue;
      const auto status = read_text(process.path() / "status");
      if (!status || field_count(*status, "PPid") != ::getpid() || field(*status, "Name") != "spawnpoint-run") continue;
      std::error_code error;
      for (const auto& task : std::filesystem::directory_iterator(process.path() / "task", error)) {
        const auto stat = read_text(task.path() / "stat", 4096);
        if (!stat) continue;
        // The second field is a name in parentheses; what follows is fields 3 and on.
        const auto fields = words(std::string_view(*stat).substr(stat->rfind(')') + 1));
        if (fields.size() < 39) continue;
        now.nices.insert(parse_count(fields[16]).value_or(-99));
        now.policies.insert(parse_count(fields[38]).value_or(-99));
      }
    }
    if (std::ssize(now.nices) == threads) seen = std::move(now);
  }
  result = run.result();
  return seen;
}

}  // namespace

TEST_CASE("what a run asks of the scheduler reaches the worker") {
  LivePlan plan;
  plan.scheduling = {.policy = Policy::rr, .nice = {-5, 0, 19}};
  plan.cpuset = {3, 1};
  const auto back = decode_live_plan(encode(plan));
  REQUIRE(back);
  CHECK(back->scheduling == plan.scheduling);
  CHECK(back->cpuset == plan.cpuset);
}

TEST_CASE("live threads take their nice values in turn, the main thread the first") {
  Scenario scenario = live_scenario("thread_per_job", 4, sleep_of(300ms));
  scenario.runs[0].scheduling.nice = {3, 10};
  RunResult result;
  const Seen seen = look_at(scenario, 5, result);
  REQUIRE(result.error.empty());
  need_imposed(result, "nice");
  CHECK(result.completed == 4);
  if (seen.nices.empty()) SKIP("this machine was too busy to look at the threads");
  CHECK(seen.nices == std::multiset<std::int64_t>{3, 3, 3, 10, 10});
}

TEST_CASE("a live run has the policy that it asks for, or says that it has not") {
  for (const auto& [policy, number] : {std::pair(Policy::fifo, 1), std::pair(Policy::rr, 2)}) {
    Scenario scenario = live_scenario("thread_per_job", 2, sleep_of(300ms));
    scenario.runs[0].scheduling.policy = policy;
    RunResult result;
    const Seen seen = look_at(scenario, 3, result);
    REQUIRE(result.error.empty());
    const auto told = std::ranges::find(result.imposed, "policy", &ImposedLimit::limit);
    REQUIRE(told != result.imposed.end());
    CHECK(imposed_value(*told) == (policy == Policy::fifo ? "policy fifo" : "policy rr"));
    if (seen.policies.empty()) SKIP("this machine was too busy to look at the threads");
    CHECK(seen.policies.count(told->held() ? number : 0) == 3);
  }
}

TEST_CASE("a live run stays on the cpus that it may use") {
  Scenario scenario = live_scenario("thread_per_job", 4, cpu_of(50ms));
  scenario.machine.cpuset = {0};
  scenario.machine_overrides.push_back("cpuset");
  const RunResult result = run_live_here(scenario);
  need_imposed(result, "cpuset");
  CHECK(result.completed == 4);
  // One core does 200 ms of work in no less.
  CHECK(result.wall >= 200ms);
}

TEST_CASE("a live run gets no more CPU time than its quota") {
  if (const auto group = RunCgroup::create("cpu"); !group) SKIP("no cpu cgroup: " + group.error());
  Scenario scenario = live_scenario("thread_per_job", 2, cpu_of(200ms));
  scenario.machine.limits.cpu_max = 25ms;
  scenario.machine_overrides.push_back("limits.cpu_max");
  const RunResult result = run_live_here(scenario);
  need_imposed(result, "cpu.max");
  CHECK(imposed_value(result.imposed.front()) == "cpu.max 25%");
  CHECK(result.completed == 2);
  // 400 ms of CPU time at a quarter of a core; the first period may have been under way.
  CHECK(result.wall >= 1200ms);
}

TEST_CASE("a cpu that this machine does not have is not claimed") {
  Scenario scenario = live_scenario("thread_per_job", 1, sleep_of(1ms));
  scenario.machine.cpuset = {60'000};
  scenario.machine_overrides.push_back("cpuset");
  const RunResult result = run_live_here(scenario);
  const auto told = std::ranges::find(result.imposed, "cpuset", &ImposedLimit::limit);
  REQUIRE(told != result.imposed.end());
  CHECK_FALSE(told->held());
  CHECK(result.completed == 1);
}

TEST_CASE("a live run tells which core has which thread while jobs compute, and who waits for one") {
  Scenario scenario = live_scenario("thread_per_job", 4, cpu_of(40ms));
  scenario.machine.cpuset = {0};
  scenario.machine_overrides.emplace_back("cpuset");
  const RunResult result = run_live_here(scenario);
  REQUIRE(result.error.empty());
  need_imposed(result, "cpuset");
  REQUIRE(result.completed == 4);
  const Trace& trace = *result.trace;
  CHECK(trace.cores == 1);
  CHECK(trace.turns_end == trace.end);
  Instant free{};
  Duration computing{};
  for (std::size_t i = 0; i < trace.turns.size(); ++i) {
    const Turn turn = trace.turns[i];
    REQUIRE(turn.core == 0);
    REQUIRE(turn.lane >= 1);
    REQUIRE(turn.lane <= 4);
    REQUIRE(turn.begin >= free);
    free = turn.end;
    computing += turn.end - turn.begin;
  }
  // What the jobs asked for, and the interrupts that are too short to be told apart from it.
  CHECK(computing >= 160ms);
  CHECK(computing < 400ms);
  Duration ready{};
  for (std::size_t i = 0; i < trace.segments.size(); ++i)
    if (trace.segments.states()[i] == JobState::ready) ready += trace.segments.ends()[i] - trace.segments.begins()[i];
  // Four share one core: the last one alone waits for what the three others compute.
  CHECK(ready > 100ms);
  CHECK(result.wall >= 160ms);
}
