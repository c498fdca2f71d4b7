// SPDX-License-Identifier: GPL-3.0-or-later
// The judgement of a live run's end, and which limits a run has to meet: from what was seen, without running anything.
#include <csignal>
#include <string>

#include "models/lab/live/live_limits.hpp"
#include "models/lab/live/live_outcome.hpp"
#include "models/lab/live/live_plan.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;

namespace {

SharedFailure failure_of(LiveFailure kind, std::string_view call, int error, std::uint64_t threads) {
  SharedFailure failure;
  failure.kind = static_cast<std::uint32_t>(kind);
  failure.job = static_cast<JobId>(threads);
  failure.threads = threads;
  failure.error = error;
  failure.call = FixedText<60>(call);
  failure.message = FixedText<508>("words");
  return failure;
}

LimitLadder host_ladder() {
  LimitLadder ladder;
  ladder.rungs = {{&limit_of(LimitKind::max_map_count), 65530, 32752, "", "mprotect", Errno{EAGAIN}, "", ""},
                  {&limit_of(LimitKind::rlimit_nproc), 9000, 8000, "", "clone3", Errno{EAGAIN}, "", ""}};
  return ladder;
}

constexpr int kKilled = SIGKILL;  // wait statuses: a signal's number …
constexpr int kAborted = SIGABRT;
constexpr int exited(int code) {  // … or the exit code, shifted
  return code << 8;
}

Scenario scenario_with(std::vector<std::string> overrides) {
  Scenario scenario;
  scenario.machine_overrides = std::move(overrides);
  scenario.machine.memory = 8_GiB;
  scenario.runs = {RunSpec{}};
  scenario.runs[0].concurrency = "thread_per_job";
  scenario.runs[0].runtime.stack = 64_KiB;
  scenario.jobs.count = 100;
  return scenario;
}
Machine host_of(std::int64_t threads) {
  Machine host;
  host.cpus = 2;
  host.memory = 8_GiB;
  host.limits.threads_max = threads;
  host.limits.max_map_count = 65530;
  return host;
}

}  // namespace

TEST_CASE("a refused clone is attributed to the imposed limit only where as many threads were there") {
  LiveEnd end;
  end.finished = true;
  LiveLimitsInForce limits;
  limits.threads = WantedLimit{&limit_of(LimitKind::pids_max), 512, 507};
  end.failure = failure_of(LiveFailure::refused, "clone3", EAGAIN, 507);
  const auto imposed = judge(end, limits, host_ladder());
  REQUIRE(imposed.failure);
  CHECK(imposed.failure->limit == "pids.max");
  CHECK(imposed.failure->value == 512);
  CHECK(name_of(imposed.failure->cause) == "EAGAIN");
  CHECK(imposed.mark == MarkKind::failure);

  end.failure = failure_of(LiveFailure::refused, "clone3", EAGAIN, 300);
  const auto own = judge(end, limits, host_ladder());
  CHECK(own.failure->limit == "RLIMIT_NPROC");
  CHECK(own.failure->value == 9000);
}

TEST_CASE("a refused mapping keeps what the worker has found, in the scenario's figure") {
  LiveEnd end;
  end.finished = true;
  end.failure = failure_of(LiveFailure::refused, "mprotect", EAGAIN, 480);
  end.failure->limit = static_cast<std::int32_t>(LimitKind::max_map_count);
  end.failure->value = 65530;
  LiveLimitsInForce limits;
  CHECK(judge(end, limits, host_ladder()).failure->value == 65530);
  limits.maps = WantedLimit{&limit_of(LimitKind::max_map_count), 1000, 64530};
  CHECK(judge(end, limits, host_ladder()).failure->value == 1000);
  // The worker's memory may hold anything.
  for (const std::int32_t none : {-1, 11, 1000}) {
    end.failure->limit = none;
    CHECK(judge(end, limits, host_ladder()).failure->limit == "");
    CHECK_FALSE(judge(end, limits, host_ladder()).failure->value);
  }
}

