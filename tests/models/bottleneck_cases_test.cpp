// SPDX-License-Identifier: GPL-3.0-or-later
// What takes a run's time, in cases in which one cause looks like another: a quota like a busy thread, a long job like
// arrivals, starting threads like busy cores. Each is what another run shows: without the quota, with more workers,
// with all jobs there from the start.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using tests::all_of;

namespace {

struct Case {
  std::string_view machine;
  std::string_view jobs;
  std::string_view run;
  std::vector<std::string_view> said;
  std::vector<std::string_view> not_said;
  std::uint64_t seed = 1;
  bool record = false;
  bool breaks = false;
};

std::string words_of(const Case& one) {
  const std::string text = "spawnpoint = 1\nseed = " + std::to_string(one.seed) + "\n[machine]\n" +
                           std::string(one.machine) + "\n[jobs]\n" + std::string(one.jobs) + "\n[[run]]\n" +
                           std::string(one.run) + "\n";
  const auto parsed = parse_scenario(text, "case.toml", {});
  REQUIRE(parsed.scenario);
  RunOptions options;
  options.record = one.record;
  const RunResult result = run_modeled(*parsed.scenario, 0, options);
  if (!one.breaks) REQUIRE(result.completed == result.jobs);
  return all_of(diagnose(*parsed.scenario, 0, &result, nullptr));
}

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    INFO(one.machine << " | " << one.jobs << " | " << one.run);
    REQUIRE_FALSE(one.said.empty());
    const std::string words = words_of(one);
    INFO(words);
    for (const std::string_view said : one.said) CHECK(words.find(said) != std::string::npos);
    for (const std::string_view wrong : one.not_said) CHECK(words.find(wrong) == std::string::npos);
  }
}

constexpr std::string_view kPool = "concurrency = 'thread_pool'\nthreads = ";
constexpr std::string_view kQuota = "The quota takes the time";
constexpr std::string_view kThread = "The thread takes the time";
constexpr std::string_view kCores = "The cores take the time";
constexpr std::string_view kWorkers = "The workers take the time";
constexpr std::string_view kArrivals = "The arrivals take the time";

std::string pool(int threads) {
  return std::string(kPool) + std::to_string(threads);
}

}  // namespace

TEST_CASE("a quota is named where it keeps threads from the cores, and only there") {
  const std::string four = pool(4), two = pool(2), one = pool(1), eight = pool(8), many = pool(64);
  const std::string by_fifo = four + "\npolicy = 'fifo'";
  check({
      {"profile = 'laptop-8g'\nlimits.cpu_max = '50%'",
       "count = 100\nsteps = [{cpu = '10ms'}]",
       "concurrency = 'join_all'",
       {kQuota, "compute 1 s in all, and have 50%"},
       {kThread, "other cores"}},
      {"profile = 'rust-playground'\nlimits.cpu_max = '20%'",
       "count = 3000\narrivals = {every = '376us'}\nsteps = [{cpu = 'uniform(0s, 1963us)'}]",
       "concurrency = 'join_all'",
       {kQuota},
       {kThread}},
      {"profile = 'laptop-8g'\nlimits.cpu_max = '60%'",
       "count = 3\nsteps = [{cpu = '1s'}]",
       "concurrency = 'await_each'",
       {kQuota},
       {}},
      // All done before the quota of the first period was used up.
      {"profile = 'laptop-8g'\nlimits.cpu_max = '50%'",
       "count = 4\nsteps = [{cpu = '5ms'}]",
       "concurrency = 'join_all'",
       {kThread},
       {kQuota, "was used up"}},
      {"profile = 'laptop-8g'\nlimits.cpu_max = '50%'",
       "count = 4\nsteps = [{cpu = '5ms'}]",
       "concurrency = 'await_each'",
       {"ran one at a time: 20.00 ms"},
       {kQuota, "was used up"}},
      // Real-time threads have no quota.
      {"profile = 'laptop-8g'\nlimits.cpu_max = '150%'",
       "count = 200\nsteps = [{cpu = '10ms'}]",
       by_fifo,
       {kCores},
       {kQuota}},
      // Short runs end before it is used up, or with what two periods give.
      {"profile = 'laptop-8g'\nlimits.cpu_max = '200%'",
       "count = 8\nsteps = [{cpu = '10ms'}]",
       four,
       {kCores},
       {kQuota}},
      {"profile = 'laptop-8g'\nlimits.cpu_max = '50%'",
       "count = 4\nsteps = [{cpu = '12ms'}]",
       four,
       {kQuota},
       {"would not make it faster", "cannot take less"}},
      {"profile = 'server-64c-256g'\nlimits.cpu_max = '50%'",
       "count = 30\narrivals = {rate = '676.9/s'}\nsteps = [{cpu = '8885us'}]",
       many,
       {kQuota},
       {"cannot take less"}},
      // Fewer workers than cores, but not than what the quota allows.
      {"profile = 'server-64c-256g'\nlimits.cpu_max = '760%'",
       "count = 800\nsteps = [{cpu = '100ms'}]",
       eight,
       {kQuota},
       {kWorkers}},
      {"profile = 'laptop-8g'\nlimits.cpu_max = '150%'",
       "count = 200\nsteps = [{cpu = '10ms'}]",
       two,
       {kQuota},
       {kWorkers}},
      {"profile = 'laptop-8g'\nlimits.cpu_max = '50%'",
       "count = 100\nsteps = [{cpu = '10ms'}]",
       one,
       {kQuota},
       {kWorkers}},
  });
}

