// SPDX-License-Identifier: GPL-3.0-or-later
// Where a limit is set, and the command that raises it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "models/kernel/spawn_checks.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

/// Where the limit is set: the file where it was read on this host, else the files and commands that set such limits.
/// `level`: of pids.max the cgroup, of RLIMIT_NPROC the user namespace, from the own one up.
std::string limit_source(const Machine& machine, kernel::LimitKind kind, std::size_t level = 0);

/// A command that sets the limit to `value` (in its own unit), or words where there is none. No value: with N in its
/// place.
std::string raise_command(const Machine& machine, kernel::LimitKind kind, std::size_t level,
                          std::optional<std::int64_t> value);

}  // namespace spawnpoint