TEST_CASE("each way in which a worker dies is a failure point of its own") {
  LiveEnd end;
  end.created = 12;
  end.starting = 12;
  end.at = Instant(3s);
  LiveLimitsInForce limits;
  SECTION("killed by somebody") {
    end.status = kKilled;
    const auto outcome = judge(end, limits, {});
    CHECK(name_of(outcome.failure->cause) == "SIGKILL");
    CHECK(outcome.failure->limit == "");
    CHECK(outcome.failure->threads == 12);
    CHECK(outcome.failure->at == Instant(3s));
    CHECK(outcome.mark == MarkKind::killed);
  }
  SECTION("killed in its memory cgroup") {
    end.status = kKilled;
    end.out_of_memory = true;
    limits.memory = WantedLimit{&limit_of(LimitKind::memory_max), 1000, 900};
    const auto outcome = judge(end, limits, {});
    CHECK(outcome.failure->limit == "memory.max");
    CHECK(outcome.failure->value == 1000);
    CHECK(outcome.mark == MarkKind::oom_kill);
  }
  SECTION("killed where the whole machine ran out of memory") {
    end.status = kKilled;
    end.machine_out_of_memory = true;
    LimitLadder host;
    host.rungs.push_back({.limit = &limit_of(LimitKind::memory), .value = 5000});
    CHECK(judge(end, limits, host).failure->limit == "memory");
    CHECK(judge(end, limits, host).failure->value == 5000);
    CHECK_FALSE(judge(end, limits, {}).failure->value);
  }
  SECTION("killed at the cap of live runs") {
    end.status = kKilled;
    end.over_memory = true;
    limits.memory = WantedLimit{&limit_of(LimitKind::live_cap), 77, 77};
    const auto outcome = judge(end, limits, {});
    CHECK(outcome.failure->limit == "live cap");
    CHECK(outcome.failure->value == 77);
  }
  SECTION("aborted, with its last words") {
    end.status = kAborted;
    end.last_words = "terminate called";
    const auto outcome = judge(end, limits, {});
    CHECK(name_of(outcome.failure->cause) == "SIGABRT");
    CHECK(outcome.failure->message == "terminate called");
    CHECK(outcome.mark == MarkKind::aborted);
  }
  SECTION("died of its stack, where its threads use more of it than there is") {
    end.status = SIGSEGV;
    CHECK(judge(end, limits, {}).failure->limit == "");
    limits.stack = WantedLimit{&limit_of(LimitKind::stack), 131072, 131072};
    const auto outcome = judge(end, limits, {});
    CHECK(name_of(outcome.failure->cause) == "SIGSEGV");
    CHECK(outcome.failure->call == "page fault");
    CHECK(outcome.failure->limit == "stack");
    CHECK(outcome.failure->value == 131072);
    CHECK(outcome.failure->message == "Segmentation fault");
    CHECK(outcome.mark == MarkKind::aborted);
    // The thread that was using its stack, and not the one that was being made.
    end.starting = 9;
    end.created = 9;
    end.touching = 3;
    end.touching_job = 2;
    CHECK(judge(end, limits, {}).failure->threads == 2);
    CHECK(judge(end, limits, {}).failure->job == 2);
  }
  SECTION("aborted in a pid namespace, where it had to say so itself") {
    end.status = exited(134);
    end.aborted = true;
    CHECK(name_of(judge(end, limits, {}).failure->cause) == "SIGABRT");
  }
  SECTION("aborted after a thread was refused: the death counts for more") {
    end.status = kAborted;
    end.failure = failure_of(LiveFailure::refused, "mmap", EAGAIN, 12);
    end.failure->limit = static_cast<std::int32_t>(LimitKind::max_map_count);
    const auto outcome = judge(end, limits, {});
    CHECK(name_of(outcome.failure->cause) == "SIGABRT");
    CHECK(outcome.failure->limit == "max_map_count");
    CHECK(outcome.mark == MarkKind::aborted);
  }
  SECTION("out of memory in C++, and other exceptions") {
    end.status = exited(1);
    end.failure = failure_of(LiveFailure::no_memory, "mmap", ENOMEM, 12);
    CHECK(name_of(judge(end, limits, {}).failure->cause) == "ENOMEM");
    end.failure = failure_of(LiveFailure::exception, "", 0, 12);
    CHECK(name_of(judge(end, limits, {}).failure->cause) == "exception");
    CHECK(judge(end, limits, {}).failure->message == "words");
  }
  SECTION("stopped by the user: no failure") {
    end.status = kKilled;
    end.stopped = true;
    CHECK_FALSE(judge(end, limits, {}).failure);
    CHECK(judge(end, limits, {}).error == "");
  }
  SECTION("it could not run at all") {
    end.status = exited(3);
    end.failure = failure_of(LiveFailure::not_run, "", 0, 0);
    CHECK(judge(end, limits, {}).error == "words");
    end.failure.reset();
    CHECK(judge(end, limits, {}).error.find("status 3") != std::string::npos);
  }
}

