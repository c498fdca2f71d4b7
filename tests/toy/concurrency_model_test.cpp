// SPDX-License-Identifier: GPL-3.0-or-later
// A concurrency model costs a header and a row: this one is known to both worlds, the diagnosis, the file format and
// the command line, and no other source has heard of it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/sweep_plan.hpp"
#include "models/scenario/edit/completion.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/documents.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/models/live_laboratory.hpp"
#include "tests/toy/two_at_a_time.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using concurrency::TwoAtATime;

namespace {

const std::string kFive =
    "spawnpoint = 1\ntitle = \"Five jobs\"\n[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 5\n"
    "steps = [{ sleep = \"50ms\" }]\n[[run]]\nconcurrency = \"two_at_a_time\"\n";

/// The command line of this folder's program.
std::string output_of(const std::vector<std::string>& arguments, const std::string& scenario = kFive) {
  const tests::Output output = tests::spawnpoint_run(arguments, scenario);
  INFO(output.out << output.err);
  REQUIRE(output.status == 0);
  return output.out;
}

}  // namespace

TEST_CASE("a model of two files runs modeled, in its order") {
  const RunResult result = run_modeled(tests::scenario("two_at_a_time", 3), 0, {});
  CHECK(tests::job_lines(result) == "start 1, start 2, end 1, end 2, start 3, end 3");
  CHECK(to_seconds(result.wall) == Approx(2).epsilon(0.01));
  CHECK(result.peak_threads == 1);
}

TEST_CASE("a model of two files runs live, in its order") {
  const RunResult result = tests::run_live_here(tests::live_scenario("two_at_a_time", 5, tests::sleep_of(50ms)));
  INFO(result.error);
  REQUIRE(result.error.empty());
  CHECK(result.completed == 5);
  CHECK(tests::job_lines(result) == "start 1, start 2, end 1, end 2, start 3, start 4, end 3, end 4, start 5, end 5");
  CHECK(result.wall >= 150ms);
  tests::check_record(result);
}

TEST_CASE("a model of two files is diagnosed by what it says of itself") {
  const Scenario scenario = tests::scenario("two_at_a_time", 5);
  const RunResult result = run_modeled(scenario, 0, {});
  const Diagnosis diagnosis = diagnose(scenario, 0, &result, nullptr);
  CHECK(diagnosis.headline.starts_with("5 jobs ran on one thread, at most 2 at a time, in 3"));
  REQUIRE(diagnosis.mechanism);
  CHECK(diagnosis.mechanism->question == TwoAtATime::traits.question);
  CHECK(diagnosis.mechanism->answer == TwoAtATime::traits.answer);
}

TEST_CASE("a model of two files is known to the file format") {
  const ParseResult parsed = parse_scenario(kFive, "five.toml", {});
  CHECK(parsed.diagnostics.empty());
  REQUIRE(parsed.scenario);
  CHECK(parsed.scenario->runs.front().runtime.name == "spawnpoint");  // That of an executor.

  const std::string begun = "[[run]]\nconcurrency = \"two";
  const auto choices = complete(begun, begun.size(), {}).choices;
  REQUIRE(choices.size() == 1);
  CHECK(choices.front().insert == "two_at_a_time\"");
  CHECK(choices.front().help == TwoAtATime::traits.summary);

  const ParseResult misspelt = parse_scenario("[[run]]\nconcurrency = \"two_at_a_tme\"\n", "five.toml", {});
  REQUIRE(misspelt.diagnostics.size() == 1);
  CHECK_THAT(misspelt.diagnostics.front().hint, ContainsSubstring("two_at_a_time"));

  const ParseResult with_threads = parse_scenario(kFive + "threads = 4\n", "five.toml", {});
  REQUIRE(with_threads.diagnostics.size() == 1);
  CHECK(with_threads.diagnostics.front().message == "`threads` has no effect on two_at_a_time");
}

TEST_CASE("a model of two files has its rows in the command line's tables, JSON and records") {
  const tests::TemporaryDirectory directory;
  const std::string table = output_of({"run", "-", "--world", "both", "--csv", (directory / "csv").string()});
  CHECK_THAT(table, ContainsSubstring("two_at_a_time  modeled     5 of 5"));
  CHECK_THAT(table, ContainsSubstring("two_at_a_time  live        5 of 5"));
  CHECK_THAT(table, ContainsSubstring("two_at_a_time: 5 jobs ran on one thread, at most 2 at a time, in 15"));
  int records = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / "csv")) {
    if (entry.path().filename() != "jobs.csv") continue;
    CHECK(tests::lines_of(tests::read_file(entry.path())).size() == 1 + 5);
    ++records;
  }
  CHECK(records == 2);

  const auto json = nlohmann::json::parse(output_of({"run", "-", "--json"}));
  CHECK(json.at("concurrency") == "two_at_a_time");
  CHECK(json.at("completed") == 5);
  CHECK(json.at("wall_s").get<double>() == Approx(0.15).epsilon(0.01));

  CHECK_THAT(output_of({"run", "-", "--log"}), ContainsSubstring("start 1\nstart 2\nend 1\nend 2\nstart 3\n"));
}

TEST_CASE("a model of two files can be asked for, expected, limited and swept on the command line") {
  // From a file that does not name it.
  const auto asked = nlohmann::json::parse(output_of({"run", "-", "--concurrency", "two_at_a_time", "--json"},
                                                     "spawnpoint = 1\n[machine]\nprofile = \"laptop-8g\"\n"));
  CHECK(asked.at("concurrency") == "two_at_a_time");
  CHECK_THAT(tests::spawnpoint_run({"run", "-", "--concurrency", "none_at_all"}, kFive).err,
             ContainsSubstring("two_at_a_time"));

  CHECK_THAT(output_of({"check", "-"}, kFive + "[expect]\n\"two_at_a_time.wall\" = \"150ms +- 20%\"\n"),
             ContainsSubstring("2 met"));
  const tests::Output failed = tests::spawnpoint_run({"check", "-", "--world", "modeled"},
                                                     kFive + "[expect]\n\"two_at_a_time.completed\" = 6\n");
  CHECK(failed.status == 1);
  CHECK_THAT(failed.out, ContainsSubstring("two_at_a_time, modeled: completed should be 6"));

  CHECK_THAT(output_of({"limits", "-", "--concurrency", "two_at_a_time"}), ContainsSubstring("threads"));

  const std::string swept = output_of({"sweep", "-", "--csv"}, kFive + "[sweep]\n\"jobs.count\" = [1, 10]\n");
  CHECK_THAT(swept, ContainsSubstring("two_at_a_time"));
  // A failure map without a sweep of its own is of all models.
  const auto plan = SweepPlan::make({.text = "spawnpoint = 1\n", .file = "none.toml", .options = {}});
  REQUIRE(plan);
  CHECK(std::ranges::count(plan->scenario().runs, "two_at_a_time", &RunSpec::concurrency) == 1);
}

TEST_CASE("the README's example of a concurrency model is the header that is tested here") {
  const std::string header = tests::read_file(SPAWNPOINT_TEST_DATA "/toy/two_at_a_time.hpp");
  REQUIRE(header.size() > 500);
  CHECK_THAT(tests::document("README.md"), ContainsSubstring("```cpp\n" + header + "```\n"));
}
