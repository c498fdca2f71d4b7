// SPDX-License-Identifier: GPL-3.0-or-later
// Limits that live runs meet for real: imposed ones, and the caps of every live run. What this machine does not allow
// is named and skipped.
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/host.hpp"
#include "tests/catch.hpp"
#include "tests/models/live_laboratory.hpp"
#include "tests/sanitizers.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("a live limit of 512 tasks refuses thread 512 with EAGAIN, and its modeled twin says the same") {
  const std::string name = GENERATE("pids.max", "RLIMIT_NPROC", "threads-max");
  auto scenario = live_scenario("thread_per_job", 600, sleep_of(3s));
  if (name == "pids.max") set_pids_max(scenario, 512);
  if (name == "RLIMIT_NPROC") {
    scenario.machine.limits.nproc = {512};
    scenario.machine.in_use.user_tasks = {1};
    scenario.machine_overrides.emplace_back("limits.nproc");
  }
  if (name == "threads-max") {
    scenario.machine.limits.threads_max = 512;
    scenario.machine.in_use.threads = 1;
    scenario.machine_overrides.emplace_back("limits.threads_max");
  }
  INFO(name);
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, name);
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 511);
  CHECK(live.failure->job == 511);
  CHECK(live.failure->call == "clone3");
  CHECK(name_of(live.failure->cause) == "EAGAIN");
  CHECK(live.failure->limit == name);
  CHECK(live.failure->value == 512);
  CHECK(live.failure->message == "Resource temporarily unavailable");
  CHECK(live.completed == 511);
  CHECK(live.peak_threads == 512);
  check_record(live);
  CHECK(live.trace->jobs.state[511] == JobState::failed);

  scenario.machine.costs.thread_create.value = 50us;
  scenario.machine.memory = 8_GiB;
  const auto modeled = run_modeled(scenario, 0, {});
  REQUIRE(modeled.failure);
  CHECK(modeled.failure->threads == live.failure->threads);
  CHECK(modeled.failure->job == live.failure->job);
  CHECK(modeled.failure->cause == live.failure->cause);
  CHECK(modeled.failure->limit == live.failure->limit);
  CHECK(modeled.failure->value == live.failure->value);
}

TEST_CASE("tasks that a control group already holds leave less to a live run") {
  auto scenario = live_scenario("thread_per_job", 100, sleep_of(2s));
  set_pids_max(scenario, 64);
  scenario.machine.in_use.cgroup_tasks = {5};
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, "pids.max");
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 59);
  CHECK(live.failure->value == 64);
}

TEST_CASE("of several limits on threads the smallest is met, and the others are said not to be needed") {
  auto scenario = live_scenario("thread_per_job", 100, sleep_of(2s));
  set_pids_max(scenario, 50);
  scenario.machine.limits.nproc = {30};
  scenario.machine.in_use.user_tasks = {1};
  scenario.machine_overrides.emplace_back("limits.nproc");
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, "RLIMIT_NPROC");
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 29);
  CHECK(live.failure->limit == "RLIMIT_NPROC");
  const auto other =
      std::find_if(live.imposed.begin(), live.imposed.end(), [](const auto& i) { return i.limit == "pids.max"; });
  REQUIRE(other != live.imposed.end());
  CHECK(other->imposed == Imposed::not_needed);
}

TEST_CASE("a live pid_max refuses the thread that its pid namespace has no number for") {
  auto scenario = live_scenario("thread_per_job", 500, sleep_of(3s));
  scenario.machine.limits.pid_max = 400;
  scenario.machine.in_use.pids = 20;
  scenario.machine_overrides.emplace_back("limits.pid_max");
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, "pid_max");
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 379);
  CHECK(live.failure->limit == "pid_max");
  CHECK(live.failure->value == 400);
}

