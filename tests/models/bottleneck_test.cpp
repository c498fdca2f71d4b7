// SPDX-License-Identifier: GPL-3.0-or-later
// What takes a run's time, and who waited for whom, as the diagnosis has it.
#include "models/lab/diagnosis/diagnosis.hpp"

#include <cerrno>
#include <csignal>
#include <tuple>

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

TEST_CASE("What takes a pool's time is said by its arrivals, its work and its cores") {
  const auto pool_of = [](std::int64_t jobs, std::int64_t threads, std::vector<Step> steps) {
    Scenario pool = tests::scenario("thread_pool", jobs);
    pool.machine.cpus = 2;
    pool.runs[0].threads = threads;
    pool.jobs.steps = std::move(steps);
    return pool;
  };
  const Step sleep{StepKind::sleep, Distribution::constant(20ms)}, cpu{StepKind::cpu, Distribution::constant(10ms)};
  // 90 jobs a second of 20 ms on 4 workers: 1.8 of 4 are busy.
  Scenario service = pool_of(3000, 4, {Step{StepKind::sleep, Distribution::exponential(20ms)}});
  service.jobs.arrivals.kind = Arrivals::Kind::rate;
  service.jobs.arrivals.rate_per_second = 90;
  CHECK(diagnosis_of(service).headline.find("rounds") == std::string::npos);
  const std::string arrivals = all_of(diagnosis_of(service));
  CHECK(arrivals.find("The arrivals take the time: the last job came at 3") != std::string::npos);
  CHECK((arrivals.find("busy for 44% of") != std::string::npos ||
         arrivals.find("busy for 45% of") != std::string::npos ||
         arrivals.find("busy for 46% of") != std::string::npos));
  // One worker cannot keep up: 100 jobs a second of 20 ms.
  Scenario late = pool_of(200, 1, {sleep});
  late.jobs.arrivals.kind = Arrivals::Kind::every;
  late.jobs.arrivals.every = 10ms;
  CHECK(all_of(diagnosis_of(late)).find("The last job came at 1.99 s; what had come by then took 2.0") !=
        std::string::npos);
  CHECK(all_of(diagnosis_of(late)).find("The workers take the time: the jobs kept the only one busy for") !=
        std::string::npos);
  // Eight workers on two cores.
  CHECK(all_of(diagnosis_of(pool_of(100, 8, {cpu})))
            .find("The cores take the time: the jobs compute 1 s in all, and the "
                  "2 cores were busy with that for") != std::string::npos);
  // The last one came late, and what was left is a job's own time.
  Scenario last = pool_of(60, 10, {Step{StepKind::sleep, Distribution::constant(100ms)}});
  last.jobs.arrivals.kind = Arrivals::Kind::every;
  last.jobs.arrivals.every = 10ms;
  CHECK(all_of(diagnosis_of(last)).find("The arrivals take the time: the last job came at 590 ms, and 1") !=
        std::string::npos);
  // Rounds are not all full, and a long one hides what starting takes.
  const std::string uneven = all_of(diagnosis_of(pool_of(10, 3, {Step{StepKind::sleep, Distribution::constant(1s)}})));
  CHECK(uneven.find("In the last round only 1 of the 3 workers had a job.") != std::string::npos);
  CHECK(uneven.find("A round took") == std::string::npos);
  // Jobs of many lengths: what is left when the last one has begun.
  Scenario drawn = pool_of(40, 16, {Step{StepKind::sleep, Distribution::exponential(100ms)}});
  CHECK(all_of(diagnosis_of(drawn)).find("The last job began at ") != std::string::npos);
  Scenario own = tests::scenario("thread_per_job", 40);
  own.jobs.steps = {Step{StepKind::sleep, Distribution::exponential(100ms)}};
  CHECK(all_of(diagnosis_of(own)).find("The time is that of job ") != std::string::npos);
  // Arrivals that take most of the time, with others.
  Scenario mixed = tests::scenario("thread_per_job", 400);
  mixed.jobs.steps = {Step{StepKind::sleep, Distribution::exponential(150ms)}};
  mixed.jobs.arrivals.kind = Arrivals::Kind::every;
  mixed.jobs.arrivals.every = 5ms;
  CHECK((all_of(diagnosis_of(mixed)).find("the last job came at 1.995 s, and ") != std::string::npos ||
         all_of(diagnosis_of(mixed)).find("The last job came at 1.995 s, and ") != std::string::npos));
  // More workers than anybody needs.
  const Scenario many = pool_of(1, 2000, {sleep});
  const Duration start = kernel::spawn_cost(many.machine, many.runs[0].runtime);
  CHECK(all_of(diagnosis_of(many))
            .find("Starting the workers takes the time: 2,000 of them, at about " + format_duration(start) +
                  " each.") != std::string::npos);
  // One worker on two cores: a core is free.
  CHECK(all_of(diagnosis_of(pool_of(100, 1, {cpu}))).find("and the 2 cores for 50%.") != std::string::npos);
}

