// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run limits` and `machine`: the ladder of a scenario's machine and of this host.
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint::test;
using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::ordered_json;

namespace {

Json ladder_of(std::vector<std::string> arguments, const std::string& input = {}) {
  arguments.insert(arguments.begin(), "limits");
  arguments.push_back("--json");
  const Output output = spawnpoint_run(arguments, input);
  INFO(output.err);
  REQUIRE(output.status == 0);
  REQUIRE(lines_of(output.out).size() == 1);
  return Json::parse(output.out);
}

}  // namespace

TEST_CASE("the ladder of the Playground: 507 threads, then pids.max") {
  const Json ladder = ladder_of({"--set", "machine.profile=rust-playground", "--set", "run.runtime=rust-std"});
  CHECK(ladder["threads"] == 507);
  CHECK(ladder["binding"] == "pids.max");
  CHECK(ladder["errno"] == "EAGAIN");
  const Json& first = ladder["limits"][0];
  std::vector<std::string> names;
  for (const auto& [name, value] : first.items()) names.push_back(name);
  CHECK(std::vector<std::string>(names.begin(), names.begin() + 6) ==
        std::vector<std::string>{"name", "value", "threads", "call", "errno", "source"});
  CHECK(first["name"] == "pids.max");
  CHECK(first["value"] == 512);
  CHECK(first["threads"] == 507);
  CHECK(first["call"] == "clone3");
}

TEST_CASE("the rungs stand in the order in which they bind") {
  const Json ladder = ladder_of({});
  REQUIRE(ladder["limits"].size() > 3);
  CHECK(ladder["threads"] == ladder["limits"][0]["threads"]);
  CHECK(ladder["binding"] == ladder["limits"][0]["name"]);
  for (std::size_t i = 1; i < ladder["limits"].size(); ++i) {
    CHECK(ladder["limits"][i - 1]["threads"] <= ladder["limits"][i]["threads"]);
  }
}

TEST_CASE("limits reads a scenario's machine and runtime") {
  const std::string scenario =
      "title = \"x\"\n[machine]\nprofile = \"rust-playground\"\nlimits.pids_max = 100\n[[run]]\nconcurrency = "
      "\"join_all\"\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\n";
  CHECK(ladder_of({"-"}, scenario)["threads"] == 95);
}

TEST_CASE("The option --threads tells which limits stand in the way") {
  const std::vector<std::string> playground{"limits", "--set", "machine.profile=rust-playground", "--threads"};
  auto arguments = playground;
  arguments.push_back("507");
  CHECK_THAT(spawnpoint_run(arguments).out, ContainsSubstring("507 threads fit"));
  arguments.back() = "508";
  CHECK_THAT(spawnpoint_run(arguments).out, ContainsSubstring("508 threads need higher limits: pids.max."));
}

TEST_CASE("this host's profile can be written, and read back as a machine") {
  TemporaryDirectory directory;
  const std::string file = (directory / "mine.toml").string();
  const Output written = spawnpoint_run({"machine", "-o", file});
  CHECK(written.status == 0);
  CHECK(written.out == "");
  const Output printed = spawnpoint_run({"machine"});
  CHECK(printed.status == 0);
  CHECK_THAT(printed.out, ContainsSubstring("pid_max"));
  CHECK(ladder_of({"--set", "machine.profile=" + file})["threads"] > 0);
  CHECK(spawnpoint_run({"machine", "-o", (directory / "no/such/folder").string()}).status == 3);
}
