// SPDX-License-Identifier: GPL-3.0-or-later
// Limits on memory, met live and modeled by the same program: its tasks, its stacks, and its own part.
#include <chrono>
#include <string>

#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/host.hpp"
#include "models/machine/profile_file.hpp"
#include "tests/catch.hpp"
#include "tests/models/live_laboratory.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;

TEST_CASE("tasks meet the limits on memory live as they do modeled") {
  if (kSanitized) SKIP("sanitizers take memory of their own");
  const auto runtime = load_runtime("spawnpoint");
  REQUIRE(runtime);
  auto scenario = live_scenario("join_all", 1'000'000, sleep_of(1s));
  scenario.runs[0].runtime = *runtime;
  scenario.host_machine = true;
  const bool by_group = GENERATE(false, true);
  const std::string limit = by_group ? "memory.max" : "RLIMIT_AS";
  if (by_group) {
    if (const auto group = RunCgroup::create("memory"); !group) SKIP("no memory cgroup: " + group.error());
    scenario.machine.limits.memory_max = 64_MiB;
    scenario.machine_overrides = {"limits.memory_max"};
  } else {
    scenario.machine.limits.address_space = 64_MiB;
    scenario.machine_overrides = {"limits.address_space"};
  }
  const auto live = run_live_here(scenario);
  REQUIRE(live.error == "");
  need_imposed(live, limit);
  const auto modeled = run_modeled_twin(scenario, 0, {}, with_worker());
  for (const RunResult* result : {&live, &modeled}) {
    INFO(to_string(result->world));
    REQUIRE(result->failure);
    CHECK(name_of(result->failure->cause) == (by_group ? "SIGKILL" : "ENOMEM"));
    CHECK(result->failure->call == (by_group ? "page fault" : "mmap"));
    CHECK(result->failure->limit == limit);
    CHECK(result->failure->value == (64_MiB).count);
    CHECK(result->failure->job == kNoJob);
    CHECK(result->completed == 0);
  }
  CHECK(live.failure->message == modeled.failure->message);
  // The executor takes its memory in pieces of 2 MiB.
  CHECK(static_cast<double>(modeled.peak_tasks) == Approx(static_cast<double>(live.peak_tasks)).epsilon(0.1));
}

TEST_CASE("a thread that uses more than its stack ends a live run as it ends a modeled one") {
  if (kSanitized) SKIP("a sanitizer reports it in its own way");
  auto scenario = live_scenario("thread_per_job", 4, sleep_of(100ms));
  scenario.runs[0].runtime.stack = 128_KiB;
  scenario.runs[0].runtime.touched = 112_KiB;
  CHECK_FALSE(run_live_here(scenario).failure);
  scenario.runs[0].runtime.touched = 200_KiB;
  const auto live = run_live_here(scenario);
  scenario.machine.memory = 8_GiB;
  const auto modeled = run_modeled(scenario, 0, {});
  for (const RunResult* result : {&live, &modeled}) {
    INFO(to_string(result->world) << " " << result->error);
    REQUIRE(result->failure);
    CHECK(name_of(result->failure->cause) == "SIGSEGV");
    CHECK(result->failure->call == "page fault");
    CHECK(result->failure->limit == "stack");
    CHECK(result->failure->value == (128_KiB).count);
    CHECK(result->failure->message == "Segmentation fault");
    CHECK(result->trace->marks.back().kind == MarkKind::aborted);
    // The job whose thread it was, however many were started meanwhile. Live, any of the first may come to it first.
    CHECK(static_cast<std::int64_t>(result->failure->job) == result->failure->threads);
  }
  CHECK(modeled.failure->job == 0);
}

TEST_CASE("the model tells the same of its program with a live run beside it as without") {
  auto scenario = live_scenario("thread_per_job", 20, sleep_of(100ms));
  const auto glibc = load_runtime("glibc");
  REQUIRE(glibc);
  scenario.runs[0].runtime = *glibc;
  scenario.runs[0].runtime.stack = 64_KiB;
  scenario.host_machine = true;
  scenario.machine = read_host({});
  const auto alone = run_modeled(scenario, 0, {});
  const auto beside = run_modeled_twin(scenario, 0, {}, with_worker());
  CHECK(beside.base.resident == glibc->base_resident);
  CHECK(beside.base.virtual_size == glibc->base_virtual);
  CHECK(beside.memory.resident == alone.memory.resident);
  CHECK(beside.peak_threads == alone.peak_threads);
  // Address space is left to the C library's own stacks, of whole pages each: both take the same.
  CHECK(beside.memory.virtual_size == alone.memory.virtual_size);
}
