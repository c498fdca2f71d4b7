// SPDX-License-Identifier: GPL-3.0-or-later
// The table of limits: each row is whole, and one more row is all that a new limit on threads takes.
#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>

#include "models/document/document.hpp"
#include "models/kernel/spawn_checks.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/limits/limits_json.hpp"
#include "models/lab/live/live_limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile_file.hpp"
#include "models/machine/raise_limit.hpp"
#include "models/result/format.hpp"
#include "models/scenario/expect.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/toy/toy_limit.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

std::vector<Limit> table_with_toy() {
  std::vector<Limit> rows(limit_table().begin(), limit_table().end());
  rows.push_back(tests::kToyLimit);
  return rows;
}

Machine machine_with_limits() {
  Machine machine = tests::plain_machine();
  machine.swap = 1_GiB;
  machine.limits = {.threads_max = 5000,
                    .pid_max = 6000,
                    .pids_max = {700, 800},
                    .nproc = {900},
                    .max_map_count = 65530,
                    .address_space = 1_GiB,
                    .data = 2_GiB,
                    .memory_max = 3_GiB};
  // The mode in which overcommit has a value of its own; else it is the memory's.
  machine.limits.overcommit = Overcommit::never;
  machine.limits.commit_limit = 5_GiB;
  return machine;
}

/// What is wrong with an expectation of this limit; empty: nothing.
std::string wrong_with_expected(std::string_view limit, std::span<const Limit> limits) {
  Diagnostics out;
  const auto& source = out.add_source("t.toml", "\"failure.limit\" = \"" + std::string(limit) + "\"");
  const auto table = parse_document(source, out);
  REQUIRE(table);
  (void)read_expectations(*table, {}, out, limits);
  const auto told = out.take();
  return told.empty() ? "" : told.front().message;
}

}  // namespace

TEST_CASE("each row of the table of limits is whole, and its fields are the profile's") {
  std::set<std::string> known;
  for (const KeyHelp& key : machine_keys("")) known.insert(key.key);
  std::set<std::string_view> names;
  for (const Limit& limit : limit_table()) {
    INFO(limit.name);
    CHECK(names.insert(limit.name).second);
    CHECK(&limit_of(limit.kind) == &limit);
    CHECK(find_limit(limit.name) == &limit);
    CHECK_FALSE(limit.set_where.empty());
    for (const std::string_view words :
         {limit.words.counts, limit.words.met, limit.words.how, limit.words.question, limit.words.answer})
      CHECK_FALSE(words.empty());
    CHECK(limit.words.met.find("{}") != std::string_view::npos);
    for (const std::string_view field : limit.fields.names)
      if (!field.empty()) CHECK(known.contains(std::string(field)));
    CHECK_FALSE(how_to_raise({}, limit, 0, 1000).text.empty());
  }
  CHECK(find_limit("pids-max") == nullptr);
  CHECK(find_limit("live cap") == &limit_of(LimitKind::live_cap));
}

TEST_CASE("what a row writes it reads, and copies to another machine") {
  constexpr std::int64_t kValue = 4LL << 30;
  for (const Limit& limit : limit_table()) {
    if (limit.fields.write == nullptr) continue;
    INFO(limit.name);
    Machine machine = machine_with_limits();
    const std::size_t levels = limit.fields.read(machine).size();
    limit.fields.write(machine, levels - 1, kValue);
    const auto written = limit.fields.read(machine);
    REQUIRE(written.size() == levels);
    for (std::size_t level = 0; level + 1 < levels; ++level) CHECK_FALSE(written[level].value);
    CHECK(written.back().value == kValue);
    Machine copy = machine_with_limits();
    limit.fields.copy(copy, machine);
    CHECK(limit.fields.read(copy).back().value == kValue);
  }
}

