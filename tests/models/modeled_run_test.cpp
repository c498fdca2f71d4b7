// SPDX-License-Identifier: GPL-3.0-or-later
// The concurrency models on the simulated kernel: the article's programs, failure points, determinism.
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "models/kernel/process_memory.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "models/scenario/scenario.hpp"
#include "models/workload/workload.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using namespace spawnpoint::literals;
using spawnpoint::tests::job_lines;
using spawnpoint::tests::same_trace;
using spawnpoint::tests::scenario;

TEST_CASE("Sequential jobs run one after the other") {
  const RunResult result = run_modeled(scenario("sequential", 3), 0, {});
  CHECK(job_lines(result) == "start 1, end 1, start 2, end 2, start 3, end 3");
  CHECK(result.completed == 3);
  CHECK(to_seconds(result.wall) == Approx(3).epsilon(0.01));
  CHECK(result.peak_threads == 1);
}

TEST_CASE("A thread for each job makes three jobs run at the same time") {
  const RunResult result = run_modeled(scenario("thread_per_job", 3), 0, {});
  CHECK(result.completed == 3);
  CHECK(job_lines(result, /*ends_only=*/true) == "end 1, end 2, end 3");
  CHECK(to_seconds(result.wall) == Approx(1).epsilon(0.01));
  CHECK(result.peak_threads == 4);
}

TEST_CASE("Awaiting job by job is serial") {
  const RunResult result = run_modeled(scenario("await_each", 3), 0, {});
  CHECK(job_lines(result) == "start 1, end 1, start 2, end 2, start 3, end 3");
  CHECK(to_seconds(result.wall) == Approx(3).epsilon(0.01));
}

TEST_CASE("join_all runs three jobs at the same time on one thread") {
  const RunResult result = run_modeled(scenario("join_all", 3), 0, {});
  CHECK(job_lines(result) == "start 1, start 2, start 3, end 1, end 2, end 3");
  CHECK(to_seconds(result.wall) == Approx(1).epsilon(0.01));
  CHECK(result.peak_threads == 1);
  CHECK(result.peak_tasks == 3);
}

TEST_CASE("A blocking call makes join_all serial, and the job that held the thread is known") {
  Scenario blocking = scenario("join_all", 3);
  blocking.jobs.steps = {Step{StepKind::block, Distribution::constant(1s)}};
  const RunResult result = run_modeled(blocking, 0, {});
  CHECK(job_lines(result) == "start 1, end 1, start 2, end 2, start 3, end 3");
  CHECK(to_seconds(result.wall) == Approx(3).epsilon(0.01));
  CHECK(to_seconds(result.longest_poll) == Approx(1).epsilon(0.01));
}

TEST_CASE("Awaiting a list of futures in a loop is serial, since a future does nothing until it is awaited") {
  const RunResult result = run_modeled(scenario("await_in_loop", 3), 0, {});
  CHECK(job_lines(result) == "start 1, end 1, start 2, end 2, start 3, end 3");
  CHECK(to_seconds(result.wall) == Approx(3).epsilon(0.01));
}

TEST_CASE("A pool of two threads does blocking jobs two at a time") {
  Scenario pool = scenario("thread_pool", 10);
  pool.runs[0].threads = 2;
  pool.jobs.steps = {Step{StepKind::block, Distribution::constant(1s)}};
  const RunResult result = run_modeled(pool, 0, {});
  CHECK(result.completed == 10);
  CHECK(result.peak_threads == 3);
  CHECK(to_seconds(result.wall) == Approx(5).epsilon(0.01));
}

TEST_CASE("Jobs that compute share the cores") {
  Scenario busy = scenario("thread_per_job", 8);
  busy.machine.cpus = 2;
  busy.jobs.steps = {Step{StepKind::cpu, Distribution::constant(100ms)}};
  const RunResult result = run_modeled(busy, 0, {});
  CHECK(result.completed == 8);
  CHECK(to_seconds(result.wall) == Approx(0.4).epsilon(0.02));
}

