// SPDX-License-Identifier: GPL-3.0-or-later
// The order of the jobs' start and end lines: what a concurrency model promises always holds, and what it does not
// promise is not always so.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "models/concurrency/registry.hpp"
#include "models/lab/diagnosis/order_words.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/models/live_laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const char* const kStepLists[] = {
    "{ sleep = \"20ms\" }",
    "{ sleep = \"uniform(1ms, 30ms)\" }",
    "{ cpu = \"exp(3ms)\" }",
    "{ cpu = \"2ms\" }, { sleep = \"exp(5ms)\" }, { cpu = \"1ms\" }",
    "{ block = \"uniform(1ms, 9ms)\" }",
};

Scenario scenario_of(std::string_view model, const std::string& steps, std::uint64_t seed, std::int64_t jobs = 40) {
  const bool pool = find_concurrency_model(model)->takes_threads;
  const std::string text =
      "seed = " + std::to_string(seed) +
      "\n[machine]\nprofile = \"laptop-8g\"\ncpuset = [0, 1]\n[jobs]\ncount = " + std::to_string(jobs) + "\nsteps = [" +
      steps + "]\n[[run]]\nconcurrency = \"" + std::string(model) + "\"\n" + (pool ? "threads = 7\n" : "");
  ParseResult parsed = parse_scenario(text, "test", {});
  CAPTURE(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  return std::move(*parsed.scenario);
}

}  // namespace

TEST_CASE("what a model promises of the order of start and end always holds, and nothing else does") {
  for (const ConcurrencyModel& model : concurrency_models()) {
    CAPTURE(model.name);
    CHECK_FALSE(model.order_words.empty());
    InOrder always{.starts = true, .ends = true};
    for (const char* steps : kStepLists) {
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const RunResult result = run_modeled(scenario_of(model.name, steps, seed), 0, {});
        REQUIRE(result.completed == 40);
        const InOrder seen = observed_order(*result.trace);
        always = {.starts = always.starts && seen.starts, .ends = always.ends && seen.ends};
      }
    }
    CHECK(always == model.order);
  }
}

TEST_CASE("live runs keep what their model promises") {
  for (const ConcurrencyModel& model : concurrency_models()) {
    CAPTURE(model.name);
    const RunResult result = tests::run_live_here(scenario_of(model.name, "{ sleep = \"uniform(1ms, 9ms)\" }", 3, 12));
    REQUIRE(result.error.empty());
    REQUIRE(result.completed == 12);
    const InOrder seen = observed_order(*result.trace);
    CHECK(seen.starts >= model.order.starts);
    CHECK(seen.ends >= model.order.ends);
  }
}

TEST_CASE("what no order is promised of follows from the seed of chance") {
  const Scenario scenario = scenario_of("thread_per_job", "{ cpu = \"3ms\" }", 1);
  const auto end_order = [&](std::uint64_t chance) {
    return run_modeled(scenario, 0, {.chance = chance}).trace->jobs.end_order;
  };
  CHECK(end_order(1) == end_order(1));
  int different = 0;
  for (std::uint64_t chance = 2; chance < 8; ++chance) different += end_order(chance) != end_order(1);
  CHECK(different > 0);
}

TEST_CASE("how long each thread takes to create is drawn around the cost, as far as the machine's jitter goes") {
  Scenario scenario = scenario_of("thread_per_job", "{ sleep = \"1s\" }", 1, 400);
  const auto steps = [&](std::uint64_t chance) {
    const auto trace = run_modeled(scenario, 0, {.chance = chance}).trace;
    const auto& started = trace->jobs.started;
    REQUIRE(started.size() == 400);
    std::vector<double> lengths;
    for (std::size_t i = 1; i < started.size(); ++i) lengths.push_back(to_seconds(started[i] - started[i - 1]) * 1e6);
    return lengths;
  };
  // Without it nothing is drawn, where threads have cores of their own.
  CHECK(scenario.machine.costs.create_jitter.value == Duration::zero());
  const std::vector<double> even = steps(1);
  CHECK(even == steps(2));

  scenario.machine.costs.create_jitter = {20us, {}};
  const std::vector<double> drawn = steps(1);
  CHECK(drawn == steps(1));
  CHECK(drawn != steps(2));
  const auto mean = [](const std::vector<double>& all) {
    return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
  };
  // 20 us, evenly: a standard deviation of 11.5 us, and of the mean of 399 of them 0.6 us.
  CHECK(mean(drawn) == Approx(mean(even)).margin(3));
  // Nine in ten, as a few threads begin on the core that creates them.
  std::vector<double> sorted = drawn;
  std::ranges::sort(sorted);
  const double width = sorted[sorted.size() * 19 / 20] - sorted[sorted.size() / 20];
  CHECK(width > 32);
  CHECK(width <= 40);
}

TEST_CASE("the diagnosis says in which order jobs started and ended, where none is promised") {
  const auto told = [](std::string_view model, const char* steps) {
    const Scenario scenario = scenario_of(model, steps, 1);
    const RunResult modeled = run_modeled(scenario, 0, {});
    Diagnosis diagnosis = diagnose(scenario, 0, &modeled, nullptr);
    tell_records(diagnosis, scenario, 0, &modeled, nullptr);
    return tests::all_of(diagnosis);
  };
  CHECK_THAT(told("thread_per_job", kStepLists[2]), Contains("in another") && Contains("No order is promised"));
  CHECK_THAT(told("join_all", kStepLists[0]),
             Contains("In the model the jobs started and ended in the order of their "
                      "numbers. All futures are polled in the order of the jobs first"));
  CHECK_THAT(told("sequential", kStepLists[1]), !Contains("order"));
  const Scenario scenario = scenario_of("join_all", kStepLists[0], 1);
  const RunResult modeled = run_modeled(scenario, 0, {});
  RunResult live = modeled;
  live.world = WorldKind::live;
  Diagnosis diagnosis;
  tell_records(diagnosis, scenario, 0, &modeled, &live);
  CHECK_THAT(tests::all_of(diagnosis),
             Contains("In both worlds the jobs started and ended in the order of their numbers."));
}
