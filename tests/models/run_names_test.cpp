// SPDX-License-Identifier: GPL-3.0-or-later
// What runs are called: labels, which are keys, and the names that people read.
#include "models/scenario/run_names.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

Scenario scenario_of(const std::string& text, std::vector<Setting> settings = {}) {
  ParseOptions options;
  options.settings = std::move(settings);
  const ParseResult parsed = parse_scenario(text, "t.toml", options);
  INFO(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  return *parsed.scenario;
}

const std::string kMachine = "[machine]\nprofile = \"laptop-8g\"\n";
const std::string kTwoPools = kMachine +
                              "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 2\n"
                              "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n";

std::vector<std::string> labels_of(const Scenario& scenario) {
  std::vector<std::string> labels;
  for (const RunSpec& run : scenario.runs) labels.push_back(run.label);
  return labels;
}

}  // namespace

TEST_CASE("people read a pool's threads, programs its label", "[run_names]") {
  const Scenario scenario = scenario_of(kTwoPools);
  CHECK(labels_of(scenario) == std::vector<std::string>{"thread_pool", "thread_pool 2"});
  CHECK(shown_names(scenario.runs) == std::vector<std::string>{"thread_pool, 2 threads", "thread_pool, 4 threads"});
  CHECK(shown_name(scenario, 1) == "thread_pool, 4 threads");
  RunResult result;
  result.label = "thread_pool 2";
  CHECK(shown_name(scenario, result) == "thread_pool, 4 threads");
  result.label = "of another file";
  CHECK(shown_name(scenario, result) == "of another file");
}

TEST_CASE("a label that the file gives is what people read", "[run_names]") {
  const Scenario scenario = scenario_of(kMachine +
                                        "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 8\nlabel = \"ours\"\n"
                                        "[[run]]\nconcurrency = \"thread_pool\"\nlabel = \"thread_pool of old\"\n");
  CHECK(shown_names(scenario.runs) == std::vector<std::string>{"ours", "thread_pool of old"});
}

TEST_CASE("runs that would be called alike are told apart by their runtime, or else by their number", "[run_names]") {
  CHECK(shown_names(scenario_of(kMachine + "[[run]]\nconcurrency = \"join_all\"\n"
                                           "[[run]]\nconcurrency = \"join_all\"\nruntime = \"tokio\"\n"
                                           "[[run]]\nconcurrency = \"sequential\"\n")
                        .runs) == std::vector<std::string>{"join_all, spawnpoint", "join_all, tokio", "sequential"});
  CHECK(shown_names(scenario_of(kMachine + "[[run]]\nconcurrency = \"thread_per_job\"\nstack = \"64KiB\"\n"
                                           "[[run]]\nconcurrency = \"thread_per_job\"\nstack = \"8MiB\"\n")
                        .runs) == std::vector<std::string>{"thread_per_job, run 1", "thread_per_job, run 2"});
}

TEST_CASE("a label that the file leaves out is understood by settings, selections and expectations", "[run_names]") {
  const Scenario set = scenario_of(kTwoPools, {{"run.thread_pool 2.threads", "8"}});
  CHECK(set.runs[0].threads == 2);
  CHECK(set.runs[1].threads == 8);
  // A concurrency model's name means all of its runs.
  CHECK(scenario_of(kTwoPools, {{"run.thread_pool.threads", "3"}}).runs[0].threads == 3);
  CHECK(scenario_of(kTwoPools, {{"run.thread_pool.threads", "3"}}).runs[1].threads == 3);

  ParseOptions only;
  only.concurrency = {"thread_pool 2"};
  const auto selected = parse_scenario(kTwoPools, "", only).scenario;
  REQUIRE(selected);
  REQUIRE(selected->runs.size() == 1);
  CHECK(selected->runs[0].threads == 4);

  const Scenario expecting = scenario_of(kTwoPools + "[expect]\n\"thread_pool 2.completed\" = 1\n");
  REQUIRE(expecting.expectations.size() == 1);
  CHECK(expecting.expectations[0].run == "thread_pool 2");
}