TEST_CASE("a live limit on memory mappings names the call that was refused") {
  if (kSanitized) SKIP("sanitizers take memory of their own");
  auto scenario = live_scenario("thread_per_job", 200, sleep_of(2s));
  scenario.runs[0].runtime.stack = 1_MiB;
  SECTION("RLIMIT_AS refuses the mapping of the stack") {
    scenario.machine.limits.address_space = 96_MiB;
    scenario.machine_overrides.emplace_back("limits.address_space");
    const auto live = run_live_here(scenario);
    REQUIRE(live.error == "");
    need_imposed(live, "RLIMIT_AS");
    REQUIRE(live.failure);
    CHECK(live.failure->call == "mmap");
    CHECK(name_of(live.failure->cause) == "EAGAIN");
    CHECK(live.failure->limit == "RLIMIT_AS");
    CHECK(live.failure->value == (96_MiB).count);
    // A thread takes its stack and its guard page, and there is nothing else of that size.
    CHECK(live.failure->threads > 50);
    CHECK(live.failure->threads <= 96);
  }
  SECTION("RLIMIT_DATA refuses to make the stack writable") {
    scenario.machine.limits.data = 96_MiB;
    scenario.machine_overrides.emplace_back("limits.data");
    const auto live = run_live_here(scenario);
    REQUIRE(live.error == "");
    need_imposed(live, "RLIMIT_DATA");
    REQUIRE(live.failure);
    CHECK(live.failure->call == "mprotect");
    CHECK(live.failure->limit == "RLIMIT_DATA");
    CHECK(live.failure->threads > 50);
    CHECK(live.failure->threads <= 96);
  }
}

TEST_CASE("a smaller max_map_count than this machine's is met by dummy mappings") {
  const auto here = read_host({}).limits.max_map_count.value_or(0);
  if (here > 70'000 || kSanitized)
    SKIP("this machine's max_map_count is too large to fill up, or sanitizers take maps of their own");
  auto scenario = live_scenario("thread_per_job", 700, sleep_of(5s));
  scenario.machine.limits.max_map_count = 1000;
  scenario.machine_overrides.emplace_back("limits.max_map_count");
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, "max_map_count");
  REQUIRE(live.failure);
  CHECK(live.failure->limit == "max_map_count");
  CHECK(live.failure->value == 1000);
  CHECK((live.failure->call == "mprotect" || live.failure->call == "mmap"));
  // Two maps per thread, less those that the program has before its first.
  CHECK(live.failure->threads > 450);
  CHECK(live.failure->threads < 500);
}

TEST_CASE("a live run that takes more than its memory cgroup allows is killed, and that is a failure point") {
  if (kSanitized) SKIP("sanitizers take memory of their own");
  auto scenario = live_scenario("thread_per_job", 4000, sleep_of(20s));
  scenario.runs[0].runtime.touched = 32_KiB;
  scenario.machine.limits.memory_max = 48_MiB;
  scenario.machine_overrides.emplace_back("limits.memory_max");
  if (const auto group = RunCgroup::create("memory"); !group) SKIP("no memory cgroup: " + group.error());
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, "memory.max");
  REQUIRE(live.failure);
  CHECK(name_of(live.failure->cause) == "SIGKILL");
  CHECK(live.failure->limit == "memory.max");
  CHECK(live.failure->threads > 100);
  CHECK(live.failure->threads < 2000);
  REQUIRE(live.trace->marks.size() == 1);
  CHECK(live.trace->marks[0].kind == MarkKind::oom_kill);
  check_record(live);
}

TEST_CASE("limits that cannot be imposed are reported, and never claimed") {
  auto scenario = live_scenario("thread_per_job", 2, sleep_of(1ms));
  const auto host = read_host({});
  scenario.machine.limits.overcommit = Overcommit::never;
  scenario.machine.limits.max_map_count = host.limits.max_map_count.value_or(65530) + 1;
  scenario.machine.cpus = host.cpus + 1;
  scenario.machine_overrides = {"limits.overcommit", "limits.max_map_count", "cpus"};
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  for (const char* limit : {"overcommit", "max_map_count", "cpus"}) {
    INFO(limit);
    const auto found =
        std::find_if(live.imposed.begin(), live.imposed.end(), [&](const auto& i) { return i.limit == limit; });
    REQUIRE(found != live.imposed.end());
    CHECK(found->imposed == Imposed::no);
    CHECK_FALSE(found->means.empty());
  }
}

