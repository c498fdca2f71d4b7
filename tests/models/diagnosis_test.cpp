// SPDX-License-Identifier: GPL-3.0-or-later
// The diagnosis says in words what a run shows.
#include "models/lab/diagnosis/diagnosis.hpp"

#include <cerrno>
#include <csignal>

#include "models/kernel/kernel.hpp"
#include "models/lab/run/run.hpp"
#include "models/result/format.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;
using tests::all_of;
using tests::diagnosis_of;

TEST_CASE("A refused thread is named with its limit, what comes next, and what to try") {
  Scenario scenario = tests::scenario("thread_per_job", 40'000);
  scenario.machine.limits.pids_max = {512};
  scenario.machine.in_use.cgroup_tasks = {5};
  scenario.machine.limits.max_map_count = 65530;
  const Diagnosis diagnosis = diagnosis_of(scenario);
  CHECK(diagnosis.broke);
  CHECK(diagnosis.headline == "Thread 508 was refused: the cgroup's pids.max is 512.");
  CHECK(all_of(diagnosis).find("max_map_count would be next, at 32,752 threads") != std::string::npos);
  REQUIRE(diagnosis.where);
  CHECK(diagnosis.world == WorldKind::modeled);

  RunResult live;
  live.world = WorldKind::live;
  live.failure =
      FailurePoint{.job = 7, .threads = 7, .cause = Errno{EAGAIN}, .limit = "pids.max", .at = *diagnosis.where};
  CHECK(diagnose(scenario, 0, nullptr, &live).world == WorldKind::live);
}

TEST_CASE("A process that died says how many threads it had, or had started") {
  const Scenario scenario = tests::scenario("thread_per_job", 1000);
  RunResult result;
  result.peak_threads = 31;
  result.failure = FailurePoint{.job = 29, .threads = 30, .cause = Signal{SIGKILL}, .limit = "memory.max"};
  const auto headline = [&] { return diagnose(scenario, 0, &result, nullptr).headline; };
  CHECK(headline().starts_with("The process was killed when it had 30 threads: "));
  result.failure->threads = 300;
  CHECK(headline().starts_with(
      "The process was killed after it had started 300 threads, of which at most 30 were alive at once: "));
  result.failure->cause = Signal{SIGABRT};
  CHECK(headline().starts_with("The process aborted after it had started 300 threads"));
  // Of an async run.
  result.peak_threads = 1;
  result.failure->threads = 0;
  CHECK(headline().starts_with("The process aborted: "));
}

TEST_CASE("What is said of a pool and of a refusal fits the numbers") {
  Scenario pool = tests::scenario("thread_pool", 8);
  pool.runs[0].threads = 4;
  CHECK(diagnosis_of(pool).headline.starts_with("8 jobs on 4 workers: 2 rounds, one after the other, took "));
  pool.runs[0].threads = 8;
  CHECK(diagnosis_of(pool).headline.starts_with("8 jobs on 8 workers took "));
  pool.runs[0].threads = 4;
  pool.jobs.arrivals.kind = Arrivals::Kind::rate;
  pool.jobs.arrivals.rate_per_second = 10;
  CHECK(diagnosis_of(pool).headline.starts_with("8 jobs on 4 workers took "));
  CHECK(
      diagnosis_of(tests::scenario("thread_per_job", 1)).headline.starts_with("1 job ran on a thread of its own in "));
  CHECK(diagnosis_of(tests::scenario("join_all", 1)).headline.starts_with("1 job ran on one thread, in "));
  Scenario none = tests::scenario("thread_per_job", 5);
  none.machine.limits.pids_max = {1};
  none.machine.in_use.cgroup_tasks = {1};
  CHECK(all_of(diagnosis_of(none)).find("Its 0 threads") == std::string::npos);
}

TEST_CASE("A runtime that gets not all of its own threads has those that it got") {
  Scenario scenario = tests::scenario("thread_per_job", 10);
  scenario.runs[0].runtime.base_threads = 19;
  scenario.machine.limits.pids_max = {8};
  scenario.machine.in_use.cgroup_tasks = {8};
  const RunResult result = run_modeled(scenario, 0, {});
  CHECK(result.peak_threads == 1);
  CHECK(diagnose(scenario, 0, &result, nullptr).headline.starts_with("A thread of the runtime's own was refused: "));
}

TEST_CASE("A first worker that is refused is no thread of the runtime's own") {
  for (const char* concurrency : {"thread_pool", "thread_per_job"}) {
    INFO(concurrency);
    // There is just room for the runtime's, or for none of a thread's stack.
    Scenario of_tasks = tests::scenario(concurrency, 10);
    of_tasks.runs[0].runtime.base_threads = 19;
    Scenario of_memory = of_tasks;
    of_tasks.machine.limits.pids_max = {19};
    of_tasks.machine.in_use.cgroup_tasks = {1};
    of_memory.machine.limits.address_space = Bytes{4 << 20};
    for (const Scenario& scenario : {of_tasks, of_memory}) {
      const Diagnosis diagnosis = diagnosis_of(scenario);
      INFO(all_of(diagnosis));
      CHECK(diagnosis.headline.starts_with("Thread 1 was refused: "));
      CHECK(all_of(diagnosis).find("It did not get to its first job") == std::string::npos);
    }
  }
  // A live run has none of the runtime's threads.
  Scenario scenario = tests::scenario("thread_pool", 10);
  scenario.runs[0].runtime.base_threads = 19;
  RunResult live;
  live.world = WorldKind::live;
  live.peak_threads = 1;
  live.failure = FailurePoint{.cause = Errno{EAGAIN}, .limit = "pids.max", .value = 1};
  CHECK(diagnose(scenario, 0, nullptr, &live).headline == "Thread 1 was refused: the cgroup's pids.max is 1.");
}

TEST_CASE("The next limit, and what a thread takes, are told of runs that may meet them") {
  Scenario scenario = tests::scenario("sequential", 20);
  scenario.machine.limits.memory_max = Bytes{100 << 10};
  scenario.runs[0].runtime.base_charged = Bytes{200 << 10};
  scenario.machine.limits.pids_max = {30};
  scenario.machine.in_use.cgroup_tasks = {1};
  const auto words_of = [&](const char* concurrency) {
    scenario.runs[0].concurrency = concurrency;
    return all_of(diagnosis_of(scenario));
  };
  for (const char* concurrency : {"sequential", "await_each", "thread_per_job"}) {
    const std::string words = words_of(concurrency);
    INFO(words);
    CHECK(words.find("The process was killed: the cgroup's memory.max is 100 KiB") != std::string::npos);
    // 20 threads are fewer than the 29 that pids.max allows.
    CHECK(words.find("would be next") == std::string::npos);
    const bool has_threads = std::string_view(concurrency) == "thread_per_job";
    CHECK((words.find("what a thread takes") != std::string::npos) == has_threads);
  }
  scenario.jobs.count = 30;
  CHECK(words_of("thread_per_job").find("If memory.max were raised, pids.max would be next, at 29 threads.") !=
        std::string::npos);
  CHECK(words_of("sequential").find("would be next") == std::string::npos);
}

TEST_CASE("A limit beyond which no other one is met is told as the only one") {
  Scenario scenario = tests::scenario("thread_per_job", 1000);
  scenario.machine.limits.pids_max = {512};
  scenario.machine.in_use.cgroup_tasks = {5};
  CHECK(all_of(diagnosis_of(scenario))
            .find("If pids.max were raised, no other limit would keep it from its 1,000 threads.") !=
        std::string::npos);
  scenario.machine.limits.pids_max = {std::nullopt};
  const RunResult raised = run_modeled(scenario, 0, {});
  CHECK_FALSE(raised.failure);
  CHECK(raised.completed == 1000);
}

TEST_CASE("A program that has no room itself is told so, and says nothing to its user") {
  for (const char* concurrency : {"sequential", "thread_pool", "thread_per_job", "join_all"}) {
    CAPTURE(concurrency);
    Scenario scenario = tests::scenario(concurrency, 10);
    scenario.runs[0].runtime.base_virtual = Bytes{std::int64_t{9} << 30};
    scenario.runs[0].runtime.message = "unable to create native thread";
    scenario.machine.limits.address_space = Bytes{std::int64_t{4} << 30};
    const Diagnosis diagnosis = diagnosis_of(scenario);
    INFO(all_of(diagnosis));
    CHECK(diagnosis.headline == "Memory was refused: RLIMIT_AS lets the process have 4 GiB of address space.");
    CHECK(all_of(diagnosis).find("takes 9 GiB of address space.") != std::string::npos);
    CHECK(all_of(diagnosis).find("user sees") == std::string::npos);
    CHECK(all_of(diagnosis).find("Stacks count") == std::string::npos);
  }
}

TEST_CASE("What holds an executor's thread for the most part is what the advice is about") {
  const auto words_of = [](Duration computes, Duration blocks) {
    Scenario scenario = tests::scenario("join_all", 10);
    scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(computes)},
                           {StepKind::block, Distribution::constant(blocks)}};
    return all_of(diagnosis_of(scenario));
  };
  const auto has = [](const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; };
  constexpr std::string_view kTimer = "Use a timer instead of a blocking sleep";
  constexpr std::string_view kComputes = "A job that computes keeps the thread";
  CHECK_FALSE(has(words_of(1s, 1ms), kTimer));
  CHECK(has(words_of(1s, 1ms), kComputes));
  CHECK(has(words_of(1ms, 1s), kTimer));
  CHECK_FALSE(has(words_of(1ms, 1s), kComputes));
  CHECK(has(words_of(1s, 1s), kTimer));
  CHECK(has(words_of(1s, 1s), kComputes));
}

