// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration: that its experiments and its fit find the costs of a machine. Tried on simulated machines, whose costs
// are known; tests/bench/fidelity_time.cpp shows how good they are on a real one.
#include "models/lab/calibration/calibrate.hpp"

#include <filesystem>
#include <fstream>

#include "models/kernel/kernel.hpp"
#include "models/lab/run/run.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;

namespace {

Machine known_machine(std::int64_t cpus) {
  Machine machine = plain_machine();
  machine.name = "known";
  machine.cpus = cpus;
  machine.costs.syscall = {1us, {}};
  machine.costs.page_fault = {4us, {}};
  machine.costs.thread_create = {50us, {}};
  machine.costs.create_jitter = {6us, {}};
  machine.costs.stack_table = {30us, {}};
  machine.costs.thread_start = {12us, {}};
  machine.costs.thread_exit = {9us, {}};
  machine.costs.start_stall = {7us, {}};
  machine.costs.exit_stall = {4us, {}};
  machine.costs.stack_unmap = {40us, {}};
  machine.costs.map = {3us, {}};
  machine.costs.context_switch = {2us, {}};
  machine.costs.wakeup = {6us, {}};
  machine.costs.timer_slack = {45us, {}};
  machine.executor.task_spawn = {70ns, {}};
  machine.executor.task_poll = {20ns, {}};
  machine.executor.task_wake = {20ns, {}};
  machine.executor.timer = {30ns, {}};
  return machine;
}

CalibrationBench simulated(const Machine& machine) {
  CalibrationBench bench;
  bench.machine = machine;
  bench.run = [](const Scenario& scenario) { return run_modeled(scenario, 0, {}); };
  bench.syscall = [costs = machine.costs] { return costs.syscall.value; };
  bench.map = [costs = machine.costs] { return costs.map.value; };
  bench.yield = [costs = machine.costs] { return costs.syscall.value + costs.context_switch.value; };
  return bench;
}

CalibrationOptions two_rounds() {
  CalibrationOptions options;
  options.budget = Duration::zero();
  return options;
}

double us(const Cost& cost) {
  return static_cast<double>(cost.value.count()) / 1000;
}

}  // namespace

TEST_CASE("Calibrating a simulated machine finds the costs that it was given") {
  const std::int64_t cpus = GENERATE(1, 2);
  CAPTURE(cpus);
  const Machine machine = known_machine(cpus);
  const auto found = calibrate(simulated(machine), two_rounds());
  REQUIRE(found);
  const Costs& costs = found->costs;
  CHECK(us(costs.syscall) == Approx(1));
  CHECK(us(costs.map) == Approx(3));
  CHECK(us(costs.context_switch) == Approx(2).epsilon(0.1));
  CHECK(us(costs.thread_create) == Approx(50).epsilon(0.05));
  CHECK(us(costs.create_jitter) == Approx(6).margin(1.5));
  CHECK(us(costs.stack_table) == Approx(30).epsilon(0.1));
  CHECK(us(costs.thread_start) == Approx(12).margin(1.5));
  CHECK(us(costs.thread_exit) == Approx(9).margin(2));
  CHECK(us(costs.stack_unmap) == Approx(40).epsilon(0.1));
  CHECK(us(costs.page_fault) == Approx(4).epsilon(0.05));
  CHECK(us(costs.wakeup) == Approx(6).margin(1));
  CHECK(us(costs.timer_slack) == Approx(45).margin(2));
  if (cpus > 1) {
    CHECK(us(costs.start_stall) == Approx(7).margin(2));
    CHECK(us(costs.exit_stall) == Approx(4).margin(2));
  }
  CHECK(found->executor.task_spawn.value.count() == Approx(70).margin(3));
  CHECK(found->executor.timer.value.count() == Approx(30).margin(3));
  // Only their sum is known.
  CHECK((found->executor.task_poll.value + found->executor.task_wake.value).count() == Approx(40).margin(4));
}

TEST_CASE("A calibration that is asked to stop stops, and one whose runs fail says why") {
  std::stop_source stop;
  CalibrationOptions options = two_rounds();
  options.stop = stop.get_token();
  int told = 0;
  options.progress = [&](const std::string&, double done) {
    CHECK(done <= 1);
    if (++told == 2) stop.request_stop();
  };
  const auto stopped = calibrate(simulated(known_machine(2)), options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error() == "stopped");
  CHECK(told == 2);

  CalibrationBench broken = simulated(known_machine(2));
  broken.run = [](const Scenario&) {
    RunResult result;
    result.error = "no such program";
    return result;
  };
  const auto failed = calibrate(broken, two_rounds());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().find("no such program") != std::string::npos);
}