TEST_CASE("A time slice lets a short job pass a long one on one core") {
  Scenario mixed = scenario("thread_per_job", 2);
  mixed.machine.cpus = 1;
  mixed.jobs.steps = {Step{StepKind::cpu, Distribution::empirical({1s, 10ms})}};
  // Find a seed where the first job is the long one.
  for (mixed.seed = 1;; ++mixed.seed) {
    const Workload work(mixed.jobs, mixed.seed);
    if (work.duration(0, 0) == 1s && work.duration(1, 0) == 10ms) break;
  }
  const RunResult result = run_modeled(mixed, 0, {});
  CHECK(job_lines(result, true) == "end 2, end 1");
}

TEST_CASE("The series of a modeled run reach what its threads use of their stacks") {
  for (const std::int64_t jobs : {1, 4, 50, 2000}) {
    Scenario scenario = tests::scenario("thread_per_job", jobs);
    scenario.machine.limits = {};
    scenario.runs[0].runtime.touched = 512_KiB;
    const RunResult result = run_modeled(scenario, 0, {});
    const Series& resident = (*result.trace)[SeriesKind::resident];
    INFO(jobs);
    CHECK(resident.maximum() == static_cast<double>(result.memory.resident.count));
    // Long before the jobs' second is over.
    CHECK(resident.at(Instant(990ms)) >= 0.99 * resident.maximum());
    CHECK(result.peak_threads == jobs + 1);
  }
  // Where the first ones end before the last ones start, no maximum is lost either.
  Scenario scenario = tests::scenario("thread_per_job", 5000);
  scenario.machine.limits = {};
  scenario.runs[0].runtime.touched = 512_KiB;
  scenario.jobs.steps = {Step{StepKind::sleep, Distribution::exponential(20ms)}};
  const RunResult result = run_modeled(scenario, 0, {});
  const Trace& trace = *result.trace;
  CHECK(trace[SeriesKind::resident].maximum() == static_cast<double>(result.memory.resident.count));
  CHECK(trace[SeriesKind::threads].maximum() == static_cast<double>(result.peak_threads));
  CHECK(result.peak_threads < 5000);
}

TEST_CASE("The first thread past pids.max is refused, and the jobs before it complete") {
  Scenario playground = scenario("thread_per_job", 1000);
  playground.machine.limits.pids_max = {512};
  playground.machine.in_use.cgroup_tasks = {5};
  const RunResult result = run_modeled(playground, 0, {});
  REQUIRE(result.failure);
  CHECK(result.failure->job == 507);  // people see 508
  CHECK(result.failure->threads == 507);
  CHECK(result.failure->call == "clone3");
  CHECK(name_of(result.failure->cause) == "EAGAIN");
  CHECK(result.failure->limit == "pids.max");
  CHECK(result.failure->value == 512);
  CHECK(result.completed == 507);
  CHECK(result.peak_threads == 508);
}

TEST_CASE("The peak of memory is what all threads take once each has started") {
  for (const char* name : {"glibc", "rust-std", "musl"}) {
    const Runtime runtime = load_runtime(name, {}).value();
    for (const std::int64_t threads : {1, 2, 3, 10, 40}) {
      INFO(name << ", " << threads << " threads");
      Scenario one = scenario("thread_per_job", threads);
      one.runs[0].runtime = runtime;
      const RunResult result = run_modeled(one, 0, {});
      REQUIRE(result.peak_threads == threads + 1);
      const kernel::ProcessMemory memory(one.machine, runtime);
      const kernel::ThreadCounts all = memory.settled(threads);
      CHECK(result.memory.virtual_size.count == memory.virtual_size(all).count);
      CHECK(result.memory.resident.count == memory.resident(all).count);
      CHECK(result.memory.kernel_stacks.count == memory.kernel_stacks(all).count);
      CHECK(result.memory.page_tables.count == memory.page_tables(all).count);
      CHECK(result.memory.slab.count == memory.slab(all).count);
    }
  }
}

