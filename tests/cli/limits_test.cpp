// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run limits` and `machine`: the ladder of a scenario's machine and of this host.
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint::tests;
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

TEST_CASE("the rungs are in the order in which they bind") {
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

TEST_CASE("a stack that no thread's job fits on is the ladder's first rung, and leaves none") {
  const std::string scenario =
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 3\n[[run]]\nconcurrency = \"thread_per_job\"\n"
      "stack = \"64KiB\"\ntouched = \"128KiB\"\n";
  const Json ladder = ladder_of({"-"}, scenario);
  CHECK(ladder["threads"] == 0);
  CHECK(ladder["binding"] == "stack");
  CHECK(ladder["errno"] == "SIGSEGV");
  CHECK(ladder["limits"][0]["value"] == 64 * 1024);
  const Output text = spawnpoint_run({"limits", "-", "--threads", "10"}, scenario);
  CHECK_THAT(text.out,
             ContainsSubstring("no thread can do its job: it would use 140 KiB of its stack, which has 64 KiB "
                               "(SIGSEGV)") &&
                 ContainsSubstring("ulimit -s 140"));
  // With what is asked for they can.
  const std::vector<std::string> run{"run", "-", "--json", "--set"};
  const auto completed = [&](const char* stack) {
    auto arguments = run;
    arguments.push_back(std::string("run.stack=") + stack);
    return Json::parse(lines_of(spawnpoint_run(arguments, scenario).out).at(0))["completed"].get<int>();
  };
  CHECK(completed("140KiB") == 3);
  CHECK(completed("136KiB") == 0);
}

TEST_CASE("the threads of the ladder are those besides the runtime's own") {
  const std::string java =
      spawnpoint_run({"limits", "--set", "machine.profile=rust-playground", "--set", "run.runtime=java"}).out;
  // 512 tasks: 5 in the cgroup, 18 of the JVM besides its first thread.
  CHECK_THAT(java, ContainsSubstring("489 threads besides the runtime's own 19; then pids.max refuses (EAGAIN)"));
  const std::string python =
      spawnpoint_run({"limits", "--set", "machine.profile=rust-playground", "--set", "run.runtime=python"}).out;
  CHECK_THAT(python, ContainsSubstring("507 threads besides the main thread; then pids.max refuses (EAGAIN)"));
}

TEST_CASE("The option --threads reports what must be raised, to what, and with which command") {
  const std::vector<std::string> playground{"limits", "--set", "machine.profile=rust-playground", "--threads"};
  auto arguments = playground;
  arguments.push_back("507");
  CHECK_THAT(spawnpoint_run(arguments).out, ContainsSubstring("507 threads besides the main thread fit"));
  arguments.back() = "1";
  const std::string one = spawnpoint_run(arguments).out;
  CHECK_THAT(one, ContainsSubstring("1 thread besides the main thread fits: no limit stands in its way."));
  CHECK_THAT(one, ContainsSubstring("With it, idle, the process has"));
  arguments.back() = "508";
  const std::string text = spawnpoint_run(arguments).out;
  CHECK_THAT(text, ContainsSubstring("508 threads besides the main thread need higher limits: pids.max."));
  CHECK_THAT(text, ContainsSubstring("--pids-limit 513"));
  // 2 MiB of the program and 8.28 KiB for each thread.
  CHECK_THAT(text, ContainsSubstring(" of it before the first of them, "));
  arguments.insert(arguments.end(), {"--set", "run.runtime=java"});
  CHECK_THAT(spawnpoint_run(arguments).out,
             ContainsSubstring("508 threads besides the runtime's own 19 need higher limits"));
  arguments.emplace_back("--json");
  CHECK(Json::parse(spawnpoint_run(arguments).out)["own_threads"] == 19);
  arguments.back() = "5000000";  // PID_MAX_LIMIT is 4,194,304.
  CHECK(spawnpoint_run(arguments).status == 2);
}

TEST_CASE("each level of a limit is a rung of its own, so that the next one is what binds if the first is raised") {
  const std::vector<std::string> pod{"--set", "machine.profile=kubernetes-pod-512m", "--set",
                                     "machine.limits.pids_max=777"};
  const Json ladder = ladder_of(pod);
  CHECK(ladder["threads"] == 776);
  CHECK(ladder["next"] == "pids.max");
  CHECK(ladder["limits"][0]["level"] == "container");
  CHECK(ladder["limits"][1]["level"] == "pod");
  CHECK(ladder["limits"][1]["value"] == 1024);
  CHECK(ladder["limits"][1]["threads"] == 1022);
  std::vector<std::string> arguments{"limits", "--threads", "900"};
  arguments.insert(arguments.end(), pod.begin(), pod.end());
  const std::string text = spawnpoint_run(arguments).out;
  CHECK_THAT(text, ContainsSubstring("then pids.max of the container refuses (EAGAIN)"));
  CHECK_THAT(text, ContainsSubstring("if it were raised, pids.max of the pod would bind next, at 1,022 threads"));
  CHECK_THAT(text, ContainsSubstring("need higher limits: pids.max."));
  // One that is set at one level is named as ever.
  CHECK(ladder_of({"--set", "machine.profile=kubernetes-pod-512m"})["limits"][0]["level"] == "");
}

TEST_CASE("what the answer to --threads says must be raised is exactly enough") {
  const std::vector<std::string> machine{
      "--set", "machine.profile=rust-playground",   "--set", "run.runtime=rust-std",
      "--set", "machine.limits.nproc=[900, 800]",   "--set", "machine.in_use.user_tasks=[1, 40]",
      "--set", "machine.limits.address_space=1GiB", "--set", "machine.limits.data=512MiB",
      "--set", "machine.limits.overcommit=never",   "--set", "machine.limits.commit_limit=1GiB"};
  constexpr std::int64_t kWanted = 20000;
  auto ask = machine;
  ask.insert(ask.end(), {"--threads", std::to_string(kWanted)});
  const Json wanted = ladder_of(ask)["wanted"];
  CHECK(wanted["threads"] == kWanted);
  CHECK(wanted["fits"] == false);
  // Per thread: 16 KiB of kernel stack, 4 of page tables, 7.7 of slab and 9.6 resident per thread; 2,064 KiB virtual
  // and 15 arenas.
  CHECK(wanted["memory"]["kernel_bytes"].get<double>() == Approx(kWanted * 1024 * (16.0 + 4.02 + 7.73)).epsilon(0.01));
  CHECK(wanted["memory"]["resident_bytes"].get<double>() == Approx(kWanted * 1024 * 9.57).epsilon(0.02));
  CHECK(wanted["memory"]["virtual_bytes"].get<double>() ==
        Approx(kWanted * 1024.0 * 2064 + 15 * 65536 * 1024.0).epsilon(0.002));

  const std::map<std::string, std::string> fields{{"RLIMIT_AS", "address_space"}, {"RLIMIT_DATA", "data"},
                                                  {"overcommit", "commit_limit"}, {"max_map_count", "max_map_count"},
                                                  {"memory.max", "memory_max"},   {"pids.max", "pids_max"},
                                                  {"threads-max", "threads_max"}, {"pid_max", "pid_max"}};
  auto enough = machine;
  std::vector<std::int64_t> nproc;
  for (const Json& limit : wanted["raise"]) {
    const std::string name = limit["name"];
    INFO(name);
    REQUIRE(limit["needed"].is_number());
    const auto needed = limit["needed"].get<std::int64_t>();
    CHECK(needed > limit["value"].get<std::int64_t>());
    if (name == "RLIMIT_NPROC") {
      nproc.push_back(needed);
      continue;
    }
    const std::string unit = limit["unit"] == "bytes" ? "B" : "";
    enough.insert(enough.end(), {"--set", "machine.limits." + fields.at(name) + "=" + std::to_string(needed) + unit});
  }
  // Besides the main thread, and besides the 40 tasks that the user has already.
  REQUIRE(nproc == std::vector<std::int64_t>{20001, 20040});
  enough.insert(enough.end(), {"--set", "machine.limits.nproc=[20001, 20040]"});
  CHECK(ladder_of(enough)["threads"] == kWanted);
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