TEST_CASE("A run that was disturbed is left out of the fit, and no cost is below zero") {
  CostFit fit;
  for (const auto time : {100us, 101us, 99us, 100us, 300us})
    fit.observe("create", {{CostTerm::thread_create, 1}}, time);
  // 5 us less than the creation alone: an exit that costs less than nothing.
  for (const auto time : {95us, 95us, 95us})
    fit.observe("both", {{CostTerm::thread_create, 1}, {CostTerm::thread_exit, 1}}, time);
  Costs given;
  given.wakeup = {3us, 1us};
  const CalibratedCosts found = fit.fit(given);
  CHECK(found.observations == 7);
  CHECK(found.costs.thread_exit.value == 0us);
  CHECK(us(found.costs.thread_create) > 95);
  CHECK(us(found.costs.thread_create) < 100);
  CHECK(found.costs.thread_create.interval > 0us);
  // What was not observed stays.
  CHECK(found.costs.wakeup.value == 3us);
  CHECK(found.costs.wakeup.interval == 1us);
}

TEST_CASE("A calibrated profile has its intervals, and gives the executor's costs to the runtime spawnpoint alone") {
  const TemporaryDirectory folder;
  const std::string file = (folder / "mine.toml").string();
  Machine machine = known_machine(2);
  machine.costs.thread_create = {50us, 2us};
  machine.executor.task_spawn = {70ns, 4ns};
  machine.source = "costs calibrated on 2026-01-02 on A Processor, 2 cpus, Linux 6.1.0";
  std::ofstream(file) << to_toml(machine);

  const std::string text =
      "[machine]\nprofile = \"" + file +
      "\"\n[[run]]\nconcurrency = \"join_all\"\n[[run]]\nconcurrency = \"join_all\"\nlabel = "
      "\"tokio\"\nruntime = \"tokio\"\n[[run]]\nconcurrency = \"join_all\"\nlabel = \"own\"\ntimer = "
      "\"1us\"\n";
  const ParseResult parsed = parse_scenario(text, "test.toml", {});
  REQUIRE(parsed.scenario);
  const Scenario& scenario = *parsed.scenario;
  CHECK(scenario.machine.costs.thread_create.value == 50us);
  CHECK(scenario.machine.costs.thread_create.interval == 2us);
  CHECK(scenario.machine.executor.task_spawn.interval == 4ns);
  CHECK(scenario.runs[0].runtime.task_spawn == 70ns);
  CHECK(scenario.runs[0].runtime.timer == 30ns);
  CHECK(scenario.runs[1].runtime.task_spawn == load_runtime("tokio", {})->task_spawn);
  CHECK(scenario.runs[2].runtime.timer == 1us);

  SECTION("the same machine takes it") {
    Machine host;
    host.cpus = 2;
    host.costs.tick = 1ms;
    const auto taken = take_calibration(host, file, "A Processor, 2 cpus, Linux 6.1.0");
    REQUIRE(taken);
    CHECK(taken->empty());
    // That was read from the kernel as it is now.
    CHECK(host.costs.tick == 1ms);
    CHECK(host.costs.stack_unmap.value == 40us);
    CHECK(host.executor.task_wake.value == 20ns);
    CHECK(host.source.find("2026-01-02") != std::string::npos);
  }
  SECTION("the same machine with more cpus takes it, and it is said") {
    Machine host;
    host.cpus = 8;
    const auto taken = take_calibration(host, file, "A Processor, 8 cpus, Linux 6.1.0");
    REQUIRE(taken);
    CHECK(*taken == "made when this machine had 2 cpus, and not 8: how much cores hold each other up may differ");
    CHECK(host.costs.stack_unmap.value == 40us);
  }
  SECTION("another kernel does not") {
    Machine host;
    const auto taken = take_calibration(host, file, "A Processor, 2 cpus, Linux 6.2.0");
    REQUIRE_FALSE(taken);
    CHECK(taken.error().find("another machine or kernel") != std::string::npos);
    CHECK(host.costs.stack_unmap.value == 0us);
  }
  SECTION("a file that is not a profile is reported") {
    std::ofstream(file) << "costs = 3\n";
    Machine host;
    const auto taken = take_calibration(host, file, "A Processor, 2 cpus, Linux 6.1.0");
    REQUIRE_FALSE(taken);
    CHECK(taken.error().find("cannot be read") != std::string::npos);
  }
}

TEST_CASE("What else keeps a machine busy is noticed, said, and widens the intervals") {
  CalibrationBench bench = simulated(known_machine(2));
  const auto quiet = calibrate(bench, two_rounds());
  REQUIRE(quiet);
  CHECK(remark_on(quiet->noise).empty());

  int spins = 0;
  bench.spin = [&] { return ++spins == 2 ? 230ms : 200ms; };
  int looks = 0;
  bench.use = [&]() -> std::optional<CpuUse> {
    if (++looks == 1) return CpuUse{};
    return CpuUse{.all = 100s, .busy = 60s, .stolen = 4s, .own = 50s};
  };
  const auto busy = calibrate(bench, two_rounds());
  REQUIRE(busy);
  CHECK(busy->noise.spread == Approx(0.15));
  CHECK(busy->noise.stolen == Approx(0.04));
  CHECK(busy->noise.others == Approx(0.10));
  CHECK(
      remark_on(busy->noise) ==
      "equal spins differed by 15%, the hypervisor gave 4% of the CPU time to others, other processes used 10% of the "
      "CPU time");
  const Cost& create = busy->costs.thread_create;
  CHECK(create.value == quiet->costs.thread_create.value);
  CHECK(us(Cost{create.interval, {}}) >= 0.07 * us(create));
}