TEST_CASE("what is to be typed as it stands is told from words") {
  Machine docker = load_machine("docker-default").value();
  const auto is_command = [&](LimitKind kind) { return how_to_raise(docker, limit_of(kind), 0, 9).is_command; };
  CHECK(is_command(LimitKind::pids_max));
  CHECK(is_command(LimitKind::max_map_count));
  CHECK(is_command(LimitKind::rlimit_nproc));
  CHECK_FALSE(is_command(LimitKind::memory));
  CHECK_FALSE(is_command(LimitKind::address_space));
  // Of a user namespace that is there already.
  CHECK_FALSE(how_to_raise(docker, limit_of(LimitKind::rlimit_nproc), 1, 9).is_command);
  // Two commands, of which one may do.
  const HowToRaise unknown = how_to_raise({}, limit_of(LimitKind::pids_max), 0, 9);
  CHECK(unknown.text.find(", or ") != std::string::npos);
  CHECK_FALSE(unknown.is_command);
}

TEST_CASE("what is needed never reads like what there is") {
  const Limit& memory = limit_of(LimitKind::memory_max);
  LimitToRaise limit{.limit = &memory, .value = (1_GiB).count, .needed = (1_GiB).count + 5000, .how = {}, .source = {}};
  CHECK(needed_value(limit) == "1,048,581 KiB");
  limit.needed = (3_GiB).count;
  CHECK(needed_value(limit) == format_value(memory, limit.needed));
  // Rounded up, so that it suffices.
  limit.needed = 14'102'159'360;
  CHECK(needed_value(limit) == "13.2 GiB");
  limit.needed = 0;
  CHECK(needed_value(limit) == "-");
  const LimitToRaise count{
      .limit = &limit_of(LimitKind::pids_max), .value = 1000, .needed = 1001, .how = {}, .source = {}};
  CHECK(needed_value(count) == "1,001");
}

TEST_CASE("where a thread overflows its stack, the other limits are those of a stack that holds it") {
  Machine machine = tests::plain_machine();
  machine.limits.address_space = 1_GiB;
  Runtime small = tests::c_runtime();
  small.stack = 64_KiB;
  small.touched = 100_KiB;
  const LimitLadder ladder = limit_ladder(machine, small);
  REQUIRE(ladder.binding() != nullptr);
  CHECK(ladder.binding()->limit->kind == LimitKind::stack);
  const ThreadNeeds needs = thread_needs(machine, small, 500);
  REQUIRE(needs.raise.size() == 1);
  Runtime enough = small;
  enough.stack = Bytes{needs.raise[0].needed};
  const auto rung_of = [](const LimitLadder& of, LimitKind kind) {
    return std::ranges::find(of.rungs, &limit_of(kind), &LimitRung::limit)->threads;
  };
  CHECK(rung_of(ladder, LimitKind::rlimit_as) == rung_of(limit_ladder(machine, enough), LimitKind::rlimit_as));
  CHECK(needs.virtual_size == thread_needs(machine, enough, 500).virtual_size);
  CHECK(needs.resident == thread_needs(machine, enough, 500).resident);
}

TEST_CASE("one more row is on the ladder, with the command that raises it, and in its JSON") {
  const std::vector<Limit> limits = table_with_toy();
  const Limit* toy = &limits.back();
  Machine machine = tests::plain_machine();
  machine.cpus = 3;
  machine.limits.pids_max = {512};
  const Runtime runtime = tests::c_runtime();

  const LimitLadder ladder = limit_ladder(machine, runtime, limits);
  REQUIRE(ladder.binding() != nullptr);
  CHECK(ladder.binding()->limit == toy);
  CHECK(ladder.threads == 299);  // Besides the main thread.
  CHECK(ladder.binding()->value == 300);
  CHECK(ladder.binding()->raise.text == "sysctl -w kernel.toy-max=N");
  CHECK(limit_ladder(machine, runtime).binding()->limit->name == "pids.max");

  const ThreadNeeds needs = thread_needs(machine, runtime, 450, limits);
  REQUIRE(needs.raise.size() == 1);
  CHECK(needs.raise[0].limit == toy);
  CHECK(needs.raise[0].how.text == "sysctl -w kernel.toy-max=401");

  const auto json = nlohmann::json::parse(to_json_line(ladder, &needs));
  CHECK(json["binding"] == "toy.max");
  CHECK(json["limits"][0]["name"] == "toy.max");
  CHECK(json["limits"][0]["unit"] == "count");
  CHECK(json["wanted"]["raise"][0]["name"] == "toy.max");
}