TEST_CASE("One job is told of as one") {
  for (const char* concurrency : {"thread_pool", "thread_per_job", "sequential", "join_all", "await_each"}) {
    for (const StepKind kind : {StepKind::cpu, StepKind::block, StepKind::sleep}) {
      for (const bool quota : {false, true}) {
        Scenario scenario = tests::scenario(concurrency, 1);
        scenario.runs[0].threads = 4;
        scenario.jobs.steps = {{kind, Distribution::constant(1s)}};
        if (quota) scenario.machine.limits.cpu_max = 50ms;
        const std::string words = all_of(diagnosis_of(scenario));
        INFO(words);
        CHECK(words.find("jobs") == std::string::npos);
        CHECK(words.find("in all") == std::string::npos);
      }
    }
  }
  Scenario pool = tests::scenario("thread_pool", 1);
  pool.runs[0].threads = 4;
  CHECK(all_of(diagnosis_of(pool)).find("The job takes 1 s by itself. It kept the workers busy for 25%") !=
        std::string::npos);
}

TEST_CASE("A thread that overflows its stack says nothing of how many there were") {
  const Scenario scenario = tests::scenario("thread_per_job", 100);
  RunResult result;
  result.peak_threads = 6;
  result.failure = FailurePoint{.job = 1, .threads = 1, .cause = Signal{SIGSEGV}, .limit = "stack", .value = 262144};
  CHECK(diagnose(scenario, 0, nullptr, &result).headline.starts_with("The process died of SIGSEGV: "));
}