TEST_CASE("A migration's cost is what is observed of it") {
  CalibrationBench bench = simulated(known_machine(2));
  bench.migration = [] { return Duration(4us); };
  const auto found = calibrate(bench, two_rounds());
  REQUIRE(found);
  CHECK(us(found->costs.migration) == Approx(4));
}

TEST_CASE("A tick's cost is what is observed of it") {
  CalibrationBench bench = simulated(known_machine(2));
  bench.tick_interrupt = [](Duration tick) { return tick / 80; };
  bench.machine.costs.tick = 4ms;
  const auto found = calibrate(bench, two_rounds());
  REQUIRE(found);
  CHECK(us(found->costs.tick_interrupt) == Approx(50));
}

TEST_CASE("No more threads live at once than are created while one of them sleeps, on one core as on two") {
  const std::int64_t cpus = GENERATE(1, 2);
  CAPTURE(cpus);
  Scenario many = scenario("thread_per_job", 20'000);
  many.machine.cpus = cpus;
  many.machine.limits = {};
  many.machine.costs.thread_create = {100us, {}};
  const RunResult result = run_modeled(many, 0, {});
  CHECK_FALSE(result.failure);
  CHECK(result.completed == 20'000);
  const Costs& costs = many.machine.costs;
  // 10,000 in a second; on one core the threads' own starts, ends and switches take their share of it.
  const Duration others = costs.thread_start.value + costs.thread_exit.value + costs.wakeup.value +
                          2 * costs.context_switch.value + costs.syscall.value;
  const double most = to_seconds(1s) / to_seconds(costs.thread_create.value + (cpus > 1 ? Duration{} : others));
  CHECK(static_cast<double>(result.peak_threads) <= most * (cpus > 1 ? 1.01 : 1.12));
  CHECK(static_cast<double>(result.peak_threads) >= 0.9 * most);
}

TEST_CASE("Threads that start on another core hold up the creator by what the profile says") {
  Scenario threads = scenario("thread_per_job", 1'000);
  threads.machine.cpus = 2;
  threads.machine.limits = {};
  threads.machine.costs.thread_create = {100us, {}};
  const RunResult alone = run_modeled(threads, 0, {});
  threads.machine.costs.start_stall = {20us, {}};
  const RunResult held_up = run_modeled(threads, 0, {});
  // All but the last of 1,000 starts fall into the creation of the next thread.
  CHECK((held_up.main_cpu - alone.main_cpu).count() == Approx(999 * 20'000.0).epsilon(0.01));
  CHECK((held_up.wall - alone.wall).count() == Approx(999 * 20'000.0).epsilon(0.02));
  // On one core nobody runs at the same time.
  threads.machine.cpus = 1;
  const RunResult one = run_modeled(threads, 0, {});
  threads.machine.costs.start_stall = {};
  CHECK(one.wall == run_modeled(threads, 0, {}).wall);
}

TEST_CASE("A stack that is not kept takes the joining thread what it costs to give it back") {
  Scenario threads = scenario("thread_per_job", 1'000);
  threads.machine.cpus = 1;
  threads.machine.limits = {};
  // All have ended before the first is joined.
  threads.jobs.steps = {Step{StepKind::sleep, Distribution::constant(1us)}};
  const RunResult kept = run_modeled(threads, 0, {});
  threads.machine.costs.stack_unmap = {50us, {}};
  const RunResult given_back = run_modeled(threads, 0, {});
  // glibc keeps 40 MiB: four stacks of 8 MiB with their guards.
  CHECK((given_back.main_cpu - kept.main_cpu).count() == Approx(996 * 50'000.0).epsilon(0.01));
  // Small ones are all kept.
  threads.runs[0].runtime.stack = Bytes{32 << 10};
  threads.machine.costs.stack_unmap = {};
  const Duration small = run_modeled(threads, 0, {}).main_cpu;
  threads.machine.costs.stack_unmap = {50us, {}};
  CHECK(run_modeled(threads, 0, {}).main_cpu == small);
}

TEST_CASE("A stack pays for the part of a page-table page that it covers, up to a whole one") {
  Machine machine = plain_machine();
  machine.costs.thread_create = {50us, {}};
  machine.costs.stack_table = {40us, {}};
  Runtime runtime = c_runtime();
  runtime.guard = {};
  runtime.stack = Bytes{8 << 20};
  CHECK(kernel::spawn_cost(machine, runtime) == 90us);
  runtime.stack = Bytes{2 << 20};
  CHECK(kernel::spawn_cost(machine, runtime) == 90us);
  runtime.stack = Bytes{512 << 10};
  CHECK(kernel::spawn_cost(machine, runtime) == 60us);
}