TEST_CASE("where the machine is this one and nothing is set, nothing is imposed") {
  const auto live = run_live_here(live_scenario("thread_per_job", 2, sleep_of(1ms)));
  REQUIRE(live.error == "");
  CHECK(live.imposed.empty());
}

TEST_CASE("a runtime whose threads need a signal stack aborts where no mapping is left for it") {
  const auto here = read_host({}).limits.max_map_count.value_or(0);
  if (here > 70'000 || kSanitized)
    SKIP("this machine's max_map_count is too large to fill up, or sanitizers take maps of their own");
  auto scenario = live_scenario("thread_per_job", 700, sleep_of(5s));
  scenario.runs[0].runtime.signal_stack = 12_KiB;
  scenario.runs[0].runtime.abort_on_signal_stack = true;
  scenario.runs[0].runtime.maps_per_thread = 4;
  scenario.runs[0].runtime.abort_message =
      "failed to set up alternative stack guard page: Cannot allocate memory (os error 12)";
  scenario.machine.limits.max_map_count = 1000;
  scenario.machine_overrides.emplace_back("limits.max_map_count");
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, "max_map_count");
  REQUIRE(live.failure);
  CHECK(live.failure->limit == "max_map_count");
  // Usually a new thread meets it; main runs ahead of its children, and may meet it first.
  if (name_of(live.failure->cause) == "SIGABRT") {
    CHECK(live.failure->message == scenario.runs[0].runtime.abort_message);
    CHECK(live.trace->marks.back().kind == MarkKind::aborted);
  } else {
    CHECK(name_of(live.failure->cause) == "EAGAIN");
  }
  CHECK(live.failure->threads > 200);
  CHECK(live.failure->threads < 400);
}