TEST_CASE("Where few threads of many are alive at once, memory is told for each that was started") {
  Scenario scenario = tests::scenario("thread_per_job", 400);
  scenario.jobs.steps = {Step{StepKind::sleep, Distribution::constant(2ms)}};
  scenario.jobs.arrivals.kind = Arrivals::Kind::every;
  scenario.jobs.arrivals.every = 1ms;
  const RunResult result = run_modeled(scenario, 0, {});
  CHECK(result.peak_threads < 10);
  const std::string each = format_bytes(result.jobs_memory().resident / 400);
  INFO(all_of(diagnose(scenario, 0, &result, nullptr)));
  CHECK(all_of(diagnose(scenario, 0, &result, nullptr))
            .find("That is " + each + " resident for each of the 400 threads that were started") != std::string::npos);
}

TEST_CASE("What a thread takes is told without what the program has before its first job") {
  for (const std::int64_t jobs : {1, 3, 100, 5000}) {
    Scenario scenario = tests::scenario("thread_per_job", jobs);
    scenario.machine.limits = {};
    const RunResult result = run_modeled(scenario, 0, {});
    const Bytes jobs_part = result.memory.resident + result.memory.kernel - result.base.resident;
    const std::string each = format_bytes(jobs_part / (result.peak_threads - 1));
    INFO(all_of(diagnose(scenario, 0, &result, nullptr)));
    CHECK(all_of(diagnose(scenario, 0, &result, nullptr)).find(": " + each + " per thread.") != std::string::npos);
    CHECK(jobs_part / (result.peak_threads - 1) < Bytes{60 << 10});
  }
}

TEST_CASE("The workers of a pool are those of its run, whatever threads its runtime has besides") {
  Scenario scenario = tests::scenario("thread_pool", 500);
  scenario.runs[0].threads = 250;
  scenario.runs[0].runtime.base_threads = 19;
  CHECK(diagnosis_of(scenario).headline.starts_with("500 jobs on 250 workers: 2 rounds"));
}

