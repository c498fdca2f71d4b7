// SPDX-License-Identifier: GPL-3.0-or-later
// What is suggested holds what it promises, and is worth it: of the gallery's runs, of runs drawn at random, and of
// those for which a fixed advice would be wrong.
#include "models/lab/diagnosis/advice.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <thread>

#include "models/lab/diagnosis/pool_size.hpp"
#include "models/lab/run/run.hpp"
#include "models/machine/profile_file.hpp"
#include "models/result/format.hpp"
#include "models/scenario/parse.hpp"
#include "models/scenario/settings.hpp"
#include "tests/catch.hpp"
#include "tests/drawn_scenario.hpp"
#include "tests/models/advice_laboratory.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint;
using namespace spawnpoint::advice_tests;
using namespace std::chrono_literals;

namespace {

/// Runs what each suggestion says, as `run FILE --concurrency … --set …` would; how many there were.
std::size_t check_suggestions(const ScenarioSource& source, const RunSpec& spec, const RunResult& base) {
  const auto suggestions = advise(source, spec.label, base, kPatient);
  CHECK(suggestions.size() <= 3);
  for (const Suggestion& suggestion : suggestions) {
    INFO(source.text << "\n" << spec.label << " → " << suggestion.label);
    ScenarioSource tried = source;
    tried.options.concurrency = {suggestion.concurrency};
    tried.options.settings.insert(tried.options.settings.end(), suggestion.set.begin(), suggestion.set.end());
    const auto scenario = read(tried);
    REQUIRE(scenario);
    REQUIRE_FALSE(scenario->runs.empty());
    for (std::size_t run = 0; run < scenario->runs.size(); ++run) {
      const RunResult result = modeled(*scenario, run);
      CHECK(is_done(result));
      CHECK(result.completed == suggestion.completed);
      CHECK(result.wall == suggestion.wall);
      CHECK((!is_done(base) || result.wall < base.wall));
    }
  }
  return suggestions.size();
}

std::size_t check_all_runs(const ScenarioSource& source) {
  const auto scenario = read(source);
  INFO(source.text);
  REQUIRE(scenario);
  std::size_t count = 0;
  for (std::size_t run = 0; run < scenario->runs.size(); ++run)
    count += check_suggestions(source, scenario->runs[run], modeled(*scenario, run));
  return count;
}

}  // namespace

TEST_CASE("a suggestion that names one of the file's runs is that run") {
  const std::string text =
      "[machine]\nprofile = \"laptop-16g-arch\"\n[jobs]\ncount = 300\narrivals = { every = \"2ms\" }\n"
      "steps = [{ cpu = \"100us\" }, { sleep = \"200ms\" }]\n"
      "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 8\nruntime = \"rust-std\"\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"java\"\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"python\"\n";
  // The pool's runtime makes it a run that the file does not have: that is what it is called.
  const auto of_pool = advice_of(text);
  const Suggestion* threads = find(of_pool, "thread_per_job 1");
  REQUIRE(threads != nullptr);
  INFO(threads->label);
  CHECK(threads->label.starts_with("A thread for each job (runtime = rust-std): "));
  // One that is the file's has the name that people see of it.
  const auto of_tasks = advice_of(std::string(text).replace(text.find("thread_pool"), 11, "sequential"));
  for (const Suggestion& one : of_tasks) CHECK(one.label.find("thread_per_job 1") == std::string::npos);
}

TEST_CASE("each suggestion of the gallery's runs holds what it promises", "[advice]") {
  std::size_t count = 0;
  for (const auto& file : list_scenarios(SPAWNPOINT_SOURCE "/scenarios")) {
    ScenarioSource source;
    source.file = file.string();
    // One machine for all that would run on this one.
    source.options.host = [] { return *load_machine("laptop-8g", {}); };
    const auto loaded = load_scenario(file, source.options);
    REQUIRE(loaded.scenario);
    source.text = loaded.scenario->text;
    // Those of a million jobs have their own tests.
    if (loaded.scenario->jobs.count > 100'000) continue;
    count += check_all_runs(source);
  }
  CHECK(count > 10);
}

TEST_CASE("each suggestion of runs drawn at random holds what it promises", "[advice]") {
  constexpr int kDrawn = kSanitized ? 30 : 200;
  std::mt19937 random(16);
  std::size_t count = 0;
  for (int i = 0; i < kDrawn; ++i) count += check_all_runs({tests::drawn_scenario(random), "drawn.toml", {}});
  CHECK(count > kDrawn / 2);
}

TEST_CASE("jobs that block are never to be joined on one thread", "[advice]") {
  for (const std::string steps : {"{ block = \"10ms\" }", "{ cpu = \"1ms\" }, { block = \"10ms\" }"}) {
    const auto suggestions = advice_of("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 100\nsteps = [" + steps +
                                       "]\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n");
    CHECK(find(suggestions, "join_all") == nullptr);
    CHECK(find(suggestions, "thread_per_job") != nullptr);
  }
}

TEST_CASE("a pool is as large as the limits allow and as small as takes no longer", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
      "concurrency = \"thread_per_job\"\nruntime = \"rust-std\"\n");
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  // The limits allow 507. Two rounds are all that helps, and 500 do them.
  CHECK(pool->label == "A pool of 500: " + format_duration(pool->wall));
  REQUIRE(pool->set.size() == 2);
  CHECK(to_text(pool->set[0]) == "run.runtime=rust-std");  // The run's own.
  CHECK(to_text(pool->set[1]) == "run.threads=500");
  CHECK(pool->wall < 2100ms);
  const Suggestion* tasks = find(suggestions, "join_all");
  REQUIRE(tasks != nullptr);
  CHECK(tasks->label.starts_with("Join all futures: 1.0"));
  CHECK(tasks->set.empty());
}

