// SPDX-License-Identifier: GPL-3.0-or-later
// The processes of a machine, as its /proc lists them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace spawnpoint {

struct Process {
  std::int64_t pid;
  std::int64_t threads;
};
struct Processes {
  std::vector<Process> all;
  std::int64_t tasks_of_user = 0;
  std::int64_t highest = 0;  ///< Of their numbers.
};

/// `proc` is the folder /proc. Nothing where it cannot be listed.
std::optional<Processes> list_processes(const std::filesystem::path& proc, std::optional<std::int64_t> user);
/// Other users' processes are not listed (the mount option hidepid).
bool hides_processes(const std::filesystem::path& proc);
/// How many of a process's threads have a number from `least` on.
std::int64_t threads_from(const std::filesystem::path& proc, std::int64_t pid, std::int64_t least);

}  // namespace spawnpoint