TEST_CASE("arrivals are named where the jobs would be done sooner if they came sooner, and only there") {
  const std::string four = pool(4), eight = pool(8);
  check({
      // Twice as fast, or all at once: 2.5 s.
      {"profile = 'laptop-8g'",
       "count = 1000\narrivals = {every = '2.4ms'}\nsteps = [{cpu = '10ms'}]",
       four,
       {kCores},
       {kArrivals}},
      {"profile = 'laptop-8g'",
       "count = 1000\narrivals = {every = '2.4ms'}\nsteps = [{cpu = '10ms'}]",
       "concurrency = 'thread_per_job'",
       {kCores},
       {kArrivals}},
      {"profile = 'laptop-8g'",
       "count = 1000\narrivals = {every = '2ms'}\nsteps = [{cpu = '2.1ms'}, {sleep = '100ms'}]",
       "concurrency = 'join_all'",
       {kThread},
       {kArrivals}},
      // The first job takes 100 s, the last one comes at 60 s.
      {"profile = 'laptop-8g'",
       "count = 4\narrivals = {every = '20s'}\nsteps = [{sleep = 'empirical(1s, 1s, 1s, 100s)'}]",
       "concurrency = 'thread_per_job'",
       {"The time is that of job 1: it takes 100 s by itself"},
       {kArrivals},
       9},
  });
}

TEST_CASE("a long job, the starting of threads and full cores are not taken for each other") {
  const std::string three = pool(3), one = pool(1), two = pool(2);
  check({
      // As many workers as jobs take 6 s, too.
      {"profile = 'laptop-8g'",
       "count = 13\nsteps = [{sleep = 'empirical(1s, 1s, 1s, 6s)'}]",
       three,
       {"The time is that of job", "it takes 6 s by itself"},
       {kWorkers},
       16},
      // 256 cores give the same.
      {"profile = 'server-64c-256g'",
       "count = 5000\nsteps = [{cpu = '900us'}]",
       "concurrency = 'thread_per_job'",
       {"Starting the threads takes the time: 5,000 of them, at about 15 µs each"},
       {kCores}},
      {"profile = 'laptop-8g'", "count = 10\nsteps = [{cpu = '1s'}]", one, {kWorkers}, {"A job that waits"}},
      {"profile = 'server-64c-256g'",
       "count = 6400\nsteps = [{cpu = '100ms'}]",
       "concurrency = 'thread_per_job'",
       {kCores},
       {"are started before"}},
      // Threads that have to wait for a core before they begin have been started long before.
      {"profile = 'laptop-8g'",
       "count = 400\nsteps = [{cpu = '10ms'}]",
       "concurrency = 'thread_per_job'\npolicy = 'fifo'",
       {"one after the other: that took 6.0"},
       {"Starting the threads"},
       1,
       true},
      // Nobody was behind the one that held the thread.
      {"profile = 'laptop-8g'",
       "count = 2\nsteps = [{sleep = 'empirical(1ms, 50ms)'}, {cpu = 'empirical(10ms, 100ms)'}]",
       "concurrency = 'join_all'",
       {"blocked for 100.0 ms by job 1."},
       {"everything behind it"},
       9,
       true},
      // What is to be expected of many draws is far more than what there was.
      {"profile = 'laptop-8g'",
       "count = 150000\nsteps = [{cpu = 'pareto(shape=1.05, minimum=10us)'}]",
       two,
       {kWorkers, "4 cores for 50%"},
       {}},
  });
}

