// SPDX-License-Identifier: GPL-3.0-or-later
// A limit that a scenario puts on this host is a limit of the run alone.
#include "models/lab/limits/limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/machine/host/host.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;

namespace {

/// A host whose root runs a scenario, with much else running on it.
Machine busy_host() {
  Machine machine = tests::plain_machine();
  machine.name = "host";
  machine.privileged = true;
  machine.limits.nproc = {96365};
  machine.in_use.user_tasks = {189};
  machine.limits.pids_max = {CountLimit()};
  machine.in_use.cgroup_tasks = {120};
  return machine;
}

Scenario on_host(const std::string& limit) {
  ParseOptions options;
  options.host = busy_host;
  const ParseResult parsed = parse_scenario(
      "title = \"t\"\n[machine]\n" + limit + "\n[jobs]\ncount = 1000\n[[run]]\nconcurrency = \"thread_per_job\"\n",
      "t.toml", options);
  INFO(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  return *parsed.scenario;
}

}  // namespace

TEST_CASE("pids_max set on the host is that of a fresh cgroup") {
  const RunResult result = run_modeled(on_host("limits.pids_max = 512"), 0, {});
  REQUIRE(result.failure);
  CHECK(result.failure->threads == 511);
  CHECK(result.failure->limit == "pids.max");
}

TEST_CASE("a number set on the host leaves the levels above the run's own as they are") {
  ParseOptions options;
  options.host = [] {
    Machine machine = busy_host();
    machine.limits.pids_max = {CountLimit(), 900};
    machine.in_use.cgroup_tasks = {120, 200};
    machine.origins["limits.pids_max"] = {"/sys/fs/cgroup/a.slice/b.scope/pids.max", "/sys/fs/cgroup/a.slice/pids.max"};
    return machine;
  };
  const ParseResult parsed = parse_scenario("machine.limits.pids_max = 512\n", "t.toml", options);
  INFO(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  const Machine& machine = parsed.scenario->machine;
  CHECK(machine.limits.pids_max == std::vector<CountLimit>{512, 900});
  CHECK(machine.in_use.cgroup_tasks == std::vector<std::int64_t>{1, 200});
  CHECK(machine.origins.at("limits.pids_max") == std::vector<std::string>{"", "/sys/fs/cgroup/a.slice/pids.max"});
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK_THAT(parsed.diagnostics[0].message, Catch::Matchers::ContainsSubstring("stays: 900 of the slice"));
}

TEST_CASE("nproc set on the host is that of a fresh user namespace, without root's privilege") {
  const RunResult result = run_modeled(on_host("limits.nproc = 512"), 0, {});
  REQUIRE(result.failure);
  CHECK(result.failure->threads == 511);
  CHECK(result.failure->limit == "RLIMIT_NPROC");
}

TEST_CASE("What the file says of the tasks in use holds on the host too") {
  const RunResult result = run_modeled(on_host("limits.pids_max = 512\nin_use.cgroup_tasks = 12"), 0, {});
  REQUIRE(result.failure);
  CHECK(result.failure->threads == 500);
}

TEST_CASE("A modeled run on the host has no privilege, as the live run beside it") {
  Scenario scenario = on_host("swap = \"0B\"");
  scenario.machine.limits.nproc = {300};
  scenario.machine.in_use.user_tasks = {100};
  const RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.failure);
  CHECK(result.failure->threads == 200);
}

TEST_CASE("Memory set on the host is that of a machine of its own, and of a fresh cgroup") {
  // 4,000 threads take 36 KiB each at most: 141 MiB.
  const auto breaks = [](const std::string& text) {
    ParseOptions options;
    options.host = [] {
      Machine machine = busy_host();
      machine.in_use.memory = Bytes{std::int64_t{6} << 30};
      machine.in_use.cgroup_memory = Bytes{std::int64_t{5} << 30};
      return machine;
    };
    const ParseResult parsed =
        parse_scenario("[machine]\n" + text + "\n[jobs]\ncount = 4000\n[[run]]\nconcurrency = \"thread_per_job\"\n",
                       "t.toml", options);
    INFO(format(parsed.diagnostics));
    REQUIRE(parsed.scenario);
    const RunResult result = run_modeled(*parsed.scenario, 0, {});
    return result.failure ? result.failure->limit : "";
  };
  CHECK(breaks("memory = \"1GiB\"") == "");
  CHECK(breaks("memory = \"1GiB\"\nin_use.memory = \"1000MiB\"") == "memory");
  CHECK(breaks("limits.memory_max = \"1GiB\"") == "");
  CHECK(breaks("limits.memory_max = \"1GiB\"\nin_use.cgroup_memory = \"1000MiB\"") == "memory.max");
  // What is the host's own stays so.
  CHECK(breaks("swap = \"0B\"") == "");
}

TEST_CASE("A host that cannot be read is told, where it is the scenario's machine") {
  const auto told = [](const std::string& text) {
    ParseOptions options;
    options.host = [] { return inspect_host(Costs{}, "/nowhere").machine; };
    const ParseResult parsed = parse_scenario(text + "[[run]]\nconcurrency = \"join_all\"\n", "t.toml", options);
    INFO(format(parsed.diagnostics));
    REQUIRE(parsed.scenario);
    return format(parsed.diagnostics);
  };
  CHECK(told("").find("cannot be read") != std::string::npos);
  CHECK(told("[machine]\nprofile = \"host\"\n").find("t.toml:2") != std::string::npos);
  CHECK(told("[machine]\nprofile = \"laptop-8g\"\n") == "");
}
