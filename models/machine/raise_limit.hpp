// SPDX-License-Identifier: GPL-3.0-or-later
// Where a limit is set on a machine, and the command that raises it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

/// Where the limit is set: the file where it was read on this host, else the files and commands that set such limits.
/// `level`: of pids.max the cgroup, of RLIMIT_NPROC the user namespace, from the process's own up.
std::string limit_source(const Machine& machine, const Limit& limit, std::size_t level = 0);

/// Which of the limit's levels it is: "container", "own cgroup", "cgroup 1 level up", "user namespace 2 levels up".
std::string level_name(const Machine& machine, const Limit& limit, std::size_t level);

/// How the limit is set to `value`, in its own unit. No value: with N in its place.
HowToRaise how_to_raise(const Machine& machine, const Limit& limit, std::size_t level,
                        std::optional<std::int64_t> value);

/// What a row of the table writes its command from.
struct RaiseRequest {
  const Machine& machine;
  const Limit& limit;
  std::size_t level = 0;
  std::string file;  ///< Where the limit was read on this host; empty: it was not.
  std::optional<std::int64_t> value;

  /// The value, or N.
  std::string number() const;
  /// In KiB, as ulimit and the vm sysctls want it, or KIB.
  std::string kibibytes() const;
  /// "sysctl -w NAME=VALUE", and that it is the host's business where the program is in a container.
  HowToRaise sysctl(const std::string& assignment) const;
  /// Sets the limit of the control group by what has made the group: what others write, it would write over.
  HowToRaise in_cgroup() const;
  /// In a container that Kubernetes has nothing to do with.
  bool is_in_docker() const;
};

}  // namespace spawnpoint