TEST_CASE("Threads alive at once are bounded by the spawn rate times a job's duration") {
  Scenario slow = scenario("thread_per_job", 20000);
  slow.machine.cpus = 8;
  slow.machine.limits.pids_max = {18887};
  slow.machine.in_use.cgroup_tasks = {8};
  slow.machine.limits.max_map_count.reset();
  slow.machine.costs.thread_create = {100us, {}};
  const RunResult slowly = run_modeled(slow, 0, {});
  CHECK_FALSE(slowly.failure);
  CHECK(slowly.completed == 20000);
  CHECK(slowly.peak_threads == Approx(10000).epsilon(0.02));

  Scenario fast = slow;
  fast.machine.costs.thread_create = {15us, {}};
  const RunResult failed = run_modeled(fast, 0, {});
  REQUIRE(failed.failure);
  CHECK(failed.failure->threads == 18879);
}

TEST_CASE("The same seed gives the same trace, another one another") {
  Scenario random = scenario("thread_pool", 200);
  random.runs[0].threads = 7;
  random.jobs.steps = {Step{StepKind::sleep, Distribution::exponential(10ms)},
                       Step{StepKind::cpu, Distribution::uniform(1ms, 2ms)}};
  random.jobs.arrivals = {.kind = Arrivals::Kind::rate, .rate_per_second = 500};
  const RunResult one = run_modeled(random, 0, {});
  const RunResult two = run_modeled(random, 0, {});
  CHECK(same_trace(*one.trace, *two.trace));
  CHECK(one.events == two.events);
  random.seed += 1;
  CHECK_FALSE(same_trace(*run_modeled(random, 0, {}).trace, *one.trace));
}