TEST_CASE("A failed async run is told in tasks, and not in threads") {
  const Scenario scenario = tests::scenario("join_all", 1'000'000);
  RunResult result;
  result.peak_threads = 1;
  result.peak_tasks = 312'000;
  result.base.resident = 1_MiB;
  result.memory.resident = Bytes{64 << 20};
  result.failure =
      FailurePoint{.call = "page fault", .cause = Signal{SIGKILL}, .limit = "memory.max", .value = 64 << 20};
  const Diagnosis diagnosis = diagnose(scenario, 0, &result, nullptr);
  CHECK(diagnosis.headline.starts_with("The process was killed when it had 312,000 tasks: "));
  CHECK(all_of(diagnosis).find("per task") != std::string::npos);
  CHECK(all_of(diagnosis).find("idle thread") == std::string::npos);
  CHECK(all_of(diagnosis).find("would be next") == std::string::npos);
}

TEST_CASE("Where threads end before the limit is reached, the diagnosis says why") {
  Scenario scenario = tests::scenario("thread_per_job", 20000);
  scenario.machine.limits.pids_max = {18887};
  scenario.machine.in_use.cgroup_tasks = {8};
  scenario.machine.costs.thread_create = {100us, {}};
  const std::string text = all_of(diagnosis_of(scenario));
  CHECK(text.find("Starting a thread takes about 100 µs here, so in the 1 s that a job lasts only about 10,000 "
                  "are started") != std::string::npos);
  CHECK(text.find("So pids.max, which allows 18,879 threads, was never reached") != std::string::npos);
}

TEST_CASE("A blocked executor is reported with the job that blocked it") {
  Scenario scenario = tests::scenario("join_all", 3);
  scenario.jobs.steps = {Step{StepKind::block, Distribution::constant(1s)}};
  const Diagnosis diagnosis = diagnosis_of(scenario);
  CHECK_FALSE(diagnosis.broke);
  CHECK(diagnosis.headline.find("The executor's only thread was blocked for 1.0") == 0);
  CHECK(diagnosis.headline.find("by job 1") != std::string::npos);
}

TEST_CASE("Serial async is reported as what it is") {
  CHECK(diagnosis_of(tests::scenario("await_in_loop", 3)).headline.find("ran one at a time: 3.0") != std::string::npos);
  CHECK(all_of(diagnosis_of(tests::scenario("await_in_loop", 3))).find("A future does nothing until it is awaited") !=
        std::string::npos);
  CHECK(diagnosis_of(tests::scenario("await_each", 3)).headline.find("ran one at a time") != std::string::npos);
  CHECK(diagnosis_of(tests::scenario("join_all", 3)).headline.find("3 jobs ran at the same time on one thread") == 0);
}

TEST_CASE("Model and live run are compared by thread, errno and limit") {
  Scenario scenario = tests::scenario("thread_per_job", 1000);
  scenario.machine.limits.pids_max = {512};
  const RunResult modeled = run_modeled(scenario, 0, {});
  RunResult live = modeled;
  live.world = WorldKind::live;
  CHECK(all_of(diagnose(scenario, 0, &modeled, &live))
            .find("Model and live run agree: 511 threads, EAGAIN by pids.max.") != std::string::npos);
  live.failure->threads = 400;
  CHECK(all_of(diagnose(scenario, 0, &modeled, &live))
            .find("The model says 511 threads, EAGAIN by pids.max; the live run got 400") != std::string::npos);
  live = RunResult{};
  live.error = "no worker";
  CHECK(all_of(diagnose(scenario, 0, &modeled, &live)).find("The live run could not start: no worker") !=
        std::string::npos);
}

TEST_CASE("A pool that was refused a worker and did all jobs nevertheless is told so") {
  Scenario pool = tests::scenario("thread_pool", 1000);
  pool.runs[0].threads = 600;
  pool.machine.limits = {.pids_max = {512}};
  pool.machine.in_use.cgroup_tasks = {5};
  CHECK(diagnosis_of(pool).headline ==
        "Thread 508 was refused: the cgroup's pids.max is 512. The 507 workers that had started did all 1,000 jobs.");
  pool.machine.limits.pids_max = {5};
  CHECK(diagnosis_of(pool).headline == "Thread 1 was refused: the cgroup's pids.max is 5.");
}

