// SPDX-License-Identifier: GPL-3.0-or-later
// This host as a machine profile: what /proc, /sys and the control groups say about limits and about what is in use.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "models/machine/profile.hpp"

namespace spawnpoint {

/// A host's profile, and how it came about. Each entry is "field: where from" or "field: why not".
struct HostReport {
  Machine machine;
  std::vector<std::string> read;
  std::vector<std::string> missing;
};

/// Reads every field of the profile for the calling process. The costs cannot be read (calibration measures them), so
/// the caller gives them. `root` is where /proc and /sys lie. What cannot be read keeps the profile's default and is
/// named in `missing`.
HostReport inspect_host(const Costs& costs, const std::filesystem::path& root = "/");

/// What the processor calls itself, as /proc/cpuinfo has it; empty where that says nothing.
std::string cpu_name(const std::filesystem::path& root = "/");

/// This program's C library: "2.36".
std::string_view glibc_version();

/// How threads get their guards from this glibc on this Linux: by MADV_GUARD_INSTALL where both know it.
GuardMode guard_mode_of(std::string_view glibc, std::string_view kernel);

/// The profile alone.
Machine read_host(const Costs& costs, const std::filesystem::path& root = "/");

}  // namespace spawnpoint