TEST_CASE("What takes a run's time is said for every concurrency model by its arrivals, its thread and its cores") {
  const auto words = [](const std::string& concurrency, std::vector<Step> steps, Duration every, std::int64_t jobs) {
    Scenario scenario = tests::scenario(concurrency, jobs);
    scenario.machine.cpus = 4;
    scenario.jobs.steps = std::move(steps);
    if (every > Duration::zero()) {
      scenario.jobs.arrivals.kind = Arrivals::Kind::every;
      scenario.jobs.arrivals.every = every;
    }
    return all_of(diagnosis_of(scenario));
  };
  const auto has = [](const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; };
  const Step sleep{StepKind::sleep, Distribution::constant(20ms)}, cpu{StepKind::cpu, Distribution::constant(8ms)};
  for (const char* concurrency : {"sequential", "thread_per_job", "thread_pool", "join_all"}) {
    INFO(concurrency);
    const std::string slow = words(concurrency, {sleep}, 100ms, 50);
    CHECK(has(slow, "The arrivals take the time: the last job came at 4.9 s, and 20."));
    CHECK_FALSE(has(slow, "waits for the previous one"));
    // One after the other it takes 28 ms a job, of which the executor's thread is held for 8.
    const std::string fast = words(concurrency, {cpu, sleep}, 5ms, 1000);
    CHECK(has(fast, "The arrivals take the time") == (concurrency == std::string("thread_per_job")));
  }
  const std::string turns = words("join_all", {cpu, sleep}, 5ms, 1000);
  CHECK(has(turns, "1,000 jobs took turns on the executor's only thread, in 8.0"));
  CHECK(has(turns, "the jobs compute for 8 s in all"));
  CHECK_FALSE(has(turns, "at the same time"));
  CHECK_FALSE(has(turns, "blocked for"));
  // Threads that compute together want the cores; a thread more is of no use.
  CHECK(has(words("thread_per_job", {cpu}, {}, 400), "The cores take the time: the jobs compute 3.2 s in all"));
  // Three jobs give a thousand workers nothing to do.
  Scenario few = tests::scenario("thread_pool", 3);
  few.runs[0].threads = 1000;
  CHECK_FALSE(has(all_of(diagnosis_of(few)), "holds its worker"));
  few.jobs.steps = {Step{StepKind::sleep, Distribution::constant(Duration::zero())}};
  CHECK_FALSE(has(all_of(diagnosis_of(few)), "rounds"));
}

TEST_CASE("Who falls behind the arrivals takes the time, however long those go on") {
  // 220 jobs a second that compute for 5 ms each: 1.1 s of work a second for one that serves them.
  for (const auto& [concurrency, threads, words] :
       {std::tuple{"join_all", 0, "The thread takes the time: the jobs compute for 10 s"},
        {"sequential", 0, "Each job waits for the previous one to end"},
        {"thread_pool", 1, "The workers take the time"},
        {"thread_pool", 2, "The arrivals take the time"},
        {"thread_per_job", 0, "The arrivals take the time"}}) {
    INFO(concurrency << " " << threads);
    Scenario scenario = tests::scenario(concurrency, 2000);
    scenario.machine.cpus = 4;
    if (threads) scenario.runs[0].threads = threads;
    scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(5ms)}};
    scenario.jobs.arrivals = {.kind = Arrivals::Kind::rate, .rate_per_second = 220};
    const std::string text = all_of(diagnosis_of(scenario));
    INFO(text);
    CHECK(text.find(words) != std::string::npos);
  }
}

