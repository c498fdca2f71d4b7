// SPDX-License-Identifier: GPL-3.0-or-later
// What is suggested holds what it promises, and is worth it: of the gallery's runs, of runs drawn at random, and of
// those for which a fixed advice would be wrong.
#include "models/lab/diagnosis/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "models/lab/run/run.hpp"
#include "models/machine/profile_file.hpp"
#include "models/result/format.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

/// Enough for every candidate, however slow the machine that tests.
const AdviceOptions kPatient{.time = 60s, .stop = {}};

std::optional<Scenario> read(const ScenarioSource& source) {
  return parse_scenario(source.text, source.file, source.options).scenario;
}

RunResult modeled(const Scenario& scenario, std::size_t run) {
  RunOptions options;
  options.record = false;
  return run_modeled(scenario, run, options);
}

bool is_done(const RunResult& result) {
  return result.error.empty() && !result.failure && result.completed == result.jobs;
}

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

std::vector<Suggestion> advice_of(const std::string& text) {
  const ScenarioSource source{text, "advice.toml", {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  return advise(source, scenario->runs.front().label, modeled(*scenario, 0), kPatient);
}

const Suggestion* find(const std::vector<Suggestion>& suggestions, std::string_view concurrency) {
  const auto found = std::ranges::find(suggestions, concurrency, &Suggestion::concurrency);
  return found == suggestions.end() ? nullptr : &*found;
}

/// A scenario of few jobs, so that two hundred of them and all that they suggest take seconds.
std::string drawn(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<std::string> of) { return *(of.begin() + random() % of.size()); };
  std::string text = fmt::format("spawnpoint = 1\nseed = {}\n[machine]\nprofile = \"{}\"\n", random() % 1000,
                                 pick({"laptop-8g", "rust-playground", "raspberry-pi-4"}));
  if (random() % 2 == 0) text += fmt::format("limits.pids_max = {}\n", 2 + random() % 300);
  if (random() % 4 == 0) text += fmt::format("cpus = {}\n", 1 + random() % 16);
  std::string steps;
  for (std::size_t i = 1 + random() % 3; i > 0; --i)
    steps += fmt::format("{}{{ {} = \"{}\" }}", steps.empty() ? "" : ", ", pick({"sleep", "block", "cpu"}),
                         pick({"1ms", "5ms", "40ms", "exp(mean=10ms)", "0ns"}));
  text += fmt::format("[jobs]\ncount = {}\nsteps = [{}]\n", 1 + random() % 400, steps);
  if (random() % 3 == 0) text += pick({"arrivals = { rate = \"200/s\" }\n", "arrivals = { every = \"2ms\" }\n"});
  for (std::size_t i = 1 + random() % 2; i > 0; --i) {
    const std::string model =
        pick({"sequential", "thread_per_job", "thread_pool", "join_all", "await_each", "await_in_loop"});
    text += fmt::format("[[run]]\nconcurrency = \"{}\"\n", model);
    if (model == "thread_pool") text += fmt::format("threads = {}\n", 1 + random() % 20);
    if (model.starts_with("thread") && random() % 2 == 0) text += "runtime = \"rust-std\"\nstack = \"256KiB\"\n";
  }
  return text;
}

}  // namespace

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
  std::mt19937 random(16);
  std::size_t count = 0;
  for (int i = 0; i < 200; ++i) count += check_all_runs({drawn(random), "drawn.toml", {}});
  CHECK(count > 100);
}

TEST_CASE("jobs that block are never to be joined on one thread", "[advice]") {
  for (const std::string steps : {"{ block = \"10ms\" }", "{ cpu = \"1ms\" }, { block = \"10ms\" }"}) {
    const auto suggestions = advice_of("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 100\nsteps = [" + steps +
                                       "]\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n");
    CHECK(find(suggestions, "join_all") == nullptr);
    CHECK(find(suggestions, "thread_per_job") != nullptr);
  }
}

TEST_CASE("a pool is as large as the limits allow, where that is best", "[advice]") {
  const auto suggestions = advice_of(
      "[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
      "concurrency = \"thread_per_job\"\nruntime = \"rust-std\"\n");
  const Suggestion* pool = find(suggestions, "thread_pool");
  REQUIRE(pool != nullptr);
  CHECK(pool->label == "A pool of 507: " + format_duration(pool->wall));
  REQUIRE(pool->set.size() == 2);
  CHECK(to_text(pool->set[0]) == "run.runtime=rust-std");  // The run's own.
  CHECK(to_text(pool->set[1]) == "run.threads=507");
  CHECK(pool->wall < 2100ms);
  const Suggestion* tasks = find(suggestions, "join_all");
  REQUIRE(tasks != nullptr);
  CHECK(tasks->label.starts_with("Join all futures: 1.0"));
  CHECK(tasks->set.empty());
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

TEST_CASE("advice ends when it is stopped, and has nothing to say of a run that was", "[advice]") {
  const ScenarioSource source{"[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 10\n", "advice.toml", {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  RunResult base = modeled(*scenario, 0);
  base.wall = 100s;
  std::stop_source stop;
  stop.request_stop();
  CHECK(advise(source, scenario->runs[0].label, base, {.time = 60s, .stop = stop.get_token()}).empty());
  CHECK_FALSE(advise(source, scenario->runs[0].label, base, kPatient).empty());
  base.stopped = true;
  CHECK(advise(source, scenario->runs[0].label, base, kPatient).empty());
}
