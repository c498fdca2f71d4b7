// SPDX-License-Identifier: GPL-3.0-or-later
// The ladder of limits and a modeled run tell of the same thread, whatever the values of the limits on address space
// and promised memory are: neither cores nor the order of events make a difference.
#include <csignal>
#include <initializer_list>
#include <random>
#include <string>

#include "models/kernel/process_memory.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

constexpr std::int64_t kJobs = 700;

Scenario drawn(std::mt19937& random, const std::string& limit) {
  const auto pick = [&](std::initializer_list<const char*> of) { return *(of.begin() + random() % of.size()); };
  ParseOptions options;
  const auto set = [&](const std::string& key, const std::string& value) { options.settings.push_back({key, value}); };
  set("machine.profile", pick({"laptop-8g", "rust-playground", "raspberry-pi-4", "server-64c-256g"}));
  set("machine.cpus", pick({"1", "2", "5", "64"}));
  set("machine.limits.pids_max", "unlimited");
  set("run.runtime", pick({"glibc", "musl", "rust-std", "java", "python", "tokio"}));
  set("run.stack", pick({"64KiB", "64KiB", "70KiB", "128KiB", "1MiB", "8MiB"}));
  if (limit == "commit_limit") set("machine.limits.overcommit", "never");
  const std::string text = "[jobs]\ncount = " + std::to_string(kJobs) +
                           "\nsteps = [{ sleep = \"1h\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n";
  const ParseResult parsed = parse_scenario(text, "drawn.toml", options);
  for (const Diagnostic& diagnostic : parsed.diagnostics) UNSCOPED_INFO(format(diagnostic));
  REQUIRE(parsed.scenario);
  return *parsed.scenario;
}

/// What is refused, and by what.
std::string told(std::int64_t threads, const Cause& cause, std::string_view limit, std::string_view call) {
  return std::to_string(threads) + ": " + std::string(call) + " gives " + name_of(cause) + " by " + std::string(limit);
}

std::string by_ladder(const Scenario& scenario) {
  const LimitLadder ladder = limit_ladder(scenario.machine, scenario.runs[0].runtime);
  const LimitRung* binding = ladder.binding();
  if (binding == nullptr || binding->threads >= kJobs) return "none";
  // The thread that aborts the process has been created: a run counts it.
  const std::int64_t aborts = binding->cause == Cause(Signal{SIGABRT}) ? 1 : 0;
  return told(binding->threads + aborts, binding->cause, binding->limit->name, binding->call);
}

std::string by_run(const Scenario& scenario) {
  const RunResult result = run_modeled(scenario, 0, RunOptions{.record = false, .progress = {}, .stop = {}});
  if (!result.failure) return "none";
  const FailurePoint& failure = *result.failure;
  return told(failure.threads, failure.cause, failure.limit, failure.call);
}

}  // namespace

TEST_CASE("the ladder and a modeled run refuse the same thread, to the byte of the limit", "[ladder]") {
  std::mt19937 random(16);
  std::string wrong;
  int compared = 0;
  for (const std::string limit : {"address_space", "data", "commit_limit"}) {
    for (int i = 0; i < 40; ++i) {
      Scenario scenario = drawn(random, limit);
      const Runtime& runtime = scenario.runs[0].runtime;
      const kernel::ProcessMemory memory(scenario.machine, runtime);
      const auto threads = static_cast<std::int64_t>(random() % 600);
      const auto counts = memory.settled(threads);
      // What so many threads take, and what is a little more or less.
      const Bytes taken = limit == "address_space" ? memory.virtual_size(counts)
                          : limit == "data"        ? memory.data(counts)
                                                   : scenario.machine.in_use.committed + memory.committed(counts) +
                                                  scenario.machine.limits.user_reserve;
      for (const std::int64_t pages : {-3, -2, -1, 0, 1, 2, 3, 4}) {
        Limits& limits = scenario.machine.limits;
        (limit == "address_space" ? limits.address_space
         : limit == "data"        ? limits.data
                                  : limits.commit_limit) = taken + Bytes{4096} * pages;
        const std::string ladder = by_ladder(scenario);
        const std::string run = by_run(scenario);
        ++compared;
        if (ladder != run)
          wrong += limit + " = " + std::to_string((taken + Bytes{4096} * pages).count) + " on " +
                   scenario.machine.name + " with " + std::to_string(scenario.machine.cpus) + " cpus, " + runtime.name +
                   ", stack " + std::to_string(runtime.stack.value_or(Bytes{}).count) + ": ladder " + ladder +
                   ", run " + run + "\n";
      }
    }
  }
  INFO(wrong);
  CHECK(wrong.empty());
  CHECK(compared == 3 * 40 * 8);
}
