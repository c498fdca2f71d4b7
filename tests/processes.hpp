// SPDX-License-Identifier: GPL-3.0-or-later
// For tests that have to do something while a process is at something: they wait for a sign of it, as long as that
// takes on a slow machine, instead of a time in which it has probably happened.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

#include "models/machine/host/proc_files.hpp"

namespace spawnpoint::tests {

/// Waits up to a minute until `holds`; false: it never did.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 12'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

/// The first child of `parent` that carries out a live run; 0 where there is none (yet).
inline pid_t worker_of(pid_t parent) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = parse_count(entry.path().filename().string());
    if (!pid) continue;
    const auto status = read_text(entry.path() / "status");
    if (status && field_count(*status, "PPid") == parent && field(*status, "Name") == "spawnpoint-run")
      return static_cast<pid_t>(*pid);
  }
  return 0;
}

/// How many threads a process has; 0 where there is no such process.
inline std::int64_t threads_of(pid_t pid) {
  const auto status = read_text("/proc/" + std::to_string(pid) + "/status");
  return status ? field_count(*status, "Threads").value_or(0) : 0;
}

/// The time for which a process computed so far, in user space: utime of /proc/PID/stat.
inline std::chrono::milliseconds computed_by(pid_t pid) {
  const auto stat = read_text("/proc/" + std::to_string(pid) + "/stat");
  if (!stat) return {};
  // Names may have spaces; after the last bracket the third field follows, and utime is the fourteenth.
  std::istringstream fields(stat->substr(stat->rfind(')') + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  std::int64_t ticks = 0;
  fields >> ticks;
  return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace spawnpoint::tests
