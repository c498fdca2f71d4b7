// SPDX-License-Identifier: GPL-3.0-or-later
// LiveProbe: what a live run's worker is, and has, just before its first thread. Found out by starting one that takes
// on the same limits and ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/lab/live/live_limits.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

struct LiveProbe {
  std::int64_t base_maps = 0;  ///< As vm.max_map_count counts them, those that only stand in for a limit left out.
  Bytes base_virtual{};
  Bytes base_data{};
  Bytes base_resident{};
  Bytes heap_per_thread{};  ///< Zero: not known.
  std::int64_t user = 0;
  bool own_user_namespace = false;
  bool own_pid_namespace = false;                   ///< Then one more process waits outside.
  CountLimit nproc;                                 ///< RLIMIT_NPROC in force.
  CountLimit nproc_above;                           ///< And in the user namespace above its own, where it has one.
  std::optional<std::filesystem::path> pids_group;  ///< A control group of its own, with pids.max.
  std::optional<Bytes> charged;                     ///< To the memory control group of its own, where it has one.
  WantedLimits wanted;
  std::vector<ImposedLimit> imposed;
};

/// The error says why there could be none; takes about 50 ms.
std::expected<LiveProbe, std::string> probe_live(const Scenario& scenario, std::size_t index, const LiveOptions& live);

}  // namespace spawnpoint
