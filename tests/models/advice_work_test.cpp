// SPDX-License-Identifier: GPL-3.0-or-later
// What the search for advice may take: it ends by its work, or when it is stopped, and tries nothing twice.
#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "models/lab/diagnosis/advice.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/settings.hpp"
#include "tests/catch.hpp"
#include "tests/models/advice_laboratory.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::advice_tests;
using namespace std::chrono_literals;

TEST_CASE("a pool for very many jobs is found within the work that is allowed") {
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\nlimits.memory_max = \"16 MiB\"\n[jobs]\ncount = 300000\n"
      "steps = [{ sleep = \"1s\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n"
      "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 100\n";
  const ScenarioSource source{text, "many.toml", {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  const auto suggestions = advise(source, "thread_per_job", modeled(*scenario, 0), {});
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  // All that the limit allows work; a tenth more is killed.
  const std::int64_t threads = std::stoll(pool->set.back().value);
  CHECK(threads > 400);
  Scenario tried = *scenario;
  tried.runs[1].threads = threads;
  CHECK(modeled(tried, 1).wall == pool->wall);
  tried.runs[1].threads = threads + threads / 10;
  tried.jobs.count = 10'000;
  CHECK_FALSE(is_done(modeled(tried, 1)));
  // Nothing new can be tried, but the file's own pool has been.
  const std::vector<RunResult> known{modeled(*scenario, 1)};
  const auto own = advise(source, "thread_per_job", modeled(*scenario, 0), {.work = 1, .known = known});
  REQUIRE(own.size() == 1);
  CHECK(own[0].set.back().value == "100");
  CHECK(own[0].wall == known[0].wall);
}

TEST_CASE("a pool is suggested also where many jobs leave little to try with", "[advice]") {
  const std::string laptop = "[machine]\nprofile = \"laptop-8g\"\n[jobs]\n";
  const auto pool_of = [&](const std::string& jobs, const std::string& run) {
    const auto suggestions = advice_of(laptop + jobs + "[[run]]\n" + run);
    const Suggestion* pool = find(suggestions, "thread_pool");
    REQUIRE(pool != nullptr);
    REQUIRE(pool->set.back().key == "run.threads");
    return std::pair(std::stoll(pool->set.back().value), pool->wall);
  };
  // As many as there are cores: more cannot compute at once.
  const auto hashes =
      pool_of("count = 100_000\nsteps = [{ cpu = \"1ms\" }]\n", "concurrency = \"thread_pool\"\nthreads = 2\n");
  CHECK(hashes.first == 4);
  CHECK(to_seconds(hashes.second) == Approx(25).epsilon(0.01));
  CHECK(pool_of("count = 1000\nsteps = [{ cpu = \"1s\" }]\n", "concurrency = \"sequential\"\n").first == 4);
  // Its search ends before all sizes were tried, but none could be better by much.
  CHECK(pool_of("count = 3000\nsteps = [{ cpu = \"lognormal(mean=1s, cv=2)\" }]\n", "concurrency = \"join_all\"\n")
            .first == 4);
  // 2,000 a second that block 20 ms keep 40 workers busy: the least that keeps up is little more.
  const auto service = pool_of("count = 20_000\narrivals = { rate = \"2000/s\" }\nsteps = [{ block = \"20ms\" }]\n",
                               "concurrency = \"thread_pool\"\nthreads = 8\n");
  CHECK(service.first >= 40);
  CHECK(service.first <= 50);
  CHECK(to_seconds(service.second) < 10.2);
}

TEST_CASE("the pool that is suggested is the best that the limits allow", "[advice]") {
  struct Case {
    std::string text;
    std::int64_t size;
    double seconds;
  };
  const std::string pool = "[[run]]\nconcurrency = \"thread_pool\"\n";
  const Case cases[] = {
      // Two rounds are the fewest that pids.max allows, of 19,659 threads at most.
      {"[machine]\nprofile = \"server-64c-256g\"\nlimits.pids_max = 19_670\n[jobs]\ncount = 30_000\n"
       "arrivals = { every = \"100us\" }\nsteps = [{ block = \"30s\" }]\n" +
           pool + "threads = 1000\n",
       15'000, 61.5},
      // Many jobs come while the pool works: the more workers the better, up to pids.max.
      {"[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 100_000\narrivals = { rate = \"20000/s\" }\n"
       "steps = [{ block = \"1s\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n",
       9452, 11.27},
      // A quota is used up by starting threads, too: more than one minimum.
      {"seed = 4\n[machine]\ncpus = 8\nprofile = \"defaults\"\nlimits.cpu_max = \"10%\"\n[jobs]\ncount = 50\n"
       "steps = [{ sleep = \"2.11ms\" }]\n" +
           pool + "threads = 10\nruntime = \"musl\"\n",
       5, 0.02242},
      {"seed = 18\n[machine]\ncpus = 2\nprofile = \"rust-playground\"\nlimits.cpu_max = \"20%\"\n[jobs]\ncount = 50\n"
       "steps = [{ sleep = \"14.9ms\" }, { cpu = \"1.94ms\" }]\n" +
           pool + "threads = 32\nruntime = \"musl\"\n",
       7, 0.3663}};
  for (const Case& one : cases) {
    INFO(one.text);
    const auto suggestions = advice_of(one.text, AdviceOptions());
    const Suggestion* const found = find(suggestions, "thread_pool");
    REQUIRE(found != nullptr);
    CHECK(std::stoll(found->set.back().value) == Approx(one.size).epsilon(0.05));
    CHECK(to_seconds(found->wall) == Approx(one.seconds).epsilon(0.02));
  }
}

TEST_CASE("one after the other is no advice where pools could not be tried", "[advice]") {
  const ScenarioSource source{
      "[machine]\nprofile = \"laptop-8g\"\nlimits.pids_max = 300\n[jobs]\ncount = 2000\n"
      "steps = [{ block = \"100ms\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n"
      "[[run]]\nconcurrency = \"sequential\"\n",
      "advice.toml",
      {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  const std::vector<RunResult> known{modeled(*scenario, 1)};
  const RunResult base = modeled(*scenario, 0);
  REQUIRE(base.failure);
  CHECK(advise(source, "thread_per_job", base, {.work = 100, .known = known}).empty());
  const auto suggestions = advise(source, "thread_per_job", base, {.work = kPatient.work, .known = known});
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].concurrency == "thread_pool");
}

TEST_CASE("advice ends when it is stopped, and has nothing to say of a run that was", "[advice]") {
  const ScenarioSource source{"[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 10\n", "advice.toml", {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  RunResult base = modeled(*scenario, 0);
  base.wall = 100s;
  std::stop_source stop;
  stop.request_stop();
  CHECK(advise(source, scenario->runs[0].label, base, {.work = kPatient.work, .stop = stop.get_token()}).empty());
  CHECK_FALSE(advise(source, scenario->runs[0].label, base, kPatient).empty());
  base.stopped = true;
  CHECK(advise(source, scenario->runs[0].label, base, kPatient).empty());
}

TEST_CASE("advice that is stopped in the middle of a run ends at once", "[advice]") {
  // Hours of work for the model of a pool.
  const ScenarioSource source{
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 200\nsteps = [{ cpu = \"1000h\" }]\n[[run]]\n"
      "concurrency = \"sequential\"\n",
      "advice.toml",
      {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  RunResult base;
  base.label = "sequential";
  base.jobs = base.completed = 200;
  base.wall = 200h * 1000;
  std::stop_source stop;
  std::chrono::steady_clock::time_point stopped;
  const std::jthread presses([&] {
    std::this_thread::sleep_for(50ms);
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  AdviceOptions options;
  options.work = UINT64_MAX / 2;
  options.stop = stop.get_token();
  const auto suggestions = advise(source, "sequential", base, options);
  CHECK(find(suggestions, "thread_pool") == nullptr);
  // It was in the middle: without the stop it would have gone on for hours.
  REQUIRE(stop.stop_requested());
  CHECK(std::chrono::steady_clock::now() - stopped < 10s);
}

TEST_CASE("advice ends when its time is over, and tells what was found until then", "[advice]") {
  const ScenarioSource source{
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 200\nsteps = [{ sleep = \"1s\" }, { cpu = \"1000h\" }]\n"
      "[[run]]\nconcurrency = \"sequential\"\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n",
      "advice.toml",
      {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  RunResult base;
  base.label = "sequential";
  base.jobs = base.completed = 200;
  base.wall = 200h * 1001;
  AdviceOptions options;
  options.work = UINT64_MAX / 2;
  options.real_time = 20ms;
  const auto began = std::chrono::steady_clock::now();
  CHECK(find(advise(source, "sequential", base, options), "thread_pool") == nullptr);
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  // What is known takes no time.
  RunResult pool = base;
  pool.label = "thread_pool";
  pool.wall = 50h * 1001;
  const std::vector<RunResult> known{pool};
  options.known = known;
  options.real_time = Duration::zero();
  CHECK(find(advise(source, "sequential", base, options), "thread_pool") != nullptr);
  // As long as the run itself took, it may take too.
  base.compute = 60s;
  options.known = {};
  options.work = 2'500'000;
  const ScenarioSource quick{
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 20\n[[run]]\nconcurrency = \"sequential\"\n",
      "advice.toml",
      {}};
  CHECK_FALSE(advise(quick, "sequential", base, options).empty());
}

TEST_CASE("a million threads are held against as many tasks", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"server-64c-256g\"\nmemory = \"1 TiB\"\nlimits.threads_max = 16_000_000\n"
      "limits.pid_max = 4_194_304\nlimits.pids_max = \"unlimited\"\nlimits.max_map_count = 2_000_000_000\n"
      "limits.nproc = \"unlimited\"\n[jobs]\ncount = 1_000_000\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\nstack = \"64 KiB\"\n",
      AdviceOptions());
  CHECK(find(suggestions, "join_all") != nullptr);
}

TEST_CASE("what is known of the file's other runs is not computed again", "[advice]") {
  const ScenarioSource source{
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 2_000_000\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
      "concurrency = \"await_each\"\n[[run]]\nconcurrency = \"join_all\"\n",
      "million.toml",
      {}};
  RunResult base;
  base.label = "await_each";
  base.jobs = base.completed = 2'000'000;
  base.wall = 2'000'000s;
  // More jobs than can be stopped in time: nothing is computed.
  CHECK(advise(source, "await_each", base, kPatient).empty());
  RunResult other = base;
  other.label = "join_all";
  other.wall = 1234ms;
  AdviceOptions options = kPatient;
  options.known = std::span(&other, 1);
  const auto suggestions = advise(source, "await_each", base, options);
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].label == "Join all futures: 1.234 s");
}

TEST_CASE("where the work ends in the middle of a candidate, nothing is said of it", "[advice]") {
  const ScenarioSource source{
      "[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\nsteps = [{ block = \"1s\" }]\n[[run]]\n"
      "concurrency = \"sequential\"\n",
      "cut.toml",
      {}};
  RunResult base;
  base.label = "sequential";
  base.jobs = base.completed = 1000;
  base.wall = 1000s;
  const auto all = advise(source, "sequential", base, kPatient);
  REQUIRE(find(all, "thread_pool") != nullptr);
  std::size_t cut = 0;
  for (std::uint64_t work = 1000; work < 60'000; work += 1000) {
    const auto some = advise(source, "sequential", base, {.work = work});
    cut += some.size() < all.size() ? 1 : 0;
    for (const Suggestion& suggestion : some) {
      const Suggestion* whole = find(all, suggestion.concurrency);
      REQUIRE(whole != nullptr);
      CHECK(whole->wall <= suggestion.wall);
      ScenarioSource promised = source;
      promised.options.settings = suggestion.set;
      promised.options.concurrency = {suggestion.concurrency};
      const auto tried = read(promised);
      REQUIRE(tried);
      CHECK(modeled(*tried, 0).wall == suggestion.wall);
    }
  }
  CHECK(cut > 0);
}

TEST_CASE("a pool is suggested where there are too many jobs to try each size with all of them", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 100_000\nsteps = [{ block = \"1s\" }]\n[[run]]\n"
      "concurrency = \"sequential\"\n");
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  CHECK(pool->completed == 100'000);
  // Of 11 h; with 7,000 workers it would be 15 s.
  CHECK(pool->wall < 40s);
}

TEST_CASE("tasks that hold their thread, and cores that are held up, are work without events", "[advice]") {
  std::string steps = "{ sleep = \"1s\" }";
  for (int i = 0; i < 500; ++i) steps += ", { cpu = \"1us\" }";
  const auto holds = read({"[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 5000\nsteps = [" + steps +
                               "]\n[[run]]\nconcurrency = \"join_all\"\n",
                           "holds.toml",
                           {}});
  REQUIRE(holds);
  const RunResult tasks = modeled(*holds, 0);
  CHECK(tasks.events < 20'000);
  CHECK(tasks.work > 500'000);
  const auto stalls = [&](const std::string& cpus) {
    const auto scenario = read({"[machine]\nprofile = \"laptop-8g\"\ncpus = " + cpus +
                                    "\ncosts.start_stall = \"1us\"\ncosts.exit_stall = \"1us\"\n[jobs]\ncount = "
                                    "100\nsteps = [{ sleep = \"1ms\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n",
                                "stalls.toml",
                                {}});
    REQUIRE(scenario);
    return modeled(*scenario, 0).work;
  };
  CHECK(stalls("4096") > 50 * stalls("8"));
}

TEST_CASE("what is computed besides events is work, too", "[advice]") {
  // Ticks on 64 cores with hundreds of threads each: an event for all of them.
  const ScenarioSource crowded{
      "[machine]\nprofile = \"server-64c-256g\"\n[jobs]\ncount = 20000\nsteps = [{ cpu = \"20s\" }]\n[[run]]\n"
      "concurrency = \"thread_per_job\"\n",
      "crowded.toml",
      {}};
  const auto scenario = read(crowded);
  REQUIRE(scenario);
  RunOptions options;
  options.record = false;
  options.budget.work = 500'000;
  const RunResult result = run_modeled(*scenario, 0, options);
  CHECK(result.stopped);
  CHECK(result.work >= 500'000);
  CHECK(result.work < 600'000);
  CHECK(result.events < result.work / 2);
  CHECK(result.work == run_modeled(*scenario, 0, options).work);
  // Each period of a quota, within one event.
  const auto throttled = read(
      {"[machine]\nprofile = \"laptop-8g\"\nlimits.cpu_max = \"10%\"\n[jobs]\ncount = 100\nsteps = [{ cpu = \"10s\" "
       "}]\n[[run]]\nconcurrency = \"join_all\"\n",
       "throttled.toml",
       {}});
  REQUIRE(throttled);
  const RunResult tasks = modeled(*throttled, 0);
  CHECK(tasks.events <= 100);
  CHECK(tasks.work >= 100'000);
}
