// SPDX-License-Identifier: GPL-3.0-or-later
// What a result follows from: all that has a say in it, and nothing else.
#include "models/lab/run/run_identity.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

const std::string kText =
    "title = \"One\"\n[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 10\nsteps = [{ sleep = \"1ms\" }]\n"
    "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 2\n";

Scenario scenario_of(const std::string& text) {
  ParseOptions options;
  options.host = [] { return *load_machine("laptop-8g"); };
  const ParseResult parsed = parse_scenario(text, "t.toml", options);
  INFO(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  return *parsed.scenario;
}

std::string identity_of(const std::string& text, WorldKind world = WorldKind::modeled) {
  return run_identity(scenario_of(text), 0, world);
}

std::string with(const std::string& before, const std::string& after) {
  std::string text = kText;
  const auto at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

}  // namespace

TEST_CASE("a run is the same one whatever else the text says", "[run_identity]") {
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    CHECK(identity_of("# a comment\n" + kText, world) == identity_of(kText, world));
    CHECK(identity_of(kText + "[[run]]\nconcurrency = \"join_all\"\n", world) == identity_of(kText, world));
    CHECK(identity_of(kText + "[sweep]\n\"jobs.count\" = [1, 2]\n", world) == identity_of(kText, world));
    CHECK(identity_of(with("count = 10", "count = 1_0"), world) == identity_of(kText, world));
  }
}

TEST_CASE("whatever has a say in a result makes it another run", "[run_identity]") {
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    for (const auto& [before, after] : std::initializer_list<std::pair<const char*, const char*>>{
             {"count = 10", "count = 11"},
             {"1ms", "2ms"},
             {"sleep", "cpu"},
             {"threads = 2", "threads = 3"},
             {"threads = 2", "threads = 2\nstack = \"64KiB\""},
             {"threads = 2", "threads = 2\npolicy = \"fifo\""},
             {"threads = 2", "threads = 2\nnice = 5"},
             {"threads = 2", "threads = 2\nnice = [0, 5]"},
             {"threads = 2", "threads = 2\nlabel = \"mine\""},
             {"laptop-8g", "rust-playground"},
             {"[jobs]", "limits.pids_max = 300\n[jobs]"},
             {"[jobs]", "[jobs]\narrivals = { every = \"1ms\" }"},
             {"title", "seed = 2\ntitle"},
             {"One", "Two"}}) {
      INFO(after);
      CHECK(identity_of(with(before, after), world) != identity_of(kText, world));
    }
  }
  CHECK(identity_of(kText, WorldKind::live) != identity_of(kText, WorldKind::modeled));
}

TEST_CASE("what changes on this host from moment to moment makes another modeled run, and no other live run",
          "[run_identity]") {
  const Scenario scenario = scenario_of(with("laptop-8g\"", "host\"\nlimits.pids_max = 300"));
  Scenario later = scenario;
  later.machine.in_use.memory += Bytes{4096};
  CHECK(run_identity(scenario, 0, WorldKind::modeled) != run_identity(later, 0, WorldKind::modeled));
  CHECK(run_identity(scenario, 0, WorldKind::live) == run_identity(later, 0, WorldKind::live));
  later.machine.limits.pids_max = {301};
  CHECK(run_identity(scenario, 0, WorldKind::live) != run_identity(later, 0, WorldKind::live));
}
