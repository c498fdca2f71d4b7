// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run check`: expectations that are met and that are not, and the shipped scenarios' own.
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint::tests;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string three_jobs(const std::string& expectations) {
  return "title = \"Three jobs\"\n[jobs]\ncount = 3\nsteps = [ { sleep = \"100ms\" } ]\n[[run]]\nconcurrency = "
         "\"join_all\"\n"
         "[[run]]\nconcurrency = \"await_each\"\n[expect]\n" +
         expectations;
}

}  // namespace

TEST_CASE("expectations that are met: exit status 0") {
  const Output output =
      spawnpoint_run({"check", "-"}, three_jobs("\"join_all.completed\" = 3\n\"join_all.failure\" = false\n"
                                                "\"modeled.await_each.wall\" = \"300ms +- 5%\"\n"));
  INFO(output.out << output.err);
  CHECK(output.status == 0);
  // Two of them in both worlds, one in one.
  CHECK_THAT(output.out, ContainsSubstring("1 scenario: 5 expectations: 5 met\n"));
}

TEST_CASE("an expectation that is not met: exit status 1, and a line with what was wanted and what came") {
  const Output output =
      spawnpoint_run({"check", "-", "--world", "modeled"},
                     three_jobs("\"join_all.completed\" = 3\n\"await_each.wall\" = \"100ms +- 5%\"\n"));
  CHECK(output.status == 1);
  CHECK_THAT(output.out, ContainsSubstring("<stdin>:11: failed: ") && ContainsSubstring("100ms +- 5%") &&
                             ContainsSubstring("wall"));
  CHECK_THAT(output.out, ContainsSubstring("1 met, 1 failed"));
}

TEST_CASE("a live result is compared with the expectation as well") {
  const Output output = spawnpoint_run({"check", "-"}, three_jobs("\"live.join_all.completed\" = 4\n"));
  CHECK(output.status == 1);
  CHECK_THAT(output.out, ContainsSubstring("live") && ContainsSubstring("1 expectation: 0 met, 1 failed"));
}

TEST_CASE("a scenario that expects nothing is run") {
  const Output output = spawnpoint_run({"check", "-"}, three_jobs(""));
  CHECK(output.status == 0);
  CHECK_THAT(output.out, ContainsSubstring("it has no expectations"));
}

TEST_CASE("The option --set changes what is checked") {
  const std::string scenario = three_jobs("\"join_all.completed\" = 3\n");
  CHECK(spawnpoint_run({"check", "-", "--world", "modeled", "--set", "jobs.count=4"}, scenario).status == 1);
}

TEST_CASE("every shipped scenario meets its expectations, modeled and live") {
  std::vector<std::string> arguments{"check"};
  for (const auto& entry : std::filesystem::directory_iterator(shipped(""))) {
    if (entry.path().extension() == ".toml") arguments.push_back(entry.path().string());
  }
  REQUIRE(arguments.size() > 16);
  if (spawnpoint::kOwnThreads > 1) arguments.insert(arguments.end(), {"--world", "modeled"});
  const Output output = spawnpoint_run(arguments);
  INFO(output.out << output.err);
  CHECK(output.status == 0);
}