TEST_CASE("what the kernel does for threads keeps cores and a quota busy as well as what the jobs compute") {
  const std::string four_hundred = pool(400), two_hundred = pool(200);
  check({
      // Without the quota it takes a fourteenth of the time; twice the workers take no less.
      {"profile = 'docker-default'\nlimits.cpu_max = '10%'",
       "count = 20_000\nsteps = [{sleep = 'exp(mean=1ms)'}]",
       four_hundred,
       {kQuota, "compute nothing", "Starting, waking and switching threads took"},
       {kWorkers, "a core is free"}},
      {"profile = 'docker-default'\nlimits.cpu_max = '20%'",
       "count = 20_000\nsteps = [{cpu = '5us'}, {block = 'exp(mean=2ms)'}]",
       two_hundred,
       {kQuota},
       {kWorkers}},
      // With twice the workers it takes half as long again, with more cores less.
      {"profile = 'raspberry-pi-4'",
       "count = 20_000\nsteps = [{cpu = '20us'}, {block = 'exp(mean=1ms)'}]",
       four_hundred,
       {kCores, "Starting, waking and switching threads took"},
       {kWorkers}},
      // Threads that wait for the only core, at the end of what they sleep.
      {"profile = 'docker-default'\ncpuset = [0]",
       "count = 50\nsteps = [{cpu = '30ms'}, {block = '1s'}]",
       "concurrency = 'thread_per_job'",
       {kCores, "the only core"},
       {}},
      {"profile = 'docker-default'\nlimits.cpu_max = '100%'",
       "count = 400\nsteps = [{sleep = '2s'}, {cpu = '10ms'}]",
       "concurrency = 'thread_per_job'",
       {kQuota},
       {}},
  });
}

TEST_CASE("workers are held by timers that fire late, too") {
  const std::string four = pool(4), twenty = pool(20);
  check({
      {"profile = 'laptop-8g'",
       "count = 20_000\nsteps = [{block = 'exp(mean=20us)'}]",
       four,
       {kWorkers, "all 4 busy for 100%", "A job's own steps take 2", "it holds its worker for 7"},
       {"The jobs kept the workers"}},
      {"profile = 'laptop-8g'\ncosts.timer_slack = '50ms'",
       "count = 1000\nsteps = [{block = 'exp(mean=10ms)'}]",
       twenty,
       {kWorkers},
       {"The jobs kept the workers"}},
  });
}

TEST_CASE("one job computes on one core, however many there are and whatever the quota") {
  const std::string eight = pool(8), four = pool(4);
  for (const auto& [run, own] : {std::pair{std::string_view(eight), "by itself"},
                                 {std::string_view("concurrency = 'thread_per_job'"), "own in 5.000 s"}}) {
    check({
        {"profile = 'docker-default'\nlimits.cpu_max = '100%'",
         "count = 1\nsteps = [{cpu = '5s'}]",
         run,
         {own},
         {kQuota, kCores, "was used up"}},
        {"profile = 'laptop-8g'\ncpus = 1", "count = 1\nsteps = [{cpu = '5s'}]", run, {own}, {kCores}},
        {"profile = 'laptop-8g'", "count = 4\nsteps = [{cpu = '5s'}]", run, {own}, {kCores}},
    });
  }
  check({
      // No more than the one core that the tasks have.
      {"profile = 'docker-default'\nlimits.cpu_max = '100%'",
       "count = 200\nsteps = [{cpu = '20ms'}]",
       "concurrency = 'join_all'",
       {kThread},
       {kQuota, "can use the other cores"}},
      {"profile = 'docker-default'\nlimits.cpu_max = '25%'",
       "count = 500\nsteps = [{cpu = '1ms'}, {sleep = '3.2ms'}]",
       "concurrency = 'await_each'",
       {"ran one at a time"},
       {kQuota}},
  });
}

