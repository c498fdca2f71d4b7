// SPDX-License-Identifier: GPL-3.0-or-later
// Every scenario of the gallery has kept its modeled record, bit for bit. A change here is a change of behaviour: the
// commit that makes it says why, and brings tests/scenarios/fingerprints.txt up to date with what this test prints.
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;

namespace {

/// On this host no run is like the one of another: such a scenario is run on a named machine instead.
bool names_this_host(const std::filesystem::path& file) {
  ParseOptions options;
  options.host = [] { return Machine{}; };
  const ParseResult parsed = load_scenario(file, options);
  INFO(file);
  REQUIRE(parsed.scenario);
  return parsed.scenario->host_machine;
}

/// The lines of --fingerprint, "NUMBER  FILE  LABEL", without the folder of FILE.
std::vector<std::string> fingerprints_of(const std::filesystem::path& file) {
  std::vector<std::string> arguments{"run", file.string(), "--fingerprint"};
  if (names_this_host(file)) arguments.insert(arguments.end(), {"--set", "machine.profile=laptop-8g"});
  const Output output = spawnpoint_run(arguments);
  INFO(output.err);
  REQUIRE(output.status == 0);
  std::vector<std::string> lines = lines_of(output.out);
  const std::string folder = file.parent_path().string() + "/";
  for (std::string& line : lines) {
    if (const auto at = line.find(folder); at != std::string::npos) line.erase(at, folder.size());
  }
  return lines;
}

}  // namespace

TEST_CASE("every scenario of the gallery keeps its modeled record") {
  std::vector<std::string> now;
  for (const auto& file : list_scenarios(SPAWNPOINT_SOURCE "/scenarios")) {
    const auto lines = fingerprints_of(file);
    now.insert(now.end(), lines.begin(), lines.end());
  }
  CHECK(now.size() > 24);
  std::string all;
  for (const std::string& line : now) all += line + "\n";
  CHECK(all == read_file(SPAWNPOINT_TEST_DATA "/scenarios/fingerprints.txt"));
}

TEST_CASE("a fingerprint tells seeds apart, and nothing else that does not change the run") {
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 50\nsteps = [ { sleep = \"exp(mean=1s)\" } ]\n";
  const auto number = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", "-", "--fingerprint", "--concurrency", "join_all"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Output output = spawnpoint_run(arguments, text);
    REQUIRE(output.status == 0);
    REQUIRE(lines_of(output.out).size() == 1);
    return output.out.substr(0, output.out.find(' '));
  };
  CHECK(number({}).size() == 16);
  CHECK(number({}) == number({"--set", "title=\"another\""}));
  CHECK(number({}) != number({"--seed", "2"}));
  CHECK(number({}) != number({"--set", "jobs.count=51"}));
}

TEST_CASE("a live run has no fingerprint") {
  const Output output = spawnpoint_run({"run", "-", "--fingerprint", "--world", "both"}, "title = \"x\"\n");
  CHECK(output.status == 2);
  CHECK(output.err.find("modeled runs") != std::string::npos);
}
