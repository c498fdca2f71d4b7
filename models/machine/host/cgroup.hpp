// SPDX-License-Identifier: GPL-3.0-or-later
// Where a process's control groups lie: cgroup v1, v2 and mixed hierarchies, as /proc/PID/cgroup and mountinfo tell it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spawnpoint {

/// The control groups of a process in the hierarchy that has one controller.
struct CgroupPlace {
  bool v2 = false;
  std::filesystem::path mount;  ///< Where the hierarchy is mounted.
  std::vector<std::filesystem::path>
      levels;       ///< The process's own cgroup, then each ancestor that can be seen, up to the mount.
  bool own = true;  ///< False: the process's own cgroup lies outside what is mounted.
};

/// The hierarchy with `controller` ("pids", "memory"); no value where none is mounted. `process` is "self" or a pid.
/// With v1 and v2 mounted side by side a controller is where /proc/PID/cgroup names it; what v1 does not name is v2's.
std::optional<CgroupPlace> find_cgroup(std::string_view controller, const std::filesystem::path& root = "/",
                                       std::string_view process = "self");

}  // namespace spawnpoint
