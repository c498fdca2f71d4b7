// SPDX-License-Identifier: GPL-3.0-or-later
// What a live run's parent keeps of it. live_run_begin.cpp gets it going, live_run.cpp follows it to its end.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/trace/shared_trace.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_limits.hpp"
#include "models/lab/live/live_memory.hpp"
#include "models/lab/live/live_outcome.hpp"
#include "models/lab/live/live_plan.hpp"
#include "models/lab/live/live_process.hpp"
#include "models/lab/live/live_run.hpp"

namespace spawnpoint {

/// How many processes this kernel has killed for lack of memory.
std::int64_t kernel_kills();

struct LiveRun::State {
  State(const Scenario& run_scenario, std::size_t run_index, const RunOptions& run_options,
        const LiveOptions& live_options, bool is_probe = false);

  std::expected<void, std::string> begin(const Scenario& scenario, std::size_t index);
  std::expected<void, std::string> make_record(const Scenario& scenario, std::size_t index, const Machine& host,
                                               LivePlan& plan);
  std::expected<void, std::string> let_go();
  void choose_thread_limit(LivePlan& plan);
  void choose_memory_limit(const std::optional<LiveCaps>& caps);
  void choose_cpu_limit();
  void take_cores();
  void note_setting(const char* name, std::int64_t value, Imposed imposed, std::string means) {
    result.imposed.push_back({name, value, imposed, std::move(means)});
  }
  void note(const WantedLimit& limit, Imposed imposed, std::string means) {
    if (limit.is_cap()) return;
    result.imposed.push_back({std::string(limit.limit->name), limit.value, imposed, std::move(means)});
  }
  void give_up(const std::string& why) {
    result.error = why;
    over = true;
  }
  Instant now() const {
    const auto epoch = reader->epoch();
    return epoch ? Instant(std::chrono::duration_cast<Duration>(SteadyClock::now() - *epoch)) : Instant{};
  }
  Progress progress() const;
  /// The memory control group that the run is in, if it has one of its own.
  const RunCgroup* memory_accounts() const {
    return memory_group ? &*memory_group : accounting_group ? &*accounting_group : nullptr;
  }
  void look();
  CoreId cores() const;
  void finish(int status);
  void take_reports();

  RunOptions options;
  LiveOptions live;
  bool probe;
  RunResult result;
  std::shared_ptr<Trace> trace = std::make_shared<Trace>();
  SteadyClock::time_point began = SteadyClock::now();

  LimitLadder host_ladder;
  WantedLimits wanted;
  LiveLimitsInForce in_force;
  Scheduling scheduling;
  std::optional<Bytes> watched_memory;  ///< The parent kills above this.
  std::int64_t kills_before = 0;

  // In this order: a group can only be removed when its process is gone.
  std::optional<RunCgroup> pids;
  std::optional<RunCgroup> memory_group;
  std::optional<RunCgroup> cpu_group;
  std::optional<RunCgroup> accounting_group;  ///< Without a limit, to see the kernel's memory of the run.
  std::optional<SharedTraceFile> file;
  std::optional<SharedTraceReader> reader;
  std::optional<LiveMemory> memory;
  std::optional<LiveProcess> process;

  SteadyClock::time_point looked{};
  SteadyClock::time_point told{};
  bool is_let_go = false;  ///< The worker may run.
  bool stop_asked = false;
  std::optional<Instant> seen_dead;  ///< When the process was first found to be gone.
  bool over_memory = false;
  bool over = false;
};

}  // namespace spawnpoint