TEST_CASE("Jobs that nobody holds up are not said to have waited, however busy the one that serves them is") {
  for (const char* concurrency : {"sequential", "thread_pool", "await_each", "join_all", "thread_per_job"}) {
    INFO(concurrency);
    Scenario scenario = tests::scenario(concurrency, 5);
    scenario.machine.cpus = 4;
    scenario.runs[0].threads = 1;
    scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(950ms)}};
    scenario.jobs.arrivals = {.kind = Arrivals::Kind::every, .every = 1s};
    const std::string text = all_of(diagnosis_of(scenario));
    INFO(text);
    CHECK(text.find("The arrivals take the time: the last job came at 4 s, and 950") != std::string::npos);
    for (const char* wrong : {"waited", "waits for the previous", "take the time: the jobs kept", "all the time"})
      CHECK(text.find(wrong) == std::string::npos);
  }
}

TEST_CASE("What came late and then took its turns is told with both") {
  for (const char* concurrency : {"sequential", "await_each", "join_all"}) {
    INFO(concurrency);
    Scenario scenario = tests::scenario(concurrency, 40);
    scenario.machine.cpus = 4;
    scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(100ms)}};
    scenario.jobs.arrivals = {.kind = Arrivals::Kind::trace, .times = std::vector<Duration>(40, 5s)};
    const std::string text = all_of(diagnosis_of(scenario));
    INFO(text);
    CHECK(text.find("The last job came at 5 s; what had come by then took 4") != std::string::npos);
    CHECK(text.find("busy all the time") == std::string::npos);
  }
}

TEST_CASE("Fewer workers than cores take the time, and what cores can do at most is told as that") {
  Scenario scenario = tests::scenario("thread_pool", 900);
  scenario.machine.cpus = 9;
  scenario.runs[0].threads = 8;
  scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(10ms)}};
  CHECK(all_of(diagnosis_of(scenario)).find("The workers take the time: ") != std::string::npos);
  // Uneven jobs leave cores idle at the end: another number of workers may gain a little.
  scenario.machine.cpus = 4;
  scenario.jobs.count = 40;
  scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(10ms)}};
  scenario.runs[0].threads = 16;
  const std::string even = all_of(diagnosis_of(scenario));
  CHECK(even.find("More workers would not make it faster.") != std::string::npos);
}

TEST_CASE("Blocking calls on the executor's thread are no starting of timers") {
  Scenario scenario = tests::scenario("join_all", 1000);
  scenario.jobs.steps = {{StepKind::block, Distribution::constant(300us)},
                         {StepKind::sleep, Distribution::constant(1s)}};
  const std::string text = all_of(diagnosis_of(scenario));
  CHECK(text.find("making the futures") == std::string::npos);
  CHECK(text.find("The jobs blocked the one thread for 300 ms in all, one after the other: ") != std::string::npos);
}

TEST_CASE("Nobody waits behind the last job") {
  Scenario scenario = tests::scenario("join_all", 3);
  scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(100ms)}};
  RunResult result = run_modeled(scenario, 0, {});
  result.longest_poll_job = 2;
  CHECK(diagnose(scenario, 0, &result, nullptr).headline.ends_with("by job 3."));
  result.longest_poll_job = 0;
  CHECK(diagnose(scenario, 0, &result, nullptr).headline.ends_with("by job 1: everything behind it waited."));
}

