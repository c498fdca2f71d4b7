// SPDX-License-Identifier: GPL-3.0-or-later
// Machine and runtime profiles: what ships, what they inherit, what the kernel fills in, and that they read back.
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>

#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;
using namespace spawnpoint::literals;

namespace {

/// A folder for profiles of a test's own, beside the shipped ones.
class Profiles {
 public:
  Profiles() {
    std::filesystem::create_directories(root_ / "machines");
    std::filesystem::create_directories(root_ / "runtimes");
    places_.roots = {root_.path(), shipped_scenarios()};
  }
  void machine(const std::string& name, const std::string& text) {
    std::ofstream(root_ / "machines" / (name + ".toml")) << text;
  }
  void runtime(const std::string& name, const std::string& text) {
    std::ofstream(root_ / "runtimes" / (name + ".toml")) << text;
  }
  const ProfilePlaces& places() const { return places_; }
  const std::filesystem::path& root() const { return root_.path(); }

 private:
  TemporaryDirectory root_;
  ProfilePlaces places_;
};

bool same(const Cost& a, const Cost& b) {
  return a.value == b.value && a.interval == b.interval;
}

bool same(const Machine& a, const Machine& b) {
  const Limits& l = a.limits;
  const Limits& m = b.limits;
  const InUse& u = a.in_use;
  const InUse& v = b.in_use;
  const Costs& c = a.costs;
  const Costs& d = b.costs;
  return a.name == b.name && a.cpus == b.cpus && a.memory == b.memory && a.swap == b.swap &&
         a.page_size == b.page_size && a.kernel == b.kernel && a.source == b.source && a.privileged == b.privileged &&
         l.threads_max == m.threads_max && l.pid_max == m.pid_max && l.pids_max == m.pids_max && l.nproc == m.nproc &&
         l.max_map_count == m.max_map_count && l.address_space == m.address_space && l.data == m.data &&
         l.stack == m.stack && l.overcommit == m.overcommit && l.commit_limit == m.commit_limit &&
         l.user_reserve == m.user_reserve && l.admin_reserve == m.admin_reserve && l.memory_max == m.memory_max &&
         u.threads == v.threads && u.pids == v.pids && u.pid_wrapped == v.pid_wrapped &&
         u.cgroup_tasks == v.cgroup_tasks && u.user_tasks == v.user_tasks && u.committed == v.committed &&
         u.memory == v.memory && u.cgroup_memory == v.cgroup_memory && same(c.syscall, d.syscall) &&
         same(c.page_fault, d.page_fault) && same(c.thread_create, d.thread_create) &&
         same(c.create_jitter, d.create_jitter) && same(c.stack_table, d.stack_table) &&
         same(c.start_stall, d.start_stall) && same(c.exit_stall, d.exit_stall) && same(c.stack_unmap, d.stack_unmap) &&
         same(c.map, d.map) && same(a.executor.task_spawn, b.executor.task_spawn) &&
         same(a.executor.task_poll, b.executor.task_poll) && same(a.executor.task_wake, b.executor.task_wake) &&
         same(a.executor.timer, b.executor.timer) && same(c.thread_start, d.thread_start) &&
         same(c.thread_exit, d.thread_exit) && same(c.context_switch, d.context_switch) && same(c.wakeup, d.wakeup) &&
         same(c.timer_slack, d.timer_slack) && same(c.migration, d.migration) &&
         same(c.tick_interrupt, d.tick_interrupt) && c.base_slice == d.base_slice && c.tick == d.tick &&
         c.time_slice == d.time_slice && a.cpuset == b.cpuset && l.cpu_max == m.cpu_max &&
         c.kernel_stack == d.kernel_stack && c.task_struct == d.task_struct && c.map_struct == d.map_struct &&
         c.anon_vma == d.anon_vma && c.thread_slab == d.thread_slab && c.uncharged_slab == d.uncharged_slab &&
         c.page_table == d.page_table;
}

}  // namespace

TEST_CASE("The shipped machines and runtimes are good and say where their figures come from") {
  for (const char* name :
       {"rust-playground", "laptop-8g", "laptop-16g-arch", "laptop-16g-ubuntu-22.04", "server-64c-256g",
        "raspberry-pi-4", "docker-default", "kubernetes-pod-512m", "systemd-service"}) {
    const auto machine = load_machine(name, {});
    INFO(name << (machine ? "" : format(machine.error())));
    REQUIRE(machine.has_value());
    CHECK(machine->name == name);
    CHECK(machine->source.size() > 20);
    CHECK(machine->costs.thread_create.value > 0us);
  }
  for (const char* name : {"glibc", "glibc-2.42", "musl", "rust-std", "java", "python", "tokio", "spawnpoint"}) {
    const auto runtime = load_runtime(name, {});
    INFO(name << (runtime ? "" : format(runtime.error())));
    REQUIRE(runtime.has_value());
    CHECK(runtime->name == name);
    CHECK(runtime->source.size() > 20);
    CHECK_FALSE(runtime->message.empty());
  }
}

