// SPDX-License-Identifier: GPL-3.0-or-later
// No run goes on forever, none wraps around the end of time, and what cannot be computed is no result.
#include <chrono>

#include "models/kernel/kernel.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/run/budget.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/machine/profile_file.hpp"
#include "models/result/format.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

constexpr const char* kLaptop = "[machine]\nprofile = \"laptop-8g\"\n";

Scenario read(const std::string& text) {
  const ParseResult parsed = parse_scenario(text, "endless.toml", {});
  INFO(text << format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  return *parsed.scenario;
}

RunResult first_of(const std::string& text) {
  return run_modeled(read(text), 0, {});
}

void check_too_long(const RunResult& result) {
  CHECK(result.error == "the run would take more than 292 years");
  CHECK(result.completed == 0);
  CHECK(result.trace == nullptr);
}

}  // namespace

TEST_CASE("a run that would outlast the clock says so instead of wrapping around it") {
  struct Case {
    const char* model;
    std::int64_t jobs;
    Step step;
    Duration every{};
  };
  // Past the parser, which refuses them all.
  const Case too_long[] = {
      // The jobs themselves,
      {"sequential", 5, {StepKind::sleep, Distribution::constant(800'000h)}},
      {"await_each", 5, {StepKind::sleep, Distribution::constant(800'000h)}},
      {"thread_pool", 20, {StepKind::block, Distribution::constant(800'000h)}},
      {"join_all", 5, {StepKind::cpu, Distribution::constant(800'000h)}},
      // and their arrivals.
      {"join_all", 9, {StepKind::sleep, Distribution::constant(1s)}, 800'000h},
  };
  for (const Case& one : too_long) {
    INFO(one.model << ", " << one.jobs << " jobs");
    Scenario scenario = tests::scenario(one.model, one.jobs);
    scenario.runs[0].threads = 4;
    scenario.jobs.steps = {one.step};
    if (one.every > Duration::zero()) scenario.jobs.arrivals = {.kind = Arrivals::Kind::every, .every = one.every};
    check_too_long(run_modeled(scenario, 0, {}));
  }
}

TEST_CASE("costs that outlast the clock are no result either") {
  const std::string jobs = "[jobs]\ncount = 100\nsteps = [{ sleep = \"100h\" }]\n[[run]]\nconcurrency = ";
  for (const auto& [model, cost] : {std::pair{"sequential", "timer_slack"},
                                    {"thread_per_job", "thread_create"},
                                    {"thread_per_job", "context_switch"}}) {
    INFO(model << ": " << cost);
    check_too_long(first_of(std::string(kLaptop) + "costs." + cost + " = \"800000h\"\n" + jobs + '"' + model + "\"\n"));
  }
}

TEST_CASE("a file whose jobs take too long together says how many years that is, in whole ones") {
  for (const auto& [jobs, years] :
       {std::pair{"count = 20\nsteps = [{ block = \"800000h\" }]", "1,826"},
        {"count = 9\narrivals = { every = \"800000h\" }\nsteps = [{ sleep = \"1s\" }]", "822"},
        {"count = 3\nsteps = [{ sleep = \"731000h\" }]", "251"}}) {
    const ParseResult parsed = parse_scenario(std::string(kLaptop) + "[jobs]\n" + jobs + "\n", "long.toml", {});
    INFO(format(parsed.diagnostics));
    CHECK_FALSE(parsed.scenario);
    CHECK(format(parsed.diagnostics).find("the jobs together take " + std::string(years) + " years") !=
          std::string::npos);
  }
}

TEST_CASE("a cost is the part of a page table that it is, however long the whole takes") {
  Machine machine = *load_machine("laptop-8g", {});
  machine.page_size = Bytes{64 << 10};
  machine.costs.stack_table.value = 30s;
  Runtime runtime;
  runtime.stack = Bytes{256 << 20};
  // 64 KiB pages of 8192 entries cover 512 MiB: half of it.
  const Duration whole = kernel::spawn_cost(machine, runtime);
  machine.costs.stack_table.value = 0s;
  const Duration without = kernel::spawn_cost(machine, runtime);
  CHECK(whole - without > 14s);
  CHECK(whole - without < 16s);
}

TEST_CASE("a thread gets on, however long a switch takes") {
  const std::string jobs =
      "[jobs]\ncount = 20\nsteps = [{ cpu = \"1ms\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n";
  for (const char* costs : {"costs.context_switch = \"3ms\"", "costs.time_slice = \"1us\"",
                            "costs = { context_switch = \"10ms\", time_slice = \"1us\" }"}) {
    INFO(costs);
    const RunResult result = first_of(kLaptop + std::string("cpus = 2\n") + costs + "\n" + jobs);
    CHECK(result.error.empty());
    CHECK(result.completed == 20);
    CHECK(result.wall >= 10ms);
  }
  const ParseResult zero = parse_scenario(kLaptop + std::string("costs.time_slice = \"0s\"\n") + jobs, "zero.toml", {});
  REQUIRE_FALSE(zero.scenario);
  CHECK(format(zero.diagnostics).find("zero.toml:3:20: error: `machine.costs.time_slice` must be more than 0") !=
        std::string::npos);
}

TEST_CASE("a budget ends a run early, and the partial result says which") {
  // Threads on one core that take turns for hours, too many of them to be computed in leaps.
  const Scenario endless =
      read(kLaptop + std::string("cpus = 1\n[jobs]\ncount = 5000\n") +
           "steps = [{ sleep = \"10s\" }, { cpu = \"100h\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n");
  const auto run_with = [&](const Budget& budget) {
    RunOptions options;
    options.budget = budget;
    return run_modeled(endless, 0, options);
  };
  const RunResult by_events = run_with({.events = 100'000});
  CHECK(by_events.stopped);
  CHECK(by_events.stop_cause == StopCause::events);
  CHECK(by_events.completed == 0);
  CHECK(by_events.events >= 100'000);
  CHECK(by_events.events < 101'000);
  CHECK(run_with({.real_time = 1ms}).stop_cause == StopCause::real_time);
  const RunResult idle = run_with({.idle = 20ms});
  CHECK(idle.stop_cause == StopCause::idle);
  CHECK(idle.error.empty());
  CHECK(stop_words(idle.stop_cause) == "no step began or ended for too long while it was computed");
  // Whoever gives it time gets it.
  CHECK(run_with({.real_time = 100ms, .idle = 1ms}).stop_cause == StopCause::real_time);
  Scenario many = read(kLaptop + std::string("[jobs]\ncount = 3000000\nsteps = [{ sleep = \"1s\" }]\n") +
                       "[[run]]\nconcurrency = \"join_all\"\n");
  RunOptions little;
  little.record = false;
  little.budget.memory = Bytes{32 << 20};
  const RunResult by_memory = run_modeled(many, 0, little);
  CHECK(by_memory.stop_cause == StopCause::memory);
}

TEST_CASE("tasks that hold their thread one after the other can be stopped, though all of that is one event") {
  const Scenario scenario = read(std::string(kLaptop) +
                                 "limits.cpu_max = \"10%\"\n[jobs]\ncount = 100_000\nsteps = [{ cpu = \"10s\" }, { "
                                 "block = \"1s\" }, { cpu = \"10s\" }]\n[[run]]\nconcurrency = \"" +
                                 std::string(GENERATE("await_in_loop", "await_each", "join_all")) + "\"\n");
  RunOptions options;
  SECTION("by the time that it may take") {
    options.budget.real_time = 50ms;
    const RunResult result = run_modeled(scenario, 0, options);
    CHECK(result.stopped);
    CHECK(result.stop_cause == StopCause::real_time);
    CHECK(result.error.empty());
    CHECK(result.completed < result.jobs);
    // None is made any more once it is stopped.
    if (result.concurrency == "join_all") CHECK(result.peak_tasks < result.jobs);
  }
  SECTION("by the user") {
    std::stop_source stop;
    options.stop = stop.get_token();
    options.progress = [&](const Progress&) { stop.request_stop(); };
    const RunResult result = run_modeled(scenario, 0, options);
    CHECK(result.stop_cause == StopCause::user);
    CHECK(result.completed < result.jobs);
  }
}

TEST_CASE("a run is not idle while its tasks are made") {
  const Scenario scenario = read(std::string(kLaptop) +
                                 "[jobs]\ncount = 2_000_000\nsteps = [{ sleep = \"0s\" }]\n[[run]]\nconcurrency = "
                                 "\"await_in_loop\"\n");
  RunOptions options;
  options.record = false;
  options.budget.idle = 20ms;
  CHECK(run_modeled(scenario, 0, options).stop_cause == StopCause::none);
}

TEST_CASE("a budget is read with its units, and mistakes are told") {
  const auto budget = parse_budget("events=1000, memory=1GiB,time=10s");
  REQUIRE(budget);
  CHECK(budget->events == 1000);
  CHECK(budget->memory == Bytes{1 << 30});
  CHECK(budget->real_time == 10s);
  CHECK(parse_budget("time=1h")->events == UINT64_MAX);
  for (const char* wrong : {"", "events", "events=0", "events=-1", "events=x", "memory=1", "time=5", "speed=3",
                            "events=1,events=2", "events=1,", "events=1 time=2s"}) {
    INFO(wrong);
    CHECK_FALSE(parse_budget(wrong));
  }
}

TEST_CASE("a ladder of limits is right for threads of any size") {
  for (const Bytes each :
       {Bytes{100 << 20}, Bytes{200 << 20}, Bytes{std::int64_t{8} << 30}, Bytes{std::int64_t{1} << 60}}) {
    Machine machine = *load_machine("laptop-8g", {});
    machine.limits.pids_max.clear();
    Runtime runtime;
    runtime.resident_per_thread = each;
    const LimitLadder ladder = limit_ladder(machine, runtime);
    REQUIRE(ladder.binding() != nullptr);
    CHECK(ladder.binding()->limit->kind == LimitKind::memory);
    CHECK(ladder.threads <= (std::int64_t{8} << 30) / each.count);
  }
}

TEST_CASE("a run that would not fit into this machine's memory is not begun") {
  Scenario huge = tests::scenario("join_all", 100'000'000'000);
  const auto why = too_large_for_memory(huge, 0, true);
  REQUIRE(why);
  CHECK(why->find("computing it would take about ") == 0);
  CHECK(why->find("half of what is free here") != std::string::npos);
  CHECK_FALSE(too_large_for_memory(tests::scenario("join_all", 100'000), 0, true));
  const RunResult refused = not_run(huge, 0, *why);
  CHECK(refused.error == *why);
  CHECK(refused.concurrency == "join_all");
}