TEST_CASE("A job that comes after another's end is not said to have waited for it") {
  Scenario scenario = tests::scenario("thread_pool", 200);
  scenario.runs[0].threads = 25;
  scenario.jobs.steps = {Step{StepKind::sleep, Distribution::constant(100ms)}};
  scenario.jobs.arrivals.kind = Arrivals::Kind::every;
  scenario.jobs.arrivals.every = 5ms;
  const Diagnosis diagnosis = diagnosis_of(scenario);
  for (const Evidence& evidence : diagnosis.evidence) CHECK(evidence.text.find("waits until") == std::string::npos);
  CHECK_FALSE(diagnosis.mechanism.has_value());
  // With fewer workers one has to.
  scenario.runs[0].threads = 10;
  CHECK(std::ranges::any_of(diagnosis_of(scenario).evidence, [](const Evidence& evidence) {
    return evidence.text.find("waits until") != std::string::npos;
  }));
}

TEST_CASE("Where nothing failed, the diagnosis says what took the time") {
  // 1,000 threads at 100 us each.
  Scenario threads = tests::scenario("thread_per_job", 1000);
  threads.machine.limits = {};
  threads.machine.costs.thread_create = {100us, {}};
  CHECK(all_of(diagnosis_of(threads)).find("one after the other: that took 100") != std::string::npos);

  // 10 rounds of 10 ms each, and what the kernel adds: timers that are 50 us late, switches and wake-ups.
  Scenario pool = tests::scenario("thread_pool", 40);
  pool.runs[0].threads = 4;
  pool.jobs.steps = {Step{StepKind::block, Distribution::constant(10ms)}};
  CHECK(all_of(diagnosis_of(pool)).find("A round took 10.0") != std::string::npos);

  // 5 ns each for making and starting a task and for its timer, its wake-up and its poll.
  const std::string tasks = all_of(diagnosis_of(tests::scenario("join_all", 100'000)));
  CHECK(tasks.find("On top of the 1 s that a job waits it took") != std::string::npos);
}

TEST_CASE("One job that comes late is no stream of arrivals") {
  Scenario one = tests::scenario("thread_pool", 1);
  one.jobs.arrivals.kind = Arrivals::Kind::trace;
  one.jobs.arrivals.times = {5s};
  CHECK(all_of(diagnosis_of(one)).find("The arrival takes the time: the job came at 5 s, and was done 1") !=
        std::string::npos);
}

TEST_CASE("Workers are the bottleneck also where uneven or few jobs leave them idle at the ends") {
  Scenario scenario = tests::scenario("thread_pool", 20);
  scenario.jobs.steps = {{StepKind::block, Distribution::constant(100ms)}};
  scenario.jobs.arrivals = {.kind = Arrivals::Kind::every, .every = 1ms};
  scenario.runs[0].threads = 6;
  CHECK(all_of(diagnosis_of(scenario)).find("The workers take the time: ") != std::string::npos);
  scenario.runs[0].threads = 20;
  CHECK(all_of(diagnosis_of(scenario)).find("The workers take the time: ") == std::string::npos);
}

TEST_CASE("On one thread a job gets it from the job that gives it back, ended or not") {
  Scenario scenario = tests::scenario("join_all", 20);
  scenario.jobs.steps = {{StepKind::block, Distribution::constant(100ms)},
                         {StepKind::sleep, Distribution::constant(1s)}};
  const Diagnosis diagnosis = diagnosis_of(scenario);
  std::string told;
  for (const Evidence& one : diagnosis.evidence) told += one.text + "\n";
  // No job has ended by then: each waits for its timer.
  CHECK(told.find("job 2 starts only when job 1 gives the thread back") != std::string::npos);
}

TEST_CASE("where a quota allows less than the cores, it is what takes the time") {
  Scenario scenario = tests::scenario("thread_per_job", 4);
  scenario.machine.cpus = 4;
  scenario.machine.limits.cpu_max = 50ms;
  scenario.jobs.steps = {{StepKind::cpu, Distribution::constant(100ms)}};
  const std::string words = all_of(diagnosis_of(scenario));
  CAPTURE(words);
  CHECK(words.find("The quota takes the time: the jobs compute 400 ms in all, and have 50% of one core's time. However "
                   "many threads there are, it cannot take less than 568 ms.") != std::string::npos);
  CHECK(words.find("cores were busy") == std::string::npos);
}
