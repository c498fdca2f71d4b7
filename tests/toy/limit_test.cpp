// SPDX-License-Identifier: GPL-3.0-or-later
// A limit on threads costs a row: this one is met in both worlds, and told with its words in results, the diagnosis,
// tables and the command line.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/run/run.hpp"
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/models/live_laboratory.hpp"
#include "tests/sanitizers.hpp"
#include "tests/toy/toy_limit.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// 99 threads besides the main one; on machines with more cores, on one of them.
const std::string kRefused =
    "spawnpoint = 1\n[machine]\nprofile = \"laptop-8g\"\ncpus = 1\n[jobs]\ncount = 150\n"
    "steps = [{ sleep = \"300ms\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n";

std::string output_of(const std::vector<std::string>& arguments, const std::string& scenario = kRefused) {
  return tests::spawnpoint_run(arguments, scenario).out;
}

Scenario refused() {
  Scenario scenario = tests::live_scenario("thread_per_job", 150, tests::sleep_of(kSanitized ? 3s : 300ms));
  scenario.machine.cpus = 1;
  scenario.machine_overrides = {"cpus"};
  scenario.machine.limits = {};
  return scenario;
}

void check_failure(const RunResult& result) {
  INFO(result.error);
  REQUIRE(result.failure);
  CHECK(result.failure->job == 99);
  CHECK(result.failure->threads == 99);
  CHECK(result.failure->limit == "toy.max");
  CHECK(result.failure->value == tests::kThreadsACore);
}

}  // namespace

TEST_CASE("a limit of one row refuses the thread in a modeled run") {
  const Scenario scenario = refused();
  const RunResult result = run_modeled(scenario, 0, {});
  check_failure(result);
  const Diagnosis diagnosis = diagnose(scenario, 0, &result, nullptr);
  CHECK(diagnosis.headline == "Thread 100 was refused: kernel.toy-max lets the cores have 100 threads.");
  REQUIRE(diagnosis.mechanism);
  CHECK(diagnosis.mechanism->question == tests::kToyLimit.words.question);
}

TEST_CASE("a limit of one row is imposed on a live run, and named as what refused its thread") {
  const Scenario scenario = refused();
  // The cap of live runs is half of what this machine's toy.max allows.
  LiveOptions live = tests::with_worker();
  live.uncapped = true;
  const RunResult result = run_live(scenario, 0, {}, live);
  const auto imposed = std::ranges::find(result.imposed, "toy.max", &ImposedLimit::limit);
  REQUIRE(imposed != result.imposed.end());
  if (!imposed->held()) SKIP("no limit on threads can be imposed here: " + imposed->means);
  check_failure(result);
  const Diagnosis diagnosis = diagnose(scenario, 0, nullptr, &result);
  CHECK(diagnosis.headline == "Thread 100 was refused: kernel.toy-max lets the cores have 100 threads.");
}

TEST_CASE("a limit of one row is named by the command line") {
  CHECK_THAT(output_of({"run", "-", "--world", "modeled"}),
             ContainsSubstring("Thread 100 was refused: kernel.toy-max lets the cores have 100 threads."));
  const auto run = nlohmann::json::parse(output_of({"run", "-", "--world", "modeled", "--json"}));
  CHECK(run.at("failure").at("limit") == "toy.max");

  const auto ladder = nlohmann::json::parse(output_of({"limits", "-", "--json"}));
  CHECK(ladder.at("binding") == "toy.max");
  CHECK_THAT(output_of({"limits", "-", "--threads", "250"}), ContainsSubstring("sysctl -w kernel.toy-max=201"));

  CHECK_THAT(output_of({"check", "-", "--world", "modeled"},
                       kRefused + "[expect]\n\"thread_per_job.failure.limit\" = \"toy.max\"\n"),
             ContainsSubstring("1 met"));
  CHECK_THAT(output_of({"sweep", "-", "--csv"}, kRefused + "[sweep]\n\"machine.cpus\" = [1, 2]\n"),
             ContainsSubstring("EAGAIN,toy.max,100,"));
}