TEST_CASE("of a quota and the workers that is named first which takes more") {
  const std::string four = pool(4), six = pool(6), seven = pool(7), eight = pool(8), sixteen = pool(16),
                    many = pool(128);
  const std::string_view used_up = "The quota of 50% of one core's time was used up in 1 of 3 periods";
  check({
      // Without the quota it takes 8% less, with twice the workers 21%.
      {"profile = 'docker-default'\nlimits.cpu_max = '50%'",
       "count = 80\nsteps = [{cpu = '1500us'}, {sleep = '20ms'}]",
       eight,
       {kWorkers, used_up},
       {kQuota}},
      {"profile = 'docker-default'\nlimits.cpu_max = '50%'",
       "count = 60\nsteps = [{cpu = '2ms'}, {sleep = '20ms'}]",
       seven,
       {kWorkers, used_up},
       {kQuota}},
      // 0% and 49%.
      {"profile = 'docker-default'\nlimits.cpu_max = '50%'",
       "count = 30\nsteps = [{cpu = '4ms'}, {sleep = '100ms'}]",
       six,
       {kWorkers},
       {kQuota}},
      // 0% and 23%.
      {"profile = 'laptop-8g'\ncpus = 8\nlimits.cpu_max = '20%'",
       "count = 5\nsteps = [{cpu = '5395us'}, {sleep = '17625us'}]",
       four,
       {kWorkers},
       {kQuota},
       9},
      // 40% and 0%.
      {"profile = 'docker-default'\nlimits.cpu_max = '50%'",
       "count = 80\nsteps = [{cpu = '1500us'}, {sleep = '20ms'}]",
       sixteen,
       {kQuota},
       {kWorkers}},
      // 96% and 0%: it is used up by what each core takes of it in advance.
      {"profile = 'docker-default'\ncpus = 16\nlimits.cpu_max = '30%'",
       "count = 200\nsteps = [{cpu = '86us'}]",
       many,
       {kQuota},
       {kWorkers},
       5},
      // 9% and 2%.
      {"profile = 'docker-default'\nlimits.cpu_max = '50%'",
       "count = 400\nsteps = [{cpu = '1500us'}, {sleep = '20ms'}]",
       eight,
       {kQuota},
       {kWorkers}},
  });
}

TEST_CASE("cores are not named where there is one for each job") {
  const std::string many = pool(64), five = pool(5);
  check({
      // With 64 cores it takes the same, with 3 workers 3.06 ms.
      {"profile = 'laptop-8g'",
       "count = 3\nsteps = [{cpu = '3ms'}]",
       many,
       {"Starting the workers took 960 µs of it: 64 of them", "A job takes 3 ms by itself"},
       {kCores, "cannot take less than 2.25"}},
      {"cpus = 4\nprofile = 'defaults'",
       "count = 3\nsteps = [{block = '208us'}, {cpu = 'gamma(shape=2, mean=16ms)'}, {sleep = 'exp(mean=405us)'}]",
       "concurrency = 'thread_pool'\nthreads = 50\nruntime = 'glibc-2.42'\nstack = '64MiB'",
       {"alone takes"},
       {kCores},
       4},
      {"cpus = 4\nprofile = 'laptop-8g'",
       "count = 3\nsteps = [{cpu = '101us'}]",
       "concurrency = 'thread_per_job'\nruntime = 'java'",
       {"Starting the threads took 45 µs of it"},
       {kCores}},
      {"profile = 'laptop-8g'",
       "count = 4\nsteps = [{cpu = '101us'}]",
       "concurrency = 'thread_per_job'",
       {"Starting the threads took"},
       {kCores}},
      // 1% less with 8 cores, and more than half of it is to start 64 workers for 5 jobs.
      {"profile = 'docker-default'\ncpus = 1",
       "count = 5\nsteps = [{block = '612us'}]",
       many,
       {"Starting the workers takes the time: 64 of them"},
       {kCores},
       9},
      // With 32 cores it takes 44% less. It cannot take less than one of its jobs.
      {"profile = 'laptop-8g'", "count = 8\nsteps = [{cpu = '3ms'}]", many, {kCores}, {"Starting the workers"}},
      {"profile = 'laptop-8g'",
       "count = 5\nsteps = [{cpu = '3ms'}]",
       five,
       {kCores, "cannot take less than 3.75 ms"},
       {}},
  });
}