TEST_CASE("The profiles hold the facts of the article's two machines") {
  const Machine playground = load_machine("rust-playground", {}).value();
  CHECK(playground.limits.pids_max == std::vector<CountLimit>{512});
  CHECK(playground.in_use.cgroup_tasks == std::vector<std::int64_t>{5});
  CHECK(playground.limits.memory_max == 512_MiB);
  const Machine laptop = load_machine("laptop-16g-arch", {}).value();
  CHECK(laptop.limits.threads_max == 125'917);
  // systemd: 15% of threads-max.
  CHECK(laptop.limits.pids_max == std::vector<CountLimit>{125'917 * 15 / 100});
  CHECK(laptop.in_use.cgroup_tasks == std::vector<std::int64_t>{8});
  CHECK(laptop.limits.max_map_count == 1'048'576);
  CHECK(load_machine("laptop-16g-ubuntu-22.04", {})->limits.max_map_count == 65'530);
}

TEST_CASE("What no file says, the kernel fills in") {
  Profiles profiles;
  profiles.machine("mine", "cpus = 64\nmemory = \"16GiB\"\nswap = \"2GiB\"\n");
  const Machine machine = load_machine("mine", profiles.places()).value();
  CHECK(machine.limits.threads_max == 131'072);
  CHECK(machine.limits.nproc == std::vector<CountLimit>{65'536});
  CHECK(machine.limits.pid_max == 65'536);
  CHECK(machine.limits.max_map_count == 65'530);
  CHECK(machine.limits.stack == 8_MiB);
  CHECK(machine.limits.commit_limit == 10_GiB);
  CHECK(machine.limits.user_reserve == 128_MiB);
  CHECK(machine.limits.admin_reserve == 8_MiB);
  CHECK(machine.limits.pids_max == std::vector<CountLimit>{std::nullopt});
  CHECK(machine.in_use.user_tasks == std::vector<std::int64_t>{1});

  SECTION("and an override of the memory moves what follows from it") {
    ParseOptions options;
    options.profile_roots = profiles.places().roots;
    options.settings = {{"machine.profile", "mine"}, {"machine.memory", "32GiB"}};
    const auto result = parse_scenario("", "t.toml", options);
    REQUIRE(result.scenario.has_value());
    CHECK(result.scenario->machine.limits.threads_max == 262'144);
    CHECK(result.scenario->machine.limits.nproc == std::vector<CountLimit>{131'072});
  }
}

TEST_CASE("A profile's sizes are held to what a machine can have, as a scenario's are") {
  Profiles profiles;
  for (const auto& [line, said] : std::initializer_list<std::pair<const char*, const char*>>{
           {"page_size = \"0B\"", "1:13: error: `page_size` must be a power of two from 4 KiB to 64 KiB"},
           {"page_size = \"3B\"", "1:13: error: `page_size` must be a power of two from 4 KiB to 64 KiB"},
           {"memory = \"1B\"", "1:10: error: `memory` must be at least 1 MiB"},
           {"costs.time_slice = \"0s\"", "1:20: error: `costs.time_slice` must be more than 0"},
           {"costs.tick = \"0s\"", "1:14: error: `costs.tick` must be more than 0"},
           {"costs.base_slice = \"0s\"", "1:20: error: `costs.base_slice` must be more than 0"},
           {"cpuset = [0, 2]", "1:14: error: `cpuset`: there is no cpu 2: the machine has 2, from 0 to 1"},
           {"cpuset = [1, 1]", "1:14: error: `cpuset` names cpu 1 twice"},
           {"cpuset = 7", "1:10: error: `cpuset`: there is no cpu 7: the machine has 2, from 0 to 1"},
           {"limits.cpu_max = 50", "1:18: error: `limits.cpu_max` is a percentage: 50 has no unit"},
           {"limits.cpu_max = \"50\"",
            "1:18: error: `limits.cpu_max`: \"50\" is not a percentage: write it as \"50%\""},
           {"limits.cpu_max = \"0.5%\"", "1:18: error: `limits.cpu_max` must be at least 1%, not \"0.5%\""},
           {"limits.cpu_max = \"50 ms\"", "1:18: error: `limits.cpu_max`: \"50 ms\" is not a percentage"}}) {
    profiles.machine("wrong", line + std::string("\n"));
    Diagnostics out;
    CHECK_FALSE(read_machine("wrong", profiles.places(), {}, out));
    CHECK_THAT(format(out.take()), Catch::Matchers::ContainsSubstring(said));
  }
}

TEST_CASE("A profile builds on another by its base") {
  Profiles profiles;
  profiles.machine("parent", "cpus = 3\n[limits]\npids_max = [100, 200]\n[in_use]\ncgroup_tasks = [1, 2]\n");
  profiles.machine("child", "base = \"parent\"\nlimits.pids_max = [50, 60]\n");
  const Machine child = load_machine("child", profiles.places()).value();
  CHECK(child.name == "child");
  CHECK(child.cpus == 3);
  CHECK(child.limits.pids_max == std::vector<CountLimit>{50, 60});
  CHECK(child.in_use.cgroup_tasks == std::vector<std::int64_t>{1, 2});

  profiles.machine("circle", "base = \"circle\"\n");
  const auto circle = load_machine("circle", profiles.places());
  REQUIRE_FALSE(circle.has_value());
  CHECK_THAT(circle.error()[0].message, Catch::Matchers::ContainsSubstring("cycle"));

  profiles.machine("orphan", "base = \"nobody\"\n");
  REQUIRE_FALSE(load_machine("orphan", profiles.places()).has_value());
  CHECK(load_machine("orphan", profiles.places()).error()[0].line == 1);
}

TEST_CASE("A number for a limit of several levels sets the program's own level, and says so") {
  const auto pod_with = [](const char* settings) {
    ParseOptions options;
    options.settings.push_back(parse_setting(settings).value());
    return parse_scenario("[machine]\nprofile = \"kubernetes-pod-512m\"\n[[run]]\nconcurrency = \"sequential\"\n",
                          "pod.toml", options);
  };
  const ParseResult number = pod_with("machine.limits.pids_max=777");
  REQUIRE(number.scenario);
  CHECK(number.scenario->machine.limits.pids_max == std::vector<CountLimit>{777, 1024});
  CHECK(number.scenario->machine.in_use.cgroup_tasks == std::vector<std::int64_t>{1, 2});
  REQUIRE(number.diagnostics.size() == 1);
  CHECK(number.diagnostics[0].severity == Severity::note);
  CHECK(number.diagnostics[0].message ==
        "`machine.limits.pids_max` is set for the container; what is above it stays: 1024 of the pod");
  const ParseResult in_use = pod_with("machine.in_use.cgroup_tasks=9");
  REQUIRE(in_use.scenario);
  CHECK(in_use.scenario->machine.in_use.cgroup_tasks == std::vector<std::int64_t>{9, 2});
  const ParseResult list = pod_with("machine.limits.pids_max=[777]");
  REQUIRE(list.scenario);
  CHECK(list.scenario->machine.limits.pids_max == std::vector<CountLimit>{777});
  CHECK(list.diagnostics.empty());
  // One level is one level.
  Profiles profiles;
  profiles.machine("one", "limits.pids_max = 9\n");
  CHECK(load_machine("one", profiles.places()).value().limits.pids_max == std::vector<CountLimit>{9});
}

TEST_CASE("Mistakes in a profile are reported in the profile's file") {
  Profiles profiles;
  profiles.machine("wrong", "cpus = 0\nmemory = 8\n[limits]\npids_mx = 3\n");
  profiles.runtime("wrong", "stack = \"1KiB\"\nguardmode = \"none\"\n");
  const auto machine = load_machine("wrong", profiles.places());
  REQUIRE_FALSE(machine.has_value());
  REQUIRE(machine.error().size() == 3);
  CHECK(machine.error()[0].file == (profiles.root() / "machines/wrong.toml").string());
  CHECK(machine.error()[2].line == 4);
  CHECK(machine.error()[2].hint == "did you mean `limits.pids_max`?");
  REQUIRE(load_runtime("wrong", profiles.places()).error().size() == 2);

  ParseOptions options;
  options.profile_roots = profiles.places().roots;
  const auto scenario = parse_scenario("[machine]\nprofile = \"wrong\"\n[jobs]\ncuont = 1\n", "t.toml", options);
  CHECK(scenario.diagnostics.size() == 4);
  CHECK(scenario.diagnostics[0].file == "t.toml");
  CHECK_FALSE(load_machine("../secrets", profiles.places()).has_value());
}

TEST_CASE("This machine is refused where the costs that stand in for a calibration cannot be read") {
  Profiles profiles;
  ParseOptions options;
  options.profile_roots = profiles.places().roots;
  options.host = [] {
    Machine machine;
    machine.memory = 8_GiB;
    return machine;
  };
  const std::string text = "[machine]\nprofile = \"host\"\n";
  CHECK(parse_scenario(text, "t.toml", options).scenario);
  profiles.machine("defaults", "[costs]\nnobody_knows = \"1us\"\n");
  const ParseResult refused = parse_scenario(text, "t.toml", options);
  CHECK_FALSE(refused.scenario);
  REQUIRE_FALSE(refused.diagnostics.empty());
  CHECK(refused.diagnostics[0].message.find("nobody_knows") != std::string::npos);
}

TEST_CASE("A machine written as a file reads back as the same machine") {
  Profiles profiles;
  for (const char* name : {"rust-playground", "kubernetes-pod-512m", "laptop-16g-arch", "server-64c-256g"}) {
    const Machine machine = load_machine(name, {}).value();
    profiles.machine("copy", to_toml(machine));
    const auto copy = load_machine("copy", profiles.places());
    INFO(to_toml(machine) << (copy ? "" : format(copy.error())));
    REQUIRE(copy.has_value());
    CHECK(same(*copy, machine));
  }
  REQUIRE(rc::check("any values", [&] {
    const auto count = [](std::int64_t low, std::int64_t high) { return *rc::gen::inRange<std::int64_t>(low, high); };
    const auto maybe = [&](std::int64_t low, std::int64_t high) -> CountLimit {
      return *rc::gen::arbitrary<bool>() ? CountLimit{count(low, high)} : std::nullopt;
    };
    const auto size = [&] { return Bytes{count(0, std::int64_t{1} << 50)}; };
    const auto maybe_size = [&](std::int64_t low) -> SizeLimit {
      return *rc::gen::arbitrary<bool>() ? SizeLimit{Bytes{count(low, std::int64_t{1} << 50)}} : std::nullopt;
    };
    const auto cost = [&] { return Cost{Duration{count(0, 1'000'000'000'000)}, Duration{count(0, 1000)}}; };
    Machine machine;
    machine.name = "a \"quoted\"\\ name\twith\nlines \x01";
    machine.source = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    machine.cpus = count(1, 65536);
    machine.memory = Bytes{count(1 << 20, std::int64_t{1} << 50)};
    machine.swap = size();
    machine.privileged = *rc::gen::arbitrary<bool>();
    machine.limits.threads_max = maybe(1, 1 << 20);
    machine.limits.pid_max = maybe(1, 4'194'304);
    for (auto n = count(1, 5); n > 0; --n) {
      machine.limits.pids_max.push_back(maybe(0, 100'000));
      machine.in_use.cgroup_tasks.push_back(count(0, 1000));
    }
    machine.limits.nproc = {maybe(0, INT64_MAX)};
    machine.in_use.user_tasks = {count(0, 1000)};
    machine.limits.max_map_count = maybe(0, INT32_MAX);
    machine.limits.address_space = maybe_size(0);
    machine.limits.data = maybe_size(0);
    machine.limits.stack = maybe_size(16384);
    machine.limits.overcommit = *rc::gen::element(Overcommit::heuristic, Overcommit::always, Overcommit::never);
    machine.limits.commit_limit = maybe_size(0);
    machine.limits.user_reserve = size();
    machine.limits.admin_reserve = size();
    machine.limits.memory_max = maybe_size(0);
    machine.in_use.threads = count(1, 100'000);
    machine.in_use.pids = count(0, 100'000);
    machine.in_use.pid_wrapped = *rc::gen::arbitrary<bool>();
    machine.in_use.committed = size();
    machine.in_use.memory = size();
    machine.in_use.cgroup_memory = size();
    machine.executor = {cost(), cost(), cost(), cost()};
    const auto turn = [&] { return Duration{count(1, 1'000'000'000)}; };
    machine.costs = {cost(), cost(), cost(), cost(), cost(), cost(), cost(), cost(), cost(),
                     cost(), cost(), cost(), cost(), cost(), cost(), cost(), turn(), turn(),
                     turn(), size(), size(), size(), size(), size(), size(), size()};
    machine.limits.cpu_max.reset();
    if (*rc::gen::arbitrary<bool>()) machine.limits.cpu_max = std::chrono::microseconds(count(1'000, 10'000'000));
    if (machine.cpus > 2) machine.cpuset = {2, 0};
    profiles.machine("copy", to_toml(machine));
    const auto copy = load_machine("copy", profiles.places());
    RC_ASSERT(copy.has_value());
    RC_ASSERT(same(*copy, machine));
  }));
}

TEST_CASE("Only glibc lets RLIMIT_STACK decide about a thread's stack") {
  Limits limits;
  limits.stack = 4_MiB;
  CHECK(stack_size(load_runtime("glibc", {}).value(), limits) == 4_MiB);
  CHECK(stack_size(load_runtime("rust-std", {}).value(), limits) == 2_MiB);
  CHECK(stack_size(load_runtime("musl", {}).value(), limits) == 128_KiB);
  limits.stack.reset();
  CHECK(stack_size(load_runtime("python", {}).value(), limits) == 2_MiB);
}
