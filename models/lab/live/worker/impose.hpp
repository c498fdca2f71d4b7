// SPDX-License-Identifier: GPL-3.0-or-later
// What a live worker does to itself before its run: drops root, and takes on the limits of the scenario's machine
// with what the kernel lets anyone do: rlimits, a user namespace, a pid namespace. Each step says what it did, or why
// it could not. To be called in the worker's only thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "models/machine/scheduling.hpp"

namespace spawnpoint {

/// Of each: what was done, in words for the user; or why it was not.
using Means = std::expected<std::string, std::string>;

/// No core dumps, and the first to be killed where the machine runs out of memory.
void be_expendable();

/// Root becomes uid and gid 65534. With `alone`, a uid that runs nothing else, where no user namespace will be
/// available later to count its tasks apart.
Means drop_root(bool alone);

/// At most `threads` threads besides the main one, by RLIMIT_NPROC, in a fresh user namespace where there can be one.
/// `others` are tasks of the worker's own that count too, besides the one that runs.
Means limit_tasks_by_rlimit(std::int64_t threads, std::int64_t others);

/// At most `threads` threads besides the main one, by kernel.pid_max of a pid namespace (Linux 6.14 or newer). The
/// calling process stays outside and ends when the run ends; this returns in a child, inside. `started` is told the
/// child's pid and `ended` its wait status, both in the calling process.
Means limit_threads_by_pid_namespace(std::int64_t threads, const std::function<void(int)>& started,
                                     const std::function<void(int)>& ended);

enum class MemoryLimit : std::uint8_t { address_space, data };
/// `value` is the scenario's; `more` is what is added to it, for what is not its program's.
Means limit_memory_by_rlimit(MemoryLimit limit, Bytes value, Bytes more);

/// Makes `maps` mappings that do nothing: with them, vm.max_map_count is met as early as on a machine with a smaller
/// one.
Means fill_maps(std::int64_t maps);

/// Runs on `cpus` of the cores.
Means use_cpus(std::int64_t cpus);
/// Runs on these, whose numbers are from 0.
Means use_cpuset(const std::vector<std::int64_t>& cpuset);

/// To be called while root, who alone may do it.
Means set_policy(Policy policy);
/// The main thread gets its nice value; says whether the other threads may take on theirs. To be called while root.
Means set_nice(const Scheduling& scheduling);

/// Irrevocably: no capabilities, no new privileges.
void lock_down();

}  // namespace spawnpoint