TEST_CASE("A runtime's own threads are no threads of jobs, and are not there in a live run's twin") {
  Scenario java = tests::scenario("thread_per_job", 100);
  java.machine.limits = {};
  java.runs[0].runtime.base_threads = 19;
  const RunResult alone = run_modeled(java, 0, {});
  CHECK(alone.peak_threads == 119);
  CHECK(alone.own_threads == 19);
  Scenario tasks = java;
  tasks.runs[0].concurrency = "join_all";
  const RunResult joined = run_modeled(tasks, 0, {});
  CHECK(joined.peak_threads == 19);
  CHECK(joined.own_threads == 19);
  REQUIRE(joined.trace);
  CHECK((*joined.trace)[SeriesKind::threads].maximum() == 19);
  const auto told = [&](const RunResult& result) {
    const Diagnosis diagnosis = diagnose(java, 0, &result, nullptr);
    REQUIRE_FALSE(diagnosis.evidence.empty());
    return all_of(diagnosis) + diagnosis.evidence[0].text;
  };
  const std::string each =
      ": " + format_bytes((alone.jobs_memory().resident + alone.jobs_memory().kernel) / 100) + " per thread.";
  CHECK(told(alone).find(each) != std::string::npos);
  CHECK(told(alone).find("119 threads at once, the runtime's own 19 among them") != std::string::npos);
  // The program that runs live has none of its own.
  Scenario twin = java;
  twin.runs[0].runtime.base_threads = 1;
  const RunResult beside = run_modeled(twin, 0, {});
  CHECK(told(beside).find(each) != std::string::npos);
  CHECK(told(beside).find("101 threads at once, the main thread among them") != std::string::npos);
}

TEST_CASE("What ended a run is told as what it was") {
  const Scenario tasks = tests::scenario("join_all", 1000);
  RunResult result;
  result.peak_tasks = 10;
  result.failure = FailurePoint{.job = kNoJob, .threads = 0, .cause = Exception{}, .limit = {}, .message = "bad"};
  const auto headline = [&] { return diagnose(tasks, 0, nullptr, &result).headline; };
  CHECK(headline() == "The program ended with an exception when it had 10 tasks.");
  // By nobody that is known here.
  result.failure->cause = Signal{SIGKILL};
  CHECK(headline() ==
        "The process was killed when it had 10 tasks: no limit is known to have done it; it may have been killed from "
        "outside.");
}

TEST_CASE("More resident memory than the limit, and no failure, is explained by what is not charged") {
  Scenario scenario = tests::scenario("join_all", 10'000);
  Runtime& runtime = scenario.runs[0].runtime;
  runtime.base_resident = 5_MiB;
  runtime.base_charged = 1_MiB;
  const Bytes resident = run_modeled(scenario, 0, {}).memory.resident;
  const auto told = [&](Bytes limit) {
    scenario.machine.limits.memory_max = limit;
    return all_of(diagnosis_of(scenario));
  };
  CHECK(told(resident - 2_MiB)
            .find("the program's own 5 MiB the group is charged with 1 MiB. The rest are pages of files") !=
        std::string::npos);
  CHECK(told(resident + Bytes{1}).find("is charged with") == std::string::npos);
  // What is charged does not fit either.
  CHECK(told(resident - 5_MiB).find("is charged with") == std::string::npos);
}

TEST_CASE("A limit that was met is told also where its value is not known") {
  const Scenario scenario = tests::scenario("thread_per_job", 10);
  for (const Limit& limit : limit_table()) {
    RunResult result;
    result.failure = FailurePoint{.job = 1, .threads = 1, .cause = Signal{SIGKILL}, .limit = std::string(limit.name)};
    CHECK(diagnose(scenario, 0, &result, nullptr).headline.ends_with(": " + std::string(limit.name) + " is reached."));
  }
}

TEST_CASE("A refusal tells how many threads there were at once, and nobody sees the message of one that went on") {
  Scenario scenario = tests::scenario("thread_per_job", 2000);
  scenario.jobs.steps = {{StepKind::sleep, Distribution::exponential(100us)}};
  scenario.machine.limits.pids_max = {14};
  scenario.machine.in_use.cgroup_tasks = {1};
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.failure);
  REQUIRE(result.failure->threads > 13);
  CHECK(all_of(diagnose(scenario, 0, &result, nullptr)).find("With at most 13 of its ") != std::string::npos);

  Scenario pool = tests::scenario("thread_pool", 100);
  pool.runs[0].threads = 64;
  pool.machine.limits.pids_max = {20};
  pool.machine.in_use.cgroup_tasks = {1};
  CHECK(all_of(diagnosis_of(pool)).find("did all 100 jobs") != std::string::npos);
  CHECK(all_of(diagnosis_of(pool)).find("The program's user sees") == std::string::npos);
}

TEST_CASE("Threads that the runtime has of its own are told apart in every count") {
  RunResult result;
  result.peak_threads = 40;
  result.own_threads = 19;
  CHECK(format_threads(result) == "40 threads, 19 of them the runtime's own");
  result.own_threads = 1;
  CHECK(format_threads(result) == "40 threads with main");
}