TEST_CASE("of a host only what was set is to be met, of a named machine everything") {
  auto scenario = scenario_with({"limits.pids_max"});
  scenario.machine.limits.pids_max = {512};
  scenario.machine.in_use.cgroup_tasks = {5};
  scenario.machine.limits.nproc = {100};
  scenario.machine.in_use.user_tasks = {10};
  const auto host = host_of(100000);
  const auto some = wanted_limits(scenario, scenario.runs[0].runtime, host, 100, std::nullopt);
  REQUIRE(some.threads);
  CHECK(some.threads->limit->name == "pids.max");
  CHECK(some.threads->value == 512);
  CHECK(some.threads->room == 507);
  CHECK_FALSE(some.memory);

  scenario.host_machine = false;
  scenario.machine.limits.memory_max = 512_MiB;
  scenario.machine.in_use.cgroup_memory = 12_MiB;
  const auto all = wanted_limits(scenario, scenario.runs[0].runtime, host, 100, std::nullopt);
  CHECK(all.threads->limit->name == "RLIMIT_NPROC");
  CHECK(all.threads->room == 90);
  REQUIRE(all.memory);
  CHECK(all.memory->limit->name == "memory.max");
  CHECK(all.memory->room == (500_MiB).count);
}

TEST_CASE("the default caps are half of what is free, and bind only where the run would go further") {
  const auto host = host_of(1001);
  auto scenario = scenario_with({});
  const auto caps = live_caps(host, scenario.runs[0].runtime);
  CHECK(caps.threads == 500);
  CHECK(caps.memory == 4_GiB);
  CHECK_FALSE(wanted_limits(scenario, scenario.runs[0].runtime, host, 499, caps).threads);
  const auto capped = wanted_limits(scenario, scenario.runs[0].runtime, host, 500, caps);
  REQUIRE(capped.threads);
  CHECK(capped.threads->is_cap());
  CHECK(capped.threads->room == 499);

  scenario = scenario_with({"limits.pids_max"});
  scenario.machine.limits.pids_max = {100};
  scenario.machine.in_use.cgroup_tasks = {1};
  CHECK(wanted_limits(scenario, scenario.runs[0].runtime, host, 5000, caps).threads->limit->name == "pids.max");
  scenario.machine.limits.pids_max = {900};
  CHECK(wanted_limits(scenario, scenario.runs[0].runtime, host, 5000, caps).threads->is_cap());
}

TEST_CASE("a plan comes out of its text as it went in") {
  LivePlan plan;
  plan.concurrency = "thread_pool";
  plan.settings.threads = 7;
  plan.seed = UINT64_MAX;
  plan.jobs.count = 12;
  plan.jobs.arrivals.kind = Arrivals::Kind::trace;
  plan.jobs.arrivals.times = {1ns, 5s};
  plan.jobs.steps = {{StepKind::sleep, Distribution::constant(1500us)},
                     {StepKind::block, Distribution::exponential(3ms)},
                     {StepKind::cpu, Distribution::lognormal(50us, 2.5)},
                     {StepKind::cpu, Distribution::erlang(3, 1ms)},
                     {StepKind::sleep, Distribution::pareto(1.1, 7us)},
                     {StepKind::sleep, Distribution::empirical({3ns, 90min, 1s})}};
  plan.runtime.message = "a \"message\"\nin two lines, ü";
  plan.stack = 8_MiB;
  plan.threads_by_rlimit = 511;
  plan.address_space = 1_GiB;
  const auto back = decode_live_plan(encode(plan));
  REQUIRE(back);
  CHECK(back->concurrency == plan.concurrency);
  CHECK(back->settings.threads == 7);
  CHECK(back->seed == plan.seed);
  CHECK(back->jobs.arrivals.times == plan.jobs.arrivals.times);
  REQUIRE(back->jobs.steps.size() == plan.jobs.steps.size());
  for (std::size_t i = 0; i < plan.jobs.steps.size(); ++i) {
    CHECK(back->jobs.steps[i].kind == plan.jobs.steps[i].kind);
    CHECK(back->jobs.steps[i].duration == plan.jobs.steps[i].duration);
  }
  CHECK(back->runtime.message == plan.runtime.message);
  CHECK(back->threads_by_rlimit == 511);
  CHECK(back->address_space == 1_GiB);
  CHECK_FALSE(back->data);
  for (const char* bad : {"", "{", "[]", "{\"concurrency\": 3}", "null"}) CHECK_FALSE(decode_live_plan(bad));
}
