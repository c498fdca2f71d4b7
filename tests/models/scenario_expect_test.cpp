// SPDX-License-Identifier: GPL-3.0-or-later
// Expectations against results, and the whole gallery against its own expectations, modeled.
#include <cerrno>
#include <limits>

#include "models/lab/run/run.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/expect.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using namespace spawnpoint::literals;

namespace {

/// What is wrong with `result` by one line of [expect]; empty: nothing.
std::string checked(const std::string& line, const RunResult& result) {
  const ParseResult parsed = parse_scenario(
      "[[run]]\nconcurrency = \"thread_per_job\"\n[[run]]\nconcurrency = \"thread_per_job\"\nlabel = \"v2.0 "
      "pool\"\n[expect]\n" +
          line,
      "t.toml", {});
  INFO(format(parsed.diagnostics));
  REQUIRE(parsed.scenario.has_value());
  std::string wrong;
  for (const Expectation& expectation : parsed.scenario->expectations) wrong += check(expectation, result).value_or("");
  return wrong;
}

RunResult good_result() {
  RunResult result;
  result.concurrency = result.label = "thread_per_job";
  result.jobs = result.completed = 1000;
  result.wall = 1040ms;
  result.peak_threads = 1001;
  result.memory = {10_MiB, 8_GiB, 27_MiB};
  return result;
}

RunResult failed_result() {
  RunResult result = good_result();
  result.completed = 507;
  result.failure = FailurePoint{
      .job = 507, .threads = 507, .call = "clone3", .cause = Errno{EAGAIN}, .limit = "pids.max", .value = 512};
  return result;
}

}  // namespace

TEST_CASE("Ranges of expectations include their ends") {
  const RunResult result = good_result();
  CHECK(checked("\"thread_per_job.wall\" = \"1s +- 5%\"", result).empty());
  CHECK(checked("\"thread_per_job.wall\" = \"1s +- 4%\"", result).empty());
  CHECK_FALSE(checked("\"thread_per_job.wall\" = \"1s +- 3%\"", result).empty());
  CHECK(checked("\"thread_per_job.wall\" = \"1s ± 40ms\"", result).empty());
  CHECK_FALSE(checked("\"thread_per_job.wall\" = \"1s +- 39ms\"", result).empty());
  CHECK(checked("\"thread_per_job.wall\" = \"0.9s .. 1.04s\"", result).empty());
  CHECK_FALSE(checked("\"thread_per_job.wall\" = \"1.05s .. 2s\"", result).empty());
  CHECK(checked("\"thread_per_job.wall\" = \"<= 1040ms\"", result).empty());
  CHECK_FALSE(checked("\"thread_per_job.wall\" = \">= 1041ms\"", result).empty());
  CHECK(checked("\"thread_per_job.peak_threads\" = \"1_000 .. 1_001\"", result).empty());
  CHECK(checked("\"thread_per_job.memory.virtual\" = \"8GiB +- 1%\"", result).empty());
  CHECK_FALSE(checked("\"thread_per_job.memory.kernel\" = \"<= 26MiB\"", result).empty());
}

TEST_CASE("Expectations of failures count jobs from one") {
  const RunResult result = failed_result();
  CHECK(checked("\"thread_per_job.failure\" = true", result).empty());
  CHECK(checked("\"thread_per_job.failure.job\" = 508", result).empty());
  CHECK_FALSE(checked("\"thread_per_job.failure.job\" = 507", result).empty());
  CHECK(checked("\"thread_per_job.failure.threads\" = 507", result).empty());
  CHECK(checked("\"thread_per_job.failure.value\" = 512", result).empty());
  CHECK(checked("\"thread_per_job.failure.limit\" = \"pids.max\"", result).empty());
  CHECK(checked("\"thread_per_job.failure.limit\" = \"RLIMIT_NPROC\"", result) ==
        "thread_per_job, modeled: failure.limit should be \"RLIMIT_NPROC\", but is \"pids.max\"");
  CHECK(checked("\"thread_per_job.failure\" = false", result) ==
        "thread_per_job, modeled: should not fail, but did: clone3 gave EAGAIN after 507 threads (pids.max)");
  CHECK(checked("\"thread_per_job.failure.errno\" = \"EAGAIN\"", good_result()) ==
        "thread_per_job, modeled: failure.errno should be \"EAGAIN\", but nothing failed");
  CHECK_FALSE(checked("\"thread_per_job.failure.job\" = 508", good_result()).empty());
}

TEST_CASE("An expectation is about its run and its world only") {
  RunResult live = failed_result();
  live.world = WorldKind::live;
  CHECK(checked("\"modeled.thread_per_job.failure\" = false", live).empty());
  CHECK_FALSE(checked("\"live.thread_per_job.failure\" = false", live).empty());
  CHECK_FALSE(checked("failure = false", live).empty());
  CHECK_FALSE(checked("\"live.failure\" = false", live).empty());
  CHECK(checked("\"v2.0 pool.failure\" = false", live).empty());
  live.label = "v2.0 pool";
  CHECK_FALSE(checked("\"v2.0 pool.failure\" = false", live).empty());
  CHECK(checked("\"thread_per_job.failure\" = false", live).empty());
}

TEST_CASE("A run that could not be made meets no expectation") {
  RunResult result = good_result();
  result.error = "no worker";
  CHECK(checked("\"thread_per_job.wall\" = \"1s +- 5%\"", result) ==
        "thread_per_job, modeled: could not be run: no worker");
}

TEST_CASE("Every scenario of the gallery is good, teaches, and comes out as it expects when modeled") {
  const auto files = list_scenarios(shipped_scenarios());
  REQUIRE(files.size() >= 20);
  for (const auto& file : files) {
    const ParseResult parsed = load_scenario(file, {});
    INFO(file.filename().string() << "\n" << format(parsed.diagnostics));
    REQUIRE(parsed.scenario.has_value());
    CHECK(parsed.diagnostics.empty());
    const Scenario& scenario = *parsed.scenario;
    CHECK(scenario.about.size() > 300);
    CHECK_FALSE(scenario.expectations.empty());
    RunOptions options;
    options.record = false;
    for (std::size_t run = 0; run < scenario.runs.size(); ++run) {
      const RunResult result = run_modeled(scenario, run, options);
      int applied = 0;
      for (const Expectation& expectation : scenario.expectations) {
        applied += applies(expectation, result) ? 1 : 0;
        CHECK(check(expectation, result).value_or("") == "");
      }
      CHECK(applied > 0);
    }
  }
}
