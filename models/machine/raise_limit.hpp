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

/// A command that sets the limit to `value` (in its own unit), or words where there is none. No value: with N in its
/// place.
std::string raise_command(const Machine& machine, const Limit& limit, std::size_t level,
                          std::optional<std::int64_t> value);

/// What a row of the table writes its command from.
struct RaiseRequest {
  const Machine& machine;
  std::size_t level = 0;
  std::string file;  ///< Where the limit was read on this host; empty: it was not.
  std::optional<std::int64_t> value;

  /// The value, or N.
  std::string number() const;
  /// In KiB, as ulimit and the vm sysctls want it, or KIB.
  std::string kibibytes() const;
  /// Sets a control group's file: by systemd where that owns the group, for it would write over what others wrote.
  std::string in_cgroup(std::string_view systemd_property, std::string_view docker_option) const;
};

}  // namespace spawnpoint
