// SPDX-License-Identifier: GPL-3.0-or-later
// Which limits of a scenario's machine a live run has to meet for real, and the caps that keep a live run from taking
// the machine down. Pure arithmetic: what is done about them is in impose.hpp and live_cgroup.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// Whether the scenario's machine says anything of the limit: a named machine does of all.
bool is_set(const Scenario& scenario, const Limit& limit);

/// A limit that the worker must meet.
struct WantedLimit {
  const Limit* limit = nullptr;  ///< Its row; never null.
  std::int64_t value = 0;        ///< The scenario's, in the limit's own unit.
  std::int64_t room = 0;         ///< What it leaves to the worker: threads besides the main thread, or bytes, or maps.

  /// A cap of live runs, not the scenario's.
  bool is_cap() const { return limit->kind == LimitKind::live_cap; }
};

/// Half of what this machine has free, for any one live run.
struct LiveCaps {
  std::int64_t threads = 0;  ///< The main thread among them.
  Bytes memory{};
};
LiveCaps live_caps(const Machine& host, const Runtime& runtime);

struct WantedLimits {
  /// The one limit on the number of threads that is met first; the others cannot be met after it.
  std::optional<WantedLimit> threads;
  std::optional<WantedLimit> address_space;
  std::optional<WantedLimit> data;
  std::optional<WantedLimit> maps;
  std::optional<WantedLimit> memory;  ///< `room` is what the worker may take, in kernel memory too.
  std::optional<std::int64_t> cpus;
  std::vector<std::int64_t> cpuset;  ///< Empty: not wanted.
  std::optional<Duration> cpu_max;
  /// What need not or cannot be imposed, and why.
  std::vector<ImposedLimit> others;
};

/// The limits of the scenario's machine: all of a named machine, only those that were set where the machine is this
/// one. `threads` is the number of threads that the run may start; `caps` may be empty for none.
WantedLimits wanted_limits(const Scenario& scenario, const Runtime& runtime, const Machine& host, std::int64_t threads,
                           const std::optional<LiveCaps>& caps, std::span<const Limit> limits_known = limit_table());

/// What a run takes on `host` while all of `threads` exist.
MemoryUse memory_of_run(const Scenario& scenario, std::size_t run, const Machine& host, std::int64_t threads);

}  // namespace spawnpoint