TEST_CASE("one more row refuses the thread in the kernel's checks, as the last of them") {
  const std::vector<Limit> limits = table_with_toy();
  Machine machine = tests::plain_machine();
  machine.cpus = 3;
  machine.limits.pids_max = {300};
  const Runtime runtime = tests::c_runtime();
  const kernel::ProcessMemory memory(machine, runtime);
  kernel::ThreadCounts counts = memory.settled(299);
  const auto by_group = kernel::SpawnChecks(machine, runtime, memory, limits).on_clone(counts);
  REQUIRE(by_group);
  CHECK(by_group->limit->name == "pids.max");
  machine.limits.pids_max.clear();
  const auto by_toy = kernel::SpawnChecks(machine, runtime, memory, limits).on_clone(counts);
  REQUIRE(by_toy);
  CHECK(by_toy->limit == &limits.back());
  CHECK_FALSE(kernel::SpawnChecks(machine, runtime, memory).on_clone(counts));
}

TEST_CASE("one more row that live runs have no means for is told as not imposed") {
  std::vector<Limit> limits = table_with_toy();
  Scenario scenario = tests::scenario("thread_per_job", 10);
  CHECK(wanted_limits(scenario, scenario.runs[0].runtime, scenario.machine, 10, std::nullopt, limits).others.size() ==
        wanted_limits(scenario, scenario.runs[0].runtime, scenario.machine, 10, std::nullopt).others.size());
  limits.back().counts_threads = false;
  const auto others =
      wanted_limits(scenario, scenario.runs[0].runtime, scenario.machine, 10, std::nullopt, limits).others;
  const auto told = std::ranges::find(others, "toy.max", &ImposedLimit::limit);
  REQUIRE(told != others.end());
  CHECK(told->imposed == Imposed::no);
  CHECK(told->value == scenario.machine.cpus * tests::kThreadsACore);
}

TEST_CASE("one more row has its words in the diagnosis, and its name in results and expectations") {
  const std::vector<Limit> limits = table_with_toy();
  Scenario scenario = tests::scenario("thread_per_job", 1000);
  scenario.machine.cpus = 3;
  scenario.machine.limits.pids_max = {512};
  RunResult result;
  result.peak_threads = 300;
  result.failure = FailurePoint{
      .job = 299, .threads = 299, .call = "clone3", .cause = Errno{EAGAIN}, .limit = "toy.max", .value = 300};

  const Diagnosis diagnosis = diagnose(scenario, 0, &result, nullptr, limits);
  CHECK(diagnosis.headline == "Thread 300 was refused: kernel.toy-max lets the cores have 300 threads.");
  REQUIRE(diagnosis.mechanism);
  CHECK(diagnosis.mechanism->question == "Why do cores count?");
  const auto says = [&](std::string_view words) {
    return std::ranges::any_of(diagnosis.details,
                               [&](const std::string& text) { return text.find(words) != text.npos; });
  };
  CHECK(says("Each core counts for a hundred."));
  CHECK(says("If toy.max were raised, pids.max would be next, at 511 threads."));
  CHECK(says("toy.max is set by: sysctl kernel.toy-max."));

  CHECK(nlohmann::json::parse(to_json_line(result))["failure"]["limit"] == "toy.max");
  CHECK(wrong_with_expected("toy.max", limits) == "");
  CHECK(wrong_with_expected("toy.max", limit_table()) == "`failure.limit`: there is no limit \"toy.max\"");
  for (const Limit& limit : limit_table()) CHECK(wrong_with_expected(limit.name, limit_table()) == "");
}

