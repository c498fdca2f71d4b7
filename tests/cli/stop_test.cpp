// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C: the partial result is kept, printed and marked; exit status 130.
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/processes.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint::tests;

namespace {

const std::string kLong =
    "title = \"Long\"\n[jobs]\ncount = 3\nsteps = [ { block = \"1h\" } ]\n[[run]]\nconcurrency = \"thread_per_job\"\n"
    "[[run]]\nconcurrency = \"join_all\"\n";

// Minutes of work for the model, whatever the machine.
const std::string kHeavy =
    "title = \"Heavy\"\n[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 200\nsteps = [ { cpu = \"1000h\" } ]\n"
    "[[run]]\nconcurrency = \"thread_per_job\"\n[[run]]\nconcurrency = \"join_all\"\n";

/// Stops the program in the middle of its live run of kLong.
Output stopped_live(std::vector<std::string> arguments, int signal) {
  arguments.insert(arguments.end(), {"--world", "live"});
  Program program(arguments, kLong);
  // Three jobs and the main thread.
  CHECK(eventually([&] { return threads_of(worker_of(program.pid())) == 3 + spawnpoint::kOwnThreads; }));
  program.send(signal);
  return program.wait();
}

}  // namespace

TEST_CASE("Ctrl-C keeps the partial result of a live run, and later runs are not made") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const Output output = stopped_live({"run", "-", "--json"}, signal);
  INFO(output.err);
  CHECK(output.status == 130);
  const auto lines = lines_of(output.out);
  REQUIRE(lines.size() == 1);
  const auto result = nlohmann::json::parse(lines[0]);
  CHECK(result["stopped"] == true);
  CHECK(result["concurrency"] == "thread_per_job");
  CHECK(result["completed"] == 0);
  if (spawnpoint::kOwnThreads == 1) CHECK(result["peak_threads"] == 4);
  CHECK(result["failure"].is_null());
}

TEST_CASE("Ctrl-C keeps the partial result of a modeled run") {
  Program program({"run", "-", "--json"}, kHeavy);
  CHECK(eventually([&] { return computed_by(program.pid()) >= std::chrono::milliseconds(200); }));
  program.send(SIGINT);
  const Output output = program.wait();
  INFO(output.err);
  CHECK(output.status == 130);
  const auto lines = lines_of(output.out);
  REQUIRE(lines.size() == 1);
  CHECK(nlohmann::json::parse(lines[0])["stopped"] == true);
}

TEST_CASE("the table says that a run was stopped") {
  const Output output = stopped_live({"run", "-"}, SIGINT);
  CHECK(output.status == 130);
  CHECK_THAT(output.out, Catch::Matchers::ContainsSubstring("stopped"));
}