TEST_CASE("rounder numbers are found, the roundest first and the nearest of those", "[advice]") {
  using Sizes = std::vector<std::int64_t>;
  CHECK(rounder_sizes(878, 10'000) == Sizes{900, 800, 850, 880, 870, 875});
  CHECK(rounder_sizes(878, 890) == Sizes{800, 850, 880, 870, 875});
  CHECK(rounder_sizes(850, 10'000) == Sizes{800, 900});
  CHECK(rounder_sizes(43, 45) == Sizes{40, 45});
  for (const std::int64_t round : {1, 7, 10, 16, 64, 90, 200, 512, 3000}) CHECK(rounder_sizes(round, 10'000).empty());
}

TEST_CASE("a pool has a round number of workers where that is as good", "[advice]") {
  const auto pool_of = [](const std::string& limit, const std::string& jobs) {
    const auto suggestions = advice_of("[machine]\nprofile = \"laptop-8g\"\n" + limit + "[jobs]\n" + jobs +
                                       "[[run]]\nconcurrency = \"sequential\"\n");
    const Suggestion* pool = find(suggestions, "thread_pool");
    REQUIRE(pool != nullptr);
    REQUIRE(pool->set.back().key == "run.threads");
    return std::stoll(pool->set.back().value);
  };
  const std::string jobs = "steps = [{ block = \"1s\" }]\n";
  // 293 workers do 878 jobs in three rounds, and so do 300.
  CHECK(pool_of("limits.pids_max = 420\n", "count = 878\n" + jobs) == 300);
  // 400 would take a third round; a round number above may be beyond the limit.
  const std::int64_t two_rounds = pool_of("limits.pids_max = 460\n", "count = 878\n" + jobs);
  CHECK(two_rounds >= 439);
  CHECK(two_rounds % 10 == 0);
}

TEST_CASE("a pool of jobs that compute has no more workers than help", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 200\nsteps = [{ cpu = \"10ms\" }]\n[[run]]\n"
      "concurrency = \"join_all\"\n");
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  const std::int64_t threads = std::stoll(pool->set.back().value);
  CHECK(threads >= 4);  // Its cores.
  CHECK(threads <= 16);
}

TEST_CASE("what mends a run is told however fast another one would be", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 500\nsteps = [{ sleep = \"100ms\" }]\n[[run]]\n"
      "concurrency = \"thread_pool\"\nthreads = 20\nstack = \"128KiB\"\ntouched = \"256KiB\"\n");
  CHECK(find(suggestions, "join_all") != nullptr);
  const Suggestion* mended = find(suggestions, "thread_pool");
  REQUIRE(mended != nullptr);
  CHECK(mended->label.starts_with("Stacks of 512 KiB: "));
}

TEST_CASE("a limit of one thread leaves what needs none", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\nlimits.pids_max = 1\n[jobs]\ncount = 20\nsteps = [{ sleep = \"10ms\" }]\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\n");
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions.front().concurrency == "join_all");
  // Jobs that block need a thread each, and there is none: one after the other is what is left.
  const auto blocking = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\nlimits.pids_max = 1\n[jobs]\ncount = 20\nsteps = [{ block = \"10ms\" }]\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\n");
  REQUIRE(blocking.size() == 1);
  CHECK(blocking.front().concurrency == "sequential");
}

TEST_CASE("a run that nothing betters has no suggestions", "[advice]") {
  CHECK(advice_of("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 1000\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
                  "concurrency = \"join_all\"\n")
            .empty());
  // The arrivals take the time, whatever works on them.
  CHECK(advice_of("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 100\narrivals = { every = \"10ms\" }\n"
                  "steps = [{ sleep = \"5ms\" }]\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n")
            .empty());
}

TEST_CASE("a blocking call in an executor may become a timer of the same distribution", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 30\nsteps = [{ cpu = \"10us\" }, { block = "
      "\"exp(mean=20ms)\" }]\n[[run]]\nconcurrency = \"join_all\"\nlabel = \"mine\"\n");
  const Suggestion* timer = find(suggestions, "mine");
  REQUIRE(timer != nullptr);
  REQUIRE(timer->set.size() == 1);
  CHECK(timer->set[0].key == "jobs.steps");
  CHECK(timer->set[0].value.find("exp(mean=20ms)") != std::string::npos);
  CHECK(timer->set[0].value.find("block") == std::string::npos);
}

TEST_CASE("another run of the same model is suggested as the file has it", "[advice]") {
  const ScenarioSource source{
      "[machine]\nprofile = \"laptop-8g\"\nlimits.memory_max = \"2MiB\"\n[jobs]\ncount = 10000\n"
      "steps = [{ sleep = \"10s\" }]\n[[run]]\nconcurrency = \"join_all\"\n[[run]]\n"
      "concurrency = \"join_all\"\nruntime = \"tokio\"\n",
      "tasks.toml",
      {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  REQUIRE(is_done(modeled(*scenario, 0)));
  const RunResult killed = modeled(*scenario, 1);
  REQUIRE_FALSE(is_done(killed));
  const auto suggestions = advise(source, "join_all 2", killed, kPatient);
  const Suggestion* other = find(suggestions, "join_all 1");
  REQUIRE(other != nullptr);
  CHECK(other->set.empty());
  check_suggestions(source, scenario->runs[1], killed);
}

TEST_CASE("a pool of two that are alike is suggested for one of them alone", "[advice]") {
  // The second pool's stacks leave room for seven threads only.
  const ScenarioSource source{
      "[machine]\nprofile = \"rust-playground\"\nlimits.address_space = \"64GiB\"\n[jobs]\ncount = 1000\n"
      "steps = [{ block = \"1s\" }]\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n[[run]]\n"
      "concurrency = \"thread_pool\"\nthreads = 4\nstack = \"8GiB\"\n",
      "pools.toml",
      {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  CHECK(check_all_runs(source) >= 2);
  const auto of_first = advise(source, "thread_pool", modeled(*scenario, 0), kPatient);
  const Suggestion* first = find(of_first, "thread_pool 1");
  REQUIRE(first != nullptr);
  CHECK(to_text(first->set.back()) == "run.threads=500");
  const auto of_second = advise(source, "thread_pool 2", modeled(*scenario, 1), kPatient);
  const Suggestion* second = find(of_second, "thread_pool 2");
  REQUIRE(second != nullptr);
  CHECK(to_text(second->set.back()) == "run.threads=7");
}

TEST_CASE("smaller stacks are suggested where stacks are what is refused", "[advice]") {
  const std::string run = "[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"glibc\"\nstack = \"8MiB\"\n";
  const std::string jobs = "[jobs]\ncount = 1000\nsteps = [{ block = \"1s\" }]\n";
  // 1,000 stacks of 1 MiB, with their guards and the program, take less than 1,024 MiB; of 2 MiB they do not. Others
  // have 6 GiB of what may be committed, and the reserves take less than 100 MiB.
  for (const std::string& limit :
       {std::string("limits.address_space = \"1GiB\""), std::string("limits.data = \"1GiB\""),
        std::string("limits.overcommit = \"never\"\nlimits.commit_limit = \"7300MiB\"")}) {
    INFO(limit);
    const std::string text = "[machine]\nprofile = \"laptop-8g\"\n" + limit + "\n" + jobs + run;
    const auto suggestions = advice_of(text);
    const auto stacks =
        std::ranges::find_if(suggestions, [](const Suggestion& one) { return one.label.starts_with("Stacks of "); });
    REQUIRE(stacks != suggestions.end());
    CHECK(stacks->label == "Stacks of 1 MiB: " + format_duration(stacks->wall));
    CHECK(stacks->concurrency == "thread_per_job");
    std::vector<std::string> set;
    for (const Setting& setting : stacks->set) set.push_back(to_text(setting));
    CHECK(set == std::vector<std::string>{"run.runtime=glibc", "run.stack=1MiB"});
    CHECK(check_all_runs({text, "stacks.toml", {}}) >= 1);
  }
  // What counts threads does not care for their stacks.
  const auto counted = advice_of("[machine]\nprofile = \"laptop-8g\"\nlimits.pids_max = 100\n" + jobs + run);
  for (const Suggestion& one : counted) CHECK_FALSE(one.label.starts_with("Stacks of "));
}

TEST_CASE("a larger stack is suggested where a thread dies of its own", "[advice]") {
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 20\nsteps = [{ block = \"1s\" }]\n[[run]]\n"
      "concurrency = \"thread_pool\"\nthreads = 10\nstack = \"64KiB\"\ntouched = \"200KiB\"\n";
  const auto suggestions = advice_of(text);
  const Suggestion* stacks = find(suggestions, "thread_pool");
  REQUIRE(stacks != nullptr);
  CHECK(stacks->label.starts_with("Stacks of 256 KiB: 2.0"));
  std::vector<std::string> set;
  for (const Setting& setting : stacks->set) set.push_back(to_text(setting));
  CHECK(set == std::vector<std::string>{"run.touched=200KiB", "run.stack=256KiB", "run.threads=10"});
  CHECK(check_all_runs({text, "stacks.toml", {}}) >= 1);
}

TEST_CASE("a suggestion that is called as another run of the file is left out", "[advice]") {
  for (const std::string model : {"thread_per_job", "join_all"}) {
    const auto suggestions = advice_of(
        "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 4\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
        "concurrency = \"sequential\"\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 2\nlabel = \"" +
        model + "\"\n");
    for (const Suggestion& one : suggestions) {
      INFO(one.label);
      CHECK((one.concurrency != model || one.label.starts_with("A pool of ")));
    }
    CHECK(suggestions.size() == 2);
  }
}

TEST_CASE("runs that differ in nice values alone are not taken for each other", "[advice]") {
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\ncpuset = [0]\n[jobs]\ncount = 50\nsteps = [{ cpu = \"20ms\" }, { sleep = "
      "\"20ms\" }]\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 1\n[[run]]\nconcurrency = \"thread_pool\"\n"
      "threads = 4\nnice = [0, 10]\n[[run]]\nconcurrency = \"thread_per_job\"\n";
  const ScenarioSource source{text, "nice.toml", {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  std::vector<RunResult> known;
  for (std::size_t run = 0; run < scenario->runs.size(); ++run) known.push_back(modeled(*scenario, run));
  const auto suggestions = advise(source, scenario->runs[0].label, known[0], {.work = kPatient.work, .known = known});
  REQUIRE_FALSE(suggestions.empty());
  for (const Suggestion& suggestion : suggestions) {
    INFO(suggestion.label);
    ScenarioSource tried = source;
    tried.options.concurrency = {suggestion.concurrency};
    tried.options.settings = suggestion.set;
    const auto again = read(tried);
    REQUIRE(again);
    CHECK(modeled(*again, 0).wall == suggestion.wall);
  }
}

TEST_CASE("what a quota gives in advance counts for the size of a pool", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"laptop-8g\"\nlimits.cpu_max = \"50%\"\n[jobs]\ncount = 4\nsteps = [{ cpu = \"12ms\" "
      "}]\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n");
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  CHECK(to_text(pool->set.back()) == "run.threads=2");
  CHECK(pool->wall < 25ms);
}

TEST_CASE("a run that was modeled beside a live one is compared as it is without", "[advice]") {
  ScenarioSource source{"[jobs]\ncount = 100\n[[run]]\nconcurrency = \"join_all\"\n", "host.toml", {}};
  source.options.host = [] { return *load_machine("laptop-8g", {}); };
  const auto scenario = read(source);
  REQUIRE(scenario);
  const RunResult alone = modeled(*scenario, 0);
  CHECK(advise(source, "join_all", alone, kPatient).empty());
  // The live worker made it slow; nothing is gained by what would be as slow beside it.
  RunResult beside = alone;
  beside.wall *= 3;
  beside.beside_live = true;
  CHECK(advise(source, "join_all", beside, kPatient).empty());
  beside.beside_live = false;
  CHECK_FALSE(advise(source, "join_all", beside, kPatient).empty());
}

TEST_CASE("the largest pool that works is found where the ladder allows more", "[advice]") {
  // Root is exempt from RLIMIT_NPROC, but a run on this host has no privilege: 299 threads besides the main thread. Two
  // rounds of 598 jobs need just as many.
  ScenarioSource source{
      "[jobs]\ncount = 598\nsteps = [{ block = \"1s\" }]\n[[run]]\nconcurrency = \"sequential\"\n", "root.toml", {}};
  source.options.host = [] {
    Machine machine = *load_machine("laptop-8g", {});
    machine.privileged = true;
    machine.limits.nproc = {300};
    machine.in_use.user_tasks = {1};
    return machine;
  };
  const auto scenario = read(source);
  REQUIRE(scenario);
  const auto suggestions = advise(source, "sequential", modeled(*scenario, 0), kPatient);
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  CHECK(to_text(pool->set.back()) == "run.threads=299");
}