TEST_CASE("a limit of a control group is raised where it is set") {
  const Limit& pids = limit_of(LimitKind::pids_max);
  const Limit& memory = limit_of(LimitKind::memory_max);
  const auto machine = [](const char* name) { return load_machine(name, {}).value(); };

  const Machine docker = machine("docker-default");
  CHECK(how_to_raise(docker, pids, 0, 30'000).text == "docker update --pids-limit 30000 CONTAINER");
  CHECK(limit_source(docker, pids) == "docker run --pids-limit; without it, systemd's DefaultTasksMax");
  CHECK(how_to_raise(docker, limit_of(LimitKind::max_map_count), 0, 70'000).text ==
        "on the host: sysctl -w vm.max_map_count=70000");
  CHECK(how_to_raise(docker, limit_of(LimitKind::rlimit_nproc), 0, 70'000).text == "docker run --ulimit nproc=70000");

  const Machine pod = machine("kubernetes-pod-512m");
  CHECK(how_to_raise(pod, pids, 1, 2000).text == "podPidsLimit of the kubelet's configuration: 2000");
  CHECK(limit_source(pod, pids, 1) == "1 level up: podPidsLimit of the kubelet's configuration");
  CHECK(how_to_raise(pod, memory, 0, 1 << 30).text == "resources.limits.memory of the pod's container: 1073741824");

  CHECK(how_to_raise(machine("systemd-service"), pids, 0, 30'000).text ==
        "systemctl set-property UNIT.service TasksMax=30000");
  CHECK(how_to_raise(machine("laptop-8g"), pids, 0, 30'000).text ==
        "systemctl --user set-property UNIT.scope TasksMax=30000");
  CHECK(how_to_raise(machine("server-64c-256g"), pids, 0, 900'000).text ==
        "systemctl set-property UNIT.slice TasksMax=900000");
  CHECK(how_to_raise(machine("laptop-8g"), limit_of(LimitKind::pid_max), 0, 5).text == "sysctl -w kernel.pid_max=5");

  // Where nobody has said what the groups are, docker knows at most the program's own.
  Machine unknown = tests::plain_machine();
  unknown.limits.pids_max = {std::nullopt, std::nullopt, 1024};
  CHECK(how_to_raise(unknown, pids, 0, 9).text.find("docker update --pids-limit 9 CONTAINER") == 0);
  CHECK(how_to_raise(unknown, pids, 2, 2000).text.find("docker") == std::string::npos);
  CHECK(how_to_raise(unknown, pids, 2, 2000).text ==
        "systemctl set-property UNIT TasksMax=2000, or podPidsLimit of the kubelet's configuration: 2000");
}

TEST_CASE("a group that was read on this host is known by its path") {
  const Limit& pids = limit_of(LimitKind::pids_max);
  const std::string number(64, 'a');
  const auto raised = [&](const std::string& folder) {
    Machine machine = tests::plain_machine();
    machine.limits.pids_max = {100};
    machine.origins["limits.pids_max"] = {"/sys/fs/cgroup/" + folder + "/pids.max"};
    return how_to_raise(machine, pids, 0, 9).text;
  };
  CHECK(raised("system.slice/docker-" + number + ".scope") == "docker update --pids-limit 9 aaaaaaaaaaaa");
  CHECK(raised("pids/docker/" + number) == "docker update --pids-limit 9 aaaaaaaaaaaa");
  CHECK(raised("kubepods.slice/kubepods-burstable-pod12.slice") == "podPidsLimit of the kubelet's configuration: 9");
  CHECK(raised("system.slice/nginx.service") == "systemctl set-property nginx.service TasksMax=9");
  CHECK(raised("user.slice/user@1000.service/app.slice/term.scope") ==
        "systemctl --user set-property term.scope TasksMax=9");
  CHECK(raised("own/group") == "echo 9 > /sys/fs/cgroup/own/group/pids.max");
}

TEST_CASE("a container of a pod that was read on this host is one, whoever made it and whichever driver named it") {
  const std::string number(64, 'a');
  for (const std::string& folder :
       {"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12.slice/"
        "cri-containerd-" +
            number + ".scope",
        "kubepods.slice/kubepods-pod12.slice/crio-" + number + ".scope", "kubepods/burstable/pod12/" + number}) {
    INFO(folder);
    Machine machine = tests::plain_machine();
    machine.limits.pids_max = {100};
    machine.limits.memory_max = 1_GiB;
    machine.origins["limits.pids_max"] = {"/sys/fs/cgroup/" + folder + "/pids.max"};
    machine.origins["limits.memory_max"] = {"/sys/fs/cgroup/" + folder + "/memory.max"};
    CHECK(how_to_raise(machine, limit_of(LimitKind::memory_max), 0, 1 << 30).text ==
          "resources.limits.memory of the pod's container: 1073741824");
    CHECK(how_to_raise(machine, limit_of(LimitKind::pids_max), 0, 9).text ==
          "the container runtime's configuration: 9");
    // What is the host's cannot be set from within.
    CHECK(how_to_raise(machine, limit_of(LimitKind::pid_max), 0, 5).text == "on the host: sysctl -w kernel.pid_max=5");
  }
  // By the cgroupfs driver the pod's own folder is "pod12".
  Machine machine = tests::plain_machine();
  machine.limits.pids_max = {100};
  machine.origins["limits.pids_max"] = {"/sys/fs/cgroup/kubepods/burstable/pod12/pids.max"};
  CHECK(how_to_raise(machine, limit_of(LimitKind::pids_max), 0, 9).text ==
        "podPidsLimit of the kubelet's configuration: 9");
}

TEST_CASE("what the ladder says fits is what a pool can have, and one more is too many") {
  // Rust's threads: two maps of the stack, two of the signal stack, and two of an arena for the first 8 x cpus - 1. The
  // program has 30, and the last mprotect of the last thread must find fewer than 1,999 of 2,000.
  struct Case {
    std::int64_t cpus, maps, threads;
  };
  for (const Case& one : {Case{64, 2000, 328}, Case{64, 2004, 329}, Case{4, 2000, 477}, Case{4, 2004, 478}}) {
    INFO(one.cpus << " cpus, " << one.maps << " maps");
    Scenario scenario = tests::scenario("thread_pool", 1000);
    scenario.machine.cpus = one.cpus;
    scenario.machine.limits = {.max_map_count = one.maps};
    scenario.runs[0].runtime = load_runtime("rust-std", {}).value();
    const LimitLadder ladder = limit_ladder(scenario.machine, scenario.runs[0].runtime);
    CHECK(ladder.threads == one.threads);
    CHECK(ladder.binding()->limit->name == "max_map_count");
    const auto done = [&](std::int64_t workers) {
      scenario.runs[0].threads = workers;
      const RunResult result = run_modeled(scenario, 0, {.record = false, .progress = {}, .stop = {}});
      return result.completed == 1000 && !result.failure;
    };
    CHECK(done(one.threads));
    CHECK_FALSE(done(one.threads + 1));
  }
}

TEST_CASE("a stack that is too small for what a thread uses of it leaves no thread, and says how large it must be") {
  const Machine machine = tests::plain_machine();
  Runtime runtime = load_runtime("glibc", {}).value();
  runtime.stack = 128_KiB;
  runtime.touched = 116_KiB;  // Three pages are an idle thread's.
  const auto is_of_stack = [](const LimitRung& rung) { return rung.limit->kind == LimitKind::stack; };
  CHECK(std::ranges::none_of(limit_ladder(machine, runtime).rungs, is_of_stack));
  runtime.touched = 117_KiB;
  const LimitLadder ladder = limit_ladder(machine, runtime);
  CHECK(ladder.threads == 0);
  REQUIRE(ladder.binding() != nullptr);
  CHECK(is_of_stack(*ladder.binding()));
  CHECK(name_of(ladder.binding()->cause) == "SIGSEGV");
  CHECK(ladder.binding()->value == (128_KiB).count);
  const ThreadNeeds needs = thread_needs(machine, runtime, 10);
  REQUIRE_FALSE(needs.raise.empty());
  CHECK(needs.raise[0].needed == (132_KiB).count);
  CHECK(needs.raise[0].how.text == "the program's own setting, or ulimit -s 132 where it has none");
  CHECK(nlohmann::json::parse(to_json_line(ladder))["errno"] == "SIGSEGV");
}

TEST_CASE("how a limit works is said without figures of one program's threads, and where it is set is said once") {
  const std::string_view figures[] = {"times", "KiB", "MiB"};
  for (const LimitKind kind : {LimitKind::memory_max, LimitKind::memory}) {
    for (const std::string_view figure : figures) CHECK(limit_of(kind).words.how.find(figure) == std::string::npos);
  }
  const Limit& pids = limit_of(LimitKind::pids_max);
  CHECK(pids.set_where.find("TasksMax") != std::string::npos);
  for (const std::string_view words : {pids.words.how, pids.words.answer})
    CHECK(words.find("TasksMax") == std::string::npos);
}

TEST_CASE("docker's container is a scope, with systemd's 15% of the threads") {
  const Machine docker = load_machine("docker-default", {}).value();
  REQUIRE(docker.limits.threads_max == 131'072);
  CHECK(docker.limits.pids_max == std::vector<CountLimit>{131'072 * 15 / 100});
  CHECK(docker.limits.cgroups == std::vector<CgroupKind>{CgroupKind::container});
}

TEST_CASE("a rung says how one comes from the limit to the threads") {
  const auto room = [](const Machine& machine, const Runtime& runtime) {
    const LimitLadder ladder = limit_ladder(machine, runtime);
    const auto rung = std::ranges::find(ladder.rungs, &limit_of(LimitKind::pids_max), &LimitRung::limit);
    REQUIRE(rung != ladder.rungs.end());
    return rung->room;
  };
  const Machine playground = load_machine("rust-playground", {}).value();
  CHECK(room(playground, load_runtime("rust-std", {}).value()) ==
        "512 less 5 leaves 507 (taken: 1 by the main thread, 4 by other tasks of the group)");
  Runtime java = load_runtime("java", {}).value();
  java.base_threads = 18;
  CHECK(
      room(playground, java) ==
      "512 less 22 leaves 490 (taken: 1 by the main thread, 17 by the runtime's other threads, 4 by other tasks of the "
      "group)");
  Machine alone = playground;
  alone.in_use.cgroup_tasks = {1};
  CHECK(room(alone, load_runtime("glibc", {}).value()) == "512 less 1 leaves 511 (taken: 1 by the main thread)");
}

TEST_CASE("the ladder keeps a limit from which root is exempt beside the others") {
  Machine machine = tests::plain_machine();
  machine.limits.nproc = {300};
  machine.in_use.user_tasks = {10};
  machine.privileged = true;
  const Runtime runtime = load_runtime("glibc", {}).value();
  const LimitLadder ladder = limit_ladder(machine, runtime);
  CHECK(std::ranges::find(ladder.rungs, &limit_of(LimitKind::rlimit_nproc), &LimitRung::limit) == ladder.rungs.end());
  REQUIRE(ladder.exempt.size() == 1);
  CHECK(ladder.exempt[0].threads == 290);
  machine.privileged = false;
  CHECK(limit_ladder(machine, runtime).exempt.empty());
  CHECK(limit_ladder(machine, runtime).threads == 290);
}