TEST_CASE("The record of a modeled run has every maximum, and few of the steps on the way there") {
  constexpr std::size_t kFew = 2'000;  // 256 for each e-fold on the way up, 256 down
  const auto tasks = run_modeled(tests::scenario("join_all", 10'000), 0, {});
  const Series& alive = (*tasks.trace)[SeriesKind::tasks];
  CHECK(alive.maximum() == 10'000);
  CHECK(alive.at(Instant{500ms}) == 10'000);
  CHECK(alive.time.size() < kFew);
  CHECK((*tasks.trace)[SeriesKind::resident].at(Instant{500ms}) == static_cast<double>(tasks.memory.resident.count));

  const auto threads = run_modeled(tests::scenario("thread_per_job", 10'000), 0, {});
  const Series& counted = (*threads.trace)[SeriesKind::threads];
  CHECK(counted.maximum() == static_cast<double>(threads.peak_threads));
  CHECK(counted.time.size() < kFew);
  // Threads that exist all the time.
  auto scenario = tests::scenario("thread_pool", 20'000);
  scenario.runs[0].threads = 1000;
  const auto pool = run_modeled(scenario, 0, {});
  CHECK((*pool.trace)[SeriesKind::threads].maximum() == static_cast<double>(pool.peak_threads));
}

TEST_CASE("A stopped run keeps what it has") {
  Scenario big = scenario("thread_per_job", 100000);
  big.machine.limits = {};
  std::stop_source stop;
  RunOptions options;
  options.stop = stop.get_token();
  options.progress = [&](const Progress&) { stop.request_stop(); };
  stop.request_stop();
  const RunResult result = run_modeled(big, 0, options);
  CHECK(result.stopped);
  CHECK(result.completed < 100000);
  REQUIRE(result.trace);
  CHECK(result.trace->marks.size() == 1);
}

TEST_CASE("A million jobs complete in the modeled executor") {
  const RunResult result = run_modeled(scenario("join_all", 1000000), 0, {});
  CHECK(result.completed == 1000000);
  CHECK(result.peak_tasks == 1000000);
  CHECK(to_seconds(result.wall) < 1.2);
}

TEST_CASE("What is runnable is what runs or could run, at each moment") {
  const auto runnable = [](const RunResult& result, Duration at) {
    return (*result.trace)[SeriesKind::runnable].at(Instant(at));
  };
  SECTION("threads that compute, and then sleep") {
    Scenario computing = scenario("thread_per_job", 20);
    computing.jobs.steps = {Step{StepKind::cpu, Distribution::constant(50ms)},
                            Step{StepKind::sleep, Distribution::constant(1s)}};
    computing.machine.cpus = 2;
    const RunResult result = run_modeled(computing, 0, {});
    CHECK(runnable(result, 100ms) == 20);  // the main thread waits for the first of them
    // Two cores have done all of it after 500 ms.
    CHECK(runnable(result, 600ms) == 0);
    CHECK((*result.trace)[SeriesKind::runnable].maximum() <= 21);
  }
  SECTION("the workers of a pool") {
    Scenario pool = scenario("thread_pool", 100);
    pool.jobs.steps = {Step{StepKind::cpu, Distribution::constant(10ms)}};
    pool.runs[0].threads = 2;
    const RunResult result = run_modeled(pool, 0, {});
    for (const Duration at : {50ms, 200ms, 400ms}) CHECK(runnable(result, at) == 2);
  }
  SECTION("sleepers") {
    const RunResult result = run_modeled(scenario("thread_per_job", 1000), 0, {});
    CHECK(runnable(result, 0ms) == 1);
    CHECK(runnable(result, 500ms) == 0);
    CHECK(runnable(result, result.wall) == 0);
  }
  SECTION("the executor's thread, which sleeps when no timer is due") {
    Scenario tasks = scenario("join_all", 3);
    tasks.jobs.steps = {Step{StepKind::sleep, Distribution::constant(100ms)},
                        Step{StepKind::cpu, Distribution::constant(10ms)},
                        Step{StepKind::block, Distribution::constant(20ms)}};
    const RunResult result = run_modeled(tasks, 0, {});
    CHECK(runnable(result, 0ms) == 1);
    CHECK(runnable(result, 50ms) == 0);
    CHECK(runnable(result, 105ms) == 1);
    CHECK(runnable(result, 120ms) == 0);
    CHECK(runnable(result, 135ms) == 1);
    CHECK(runnable(result, result.wall) == 0);
  }
}

TEST_CASE("A sleep of no length takes what is left of the timer's slack, as clock_nanosleep does") {
  // Measured on Linux 6.18 with the default slack of 50 us: a deadline that has just passed takes 47 us at the least
  // and the thread leaves its core; one that passed 100 us ago does not make it leave.
  for (const StepKind kind : {StepKind::sleep, StepKind::block}) {
    for (const char* concurrency : {"sequential", "thread_per_job"}) {
      INFO(concurrency);
      Scenario none = scenario(concurrency, 100);
      none.jobs.steps = {Step{kind, Distribution::constant(0ns)}};
      const RunResult result = run_modeled(none, 0, {});
      CHECK(result.wall > 50us * (concurrency == std::string("sequential") ? 100 : 1));
      CHECK((*result.trace)[SeriesKind::runnable].time.size() > 100);
    }
  }
  Scenario held = scenario("join_all", 10);
  held.jobs.steps = {Step{StepKind::block, Distribution::constant(0ns)}};
  CHECK(run_modeled(held, 0, {}).wall > 500us);
  // An arrival that is long past: a system call, and no more.
  Scenario late = scenario("sequential", 100);
  late.jobs.arrivals = {.kind = Arrivals::Kind::every, .every = 1ns};
  late.jobs.steps = {Step{StepKind::cpu, Distribution::constant(1ms)}};
  const Duration wall = run_modeled(late, 0, {}).wall;
  CHECK(wall > 100ms);
  CHECK(wall < 101ms);
}

TEST_CASE("A task that awaits a timer of no length lets the others begin first") {
  Scenario none = scenario("join_all", 3);
  none.jobs.steps = {Step{StepKind::sleep, Distribution::constant(0ns)}};
  CHECK(job_lines(run_modeled(none, 0, {})) == "start 1, start 2, start 3, end 1, end 2, end 3");
}

TEST_CASE("A run that is given so many events ends after them, at the same one each time") {
  const Scenario many = scenario("thread_per_job", 50'000);
  RunOptions few;
  few.record = false;
  few.budget.events = 100'000;
  const RunResult one = run_modeled(many, 0, few);
  CHECK(one.stopped);
  CHECK(one.events >= 100'000);
  CHECK(one.events < 101'000);
  CHECK(one.events == run_modeled(many, 0, few).events);
}

TEST_CASE("Where the runtime itself does not fit, no concurrency model gets to a job") {
  for (const char* model : {"sequential", "thread_per_job", "thread_pool", "join_all"}) {
    INFO(model);
    Scenario scenario = tests::scenario(model, 10);
    Runtime& runtime = scenario.runs[0].runtime;
    runtime.base_threads = 19;
    runtime.base_charged = 20_MiB;
    SECTION("into the cgroup's memory") {
      scenario.machine.limits.memory_max = 8_MiB;
      const RunResult result = run_modeled(scenario, 0, {});
      CHECK(result.completed == 0);
      REQUIRE(result.failure);
      CHECK(result.failure->cause == Cause(Signal{SIGKILL}));
      CHECK(result.failure->limit == "memory.max");
      CHECK(result.failure->at == Instant{});
    }
    SECTION("into the cgroup's pids") {
      scenario.machine.limits.pids_max = {18};
      scenario.machine.in_use.cgroup_tasks = {1};
      const RunResult result = run_modeled(scenario, 0, {});
      CHECK(result.completed == 0);
      REQUIRE(result.failure);
      CHECK(result.failure->cause == Cause(Errno{EAGAIN}));
      CHECK(result.failure->limit == "pids.max");
      CHECK(result.failure->message == runtime.message);
      CHECK(diagnose(scenario, 0, &result, nullptr).details.front() ==
            "It did not get to its first job: glibc starts 19 threads of its own before.");
      // One more, and it fits; a thread beside it does not.
      scenario.machine.limits.pids_max = {19};
      const RunResult fits = run_modeled(scenario, 0, {});
      const bool starts_threads = std::string_view(model).starts_with("thread_");
      CHECK(fits.failure.has_value() == starts_threads);
      CHECK(fits.completed == (starts_threads ? 0 : 10));
    }
  }
}

TEST_CASE("a program for which the limits have no room starts in no concurrency model") {
  const std::string text =
      "[machine]\nprofile = \"server-64c-256g\"\n%s\n[jobs]\ncount = 10\n"
      "[[run]]\nconcurrency = \"sequential\"\nruntime = \"java\"\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n"
      "runtime = \"java\"\n[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"java\"\n"
      "[[run]]\nconcurrency = \"join_all\"\nruntime = \"java\"\n";
  const std::pair<const char*, const char*> limits[] = {{"limits.address_space = \"4 GiB\"", "RLIMIT_AS"},
                                                        {"limits.data = \"64 KiB\"", "RLIMIT_DATA"}};
  for (const auto& [setting, name] : limits) {
    CAPTURE(setting);
    const ParseResult parsed =
        parse_scenario(std::string(text).replace(text.find("%s"), 2, setting), "program.toml", ParseOptions());
    REQUIRE(parsed.scenario);
    for (std::size_t run = 0; run < parsed.scenario->runs.size(); ++run) {
      CAPTURE(run);
      const RunResult result = run_modeled(*parsed.scenario, run, RunOptions{.record = false});
      REQUIRE(result.failure);
      CHECK(result.completed == 0);
      CHECK(result.failure->limit == name);
      CHECK(result.failure->call == "mmap");
      CHECK(result.failure->cause == Cause(Errno{ENOMEM}));
    }
    const LimitLadder ladder = limit_ladder(parsed.scenario->machine, parsed.scenario->runs[0].runtime);
    REQUIRE(ladder.binding() != nullptr);
    CHECK(ladder.threads == 0);
    CHECK(ladder.binding()->cause == Cause(Errno{ENOMEM}));
  }
}