TEST_CASE("workers are not named where to start more of them takes longer than they save") {
  const std::string sixty_four = pool(64), sixteen = pool(16), two_hundred = pool(200);
  const std::string java = sixty_four + "\nruntime = 'java'";
  const std::string_view enough = "More of them would take longer to start than they would save.";
  check({
      // With 120 workers it takes 8% longer.
      {"profile = 'server-64c-256g'\ncpus = 16\nlimits.cpu_max = '200%'",
       "count = 120\nsteps = [{block = '703us'}]",
       java,
       {"Starting the workers took 960 µs of it: 64 of them, at about 15 µs each.", enough},
       {kWorkers}},
      // 2% longer with any larger pool.
      {"profile = 'server-64c-256g'\ncpus = 16",
       "count = 1000\nsteps = [{block = '700us'}]",
       two_hundred,
       {enough},
       {kWorkers}},
      // 59% less, 36% less.
      {"profile = 'server-64c-256g'\ncpus = 16",
       "count = 120\nsteps = [{block = '703us'}]",
       sixteen,
       {kWorkers},
       {enough}},
      {"profile = 'server-64c-256g'\ncpus = 16",
       "count = 120\nsteps = [{block = '5ms'}]",
       sixty_four,
       {kWorkers},
       {enough}},
  });
}

TEST_CASE("a job that takes most of the time is named, also where it began late") {
  const std::string fifty = pool(50);
  check({
      // With twice the workers it begins sooner, and takes no less.
      {"profile = 'raspberry-pi-4'",
       "count = 3000\nsteps = [{cpu = '50us'}, {sleep = 'pareto(shape=1.5, minimum=200ms)'}]",
       fifty,
       {"Of the ", " alone takes "},
       {"The time is that of", kWorkers}},
      {"profile = 'raspberry-pi-4'",
       "count = 3000\nsteps = [{cpu = '50us'}, {sleep = 'pareto(shape=1.5, minimum=200ms)'}]",
       "concurrency = 'join_all'",
       {"The time is that of job "},
       {" alone takes "}},
  });
}

TEST_CASE("the next limit is named only where all threads were alive that could meet it") {
  const std::string_view next = "would be next";
  check({
      {"profile = 'laptop-16g-ubuntu-22.04'",
       "count = 40_000\nsteps = [{sleep = '50ms'}]",
       "concurrency = 'thread_per_job'",
       {"vm.max_map_count"},
       {next},
       1,
       false,
       true},
      {"profile = 'rust-playground'",
       "count = 400_000\nsteps = [{sleep = '60s'}]",
       "concurrency = 'thread_per_job'",
       {"pids.max", next},
       {},
       1,
       false,
       true},
  });
}

TEST_CASE("a headline does not depend on a record") {
  const auto headline = [](bool record) {
    const auto parsed = parse_scenario(
        "[machine]\nprofile = 'laptop-8g'\n[jobs]\ncount = 50\nsteps = [{sleep = '10s'}, {block = 'exp(mean=1s)'}]\n"
        "[[run]]\nconcurrency = 'join_all'\n",
        "case.toml", {});
    REQUIRE(parsed.scenario);
    RunOptions options;
    options.record = record;
    const RunResult result = run_modeled(*parsed.scenario, 0, options);
    return diagnose(*parsed.scenario, 0, &result, nullptr).headline;
  };
  CHECK(headline(true) == headline(false));
}