TEST_CASE("a live run reaches its cap before it takes the machine's last threads") {
  need_exact_counts();
  // A small machine is made for it: this user gets room for 60 more tasks.
  const pid_t child = ::fork();
  if (child == 0) {
    bool capped = false;
    // Other live runs at the same time, as the same user, may take all the room for some seconds: then try again.
    for (int attempt = 0; attempt < 20 && !capped; ++attempt) {
      if (attempt > 0) std::this_thread::sleep_for(500ms);
      const auto room = static_cast<rlim_t>(read_host({}).in_use.user_tasks.at(0) + 60);
      rlimit few{};
      ::getrlimit(RLIMIT_NPROC, &few);
      few.rlim_cur = std::min(room, few.rlim_max);
      if (::setrlimit(RLIMIT_NPROC, &few) != 0) ::_exit(2);
      const auto live = run_live_here(live_scenario("thread_per_job", 100, sleep_of(2s)));
      if (!live.error.empty()) std::fprintf(stderr, "%s\n", live.error.c_str());
      // Half of it, about.
      capped = live.failure && live.failure->limit == "live cap" && name_of(live.failure->cause) == "EAGAIN" &&
               live.failure->threads > 15 && live.failure->threads < 45;
      if (live.failure && !capped)
        std::fprintf(stderr, "%s at %d\n", live.failure->limit.c_str(), static_cast<int>(live.failure->threads));
    }
    ::_exit(capped ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) SKIP("no small machine can be made here");
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a live run is ended at its cap on memory, and reported so") {
  if (kSanitized) SKIP("sanitizers take memory of their own");
  auto scenario = live_scenario("thread_per_job", 4000, sleep_of(60s));
  scenario.runs[0].runtime.touched = 32_KiB;
  LiveOptions live = with_worker();
  live.memory_cap = 40_MiB;
  const auto result = run_live(scenario, 0, {}, live);
  REQUIRE(result.error == "");
  REQUIRE(result.failure);
  CHECK(result.failure->limit == "live cap");
  CHECK(result.failure->value == (40_MiB).count);
  CHECK(name_of(result.failure->cause) == "SIGKILL");
  CHECK(result.failure->threads > 100);
  // What is sampled lags behind; but most threads were never created.
  CHECK(result.failure->threads < 4000);
  check_record(result);
}

TEST_CASE("an unprivileged user's live run meets the same limit of 512") {
  need_exact_counts();
  if (::geteuid() != 0) SKIP("these tests already run as an unprivileged user");
  // The worker must be a file that anyone may run: a copy in a folder that anyone may enter.
  const TemporaryDirectory folder;
  fs::permissions(folder.path(), fs::perms::all);
  fs::copy_file(with_worker().worker, folder / "spawnpoint-run");
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)
      ::_exit(2);
    ::prctl(PR_SET_DUMPABLE, 1);
    auto scenario = live_scenario("thread_per_job", 600, sleep_of(3s));
    set_pids_max(scenario, 512);
    LiveOptions live;
    live.worker = folder / "spawnpoint-run";
    const auto result = run_live(scenario, 0, {}, live);
    if (!result.error.empty()) {
      std::fprintf(stderr, "%s\n", result.error.c_str());
      ::_exit(1);
    }
    if (result.imposed.empty() || !result.imposed[0].held()) ::_exit(2);
    const bool right = result.failure && result.failure->threads == 511 && result.failure->limit == "pids.max" &&
                       name_of(result.failure->cause) == "EAGAIN" && result.failure->call == "clone3" &&
                       result.imposed[0].means.find("standing in for pids.max = 512") != std::string::npos;
    if (!right && result.failure) {
      std::fprintf(stderr, "%lld threads, %s, %s, %s; %s\n", static_cast<long long>(result.failure->threads),
                   result.failure->limit.c_str(), name_of(result.failure->cause).c_str(), result.failure->call.c_str(),
                   result.imposed[0].means.c_str());
    }
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) SKIP("this machine does not let an unprivileged user take on such a limit");
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("the estimate of a live run knows its threads and the caps") {
  auto scenario = live_scenario("thread_per_job", 3, sleep_of(1s));
  CHECK(estimate_live(scenario, 0).threads == 3);
  CHECK_FALSE(estimate_live(scenario, 0).over_cap);
  scenario.jobs.count = 10'000'000;
  CHECK(estimate_live(scenario, 0).over_cap);
  set_pids_max(scenario, 512);
  CHECK(estimate_live(scenario, 0).threads == 511);
  CHECK(estimate_live(live_scenario("join_all", 1000, sleep_of(1s)), 0).threads == 0);
  CHECK(estimate_live(live_scenario("thread_pool", 1000, sleep_of(1s)), 0).threads == 4);
}

TEST_CASE("a runtime with threads of its own leaves its jobs as many live as in the modeled twin") {
  // 100 tasks: the main thread, 18 more of the program's, 81 of jobs.
  const std::string name = GENERATE("pids.max", "RLIMIT_NPROC");
  auto scenario = live_scenario("thread_per_job", 120, sleep_of(2s));
  scenario.runs[0].runtime.base_threads = 19;
  if (name == "pids.max") set_pids_max(scenario, 100);
  if (name == "RLIMIT_NPROC") {
    scenario.machine.limits.nproc = {100};
    scenario.machine.in_use.user_tasks = {1};
    scenario.machine_overrides.emplace_back("limits.nproc");
  }
  INFO(name);
  const auto twin = run_modeled_twin(scenario, 0, {}, with_worker());
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, name);
  for (const RunResult* result : {&live, &twin}) {
    INFO(to_string(result->world));
    REQUIRE(result->failure);
    CHECK(result->failure->threads == 81);
    CHECK(result->failure->limit == name);
    CHECK(result->failure->value == 100);
    // The program that runs live is this one: it has a main thread alone.
    CHECK(result->peak_threads == 82);
    CHECK(result->own_threads == 1);
  }
}
