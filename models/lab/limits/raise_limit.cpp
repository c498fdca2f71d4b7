// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits/raise_limit.hpp"

#include <fmt/core.h>

#include <string_view>

namespace spawnpoint {

namespace {

using kernel::LimitKind;

/// The profile's field, as it stands in Machine::origins.
std::string_view field_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::rlimit_as:
      return "limits.address_space";
    case LimitKind::rlimit_data:
      return "limits.data";
    case LimitKind::overcommit:
      return "limits.overcommit";
    case LimitKind::max_map_count:
      return "limits.max_map_count";
    case LimitKind::memory_max:
      return "limits.memory_max";
    case LimitKind::memory:
      return "memory";
    case LimitKind::rlimit_nproc:
      return "limits.nproc";
    case LimitKind::threads_max:
      return "limits.threads_max";
    case LimitKind::pid_max:
      return "limits.pid_max";
    case LimitKind::pids_max:
      return "limits.pids_max";
    case LimitKind::address_space:
      break;
  }
  return {};
}

/// Where it was read on this host; empty: it was not.
std::string origin(const Machine& machine, LimitKind kind, std::size_t level) {
  const auto found = machine.origins.find(field_of(kind));
  if (found == machine.origins.end() || level >= found->second.size()) return {};
  return found->second[level];
}

std::string number(std::optional<std::int64_t> value) {
  return value ? fmt::format("{}", *value) : "N";
}

/// ulimit and the vm sysctls want KiB.
std::string kibibytes(std::optional<std::int64_t> bytes) {
  return bytes ? fmt::format("{}", (*bytes + 1023) / 1024) : "KIB";
}

/// The systemd unit that owns a control group's file; empty: none does.
std::string unit_of(std::string_view file) {
  const std::string_view folder = file.substr(0, file.rfind('/'));
  const std::string_view name = folder.substr(folder.rfind('/') + 1);
  for (const std::string_view kind : {".service", ".scope", ".slice"})
    if (name.ends_with(kind)) return std::string(name);
  return {};
}

/// A control group's file: by systemd where that owns the group, for it would write over what others wrote.
std::string cgroup_command(const std::string& file, std::string_view property, std::string_view option,
                           const std::string& value) {
  if (file.empty())
    return fmt::format("docker update {} {} CONTAINER, or systemctl set-property UNIT {}={}", option, value, property,
                       value);
  const std::string unit = unit_of(file);
  if (unit.empty()) return fmt::format("echo {} > {}", value, file);
  // What lies below user@1000.service belongs to that user's own systemd.
  const std::size_t user = file.find("/user@");
  const bool of_user = user != std::string::npos && file.find('/', user + 1) < file.rfind('/');
  return fmt::format("systemctl {}set-property {} {}={}", of_user ? "--user " : "", unit, property, value);
}

}  // namespace

std::string limit_source(const Machine& machine, LimitKind kind, std::size_t level) {
  std::string read = origin(machine, kind, level);
  if (!read.empty()) return read;
  std::string where(set_where(kind));
  if (level == 0) return where;
  return fmt::format("{} level{} above the own: {}", level, level == 1 ? "" : "s", where);
}

std::string raise_command(const Machine& machine, LimitKind kind, std::size_t level,
                          std::optional<std::int64_t> value) {
  const std::string file = origin(machine, kind, level);
  switch (kind) {
    case LimitKind::address_space:
      return "cannot be raised: take smaller stacks";
    case LimitKind::rlimit_as:
      return fmt::format("ulimit -v {}", kibibytes(value));
    case LimitKind::rlimit_data:
      return fmt::format("ulimit -d {}", kibibytes(value));
    case LimitKind::overcommit:
      if (machine.limits.overcommit != Overcommit::never) return "sysctl -w vm.overcommit_memory=1";
      // mm/util.c, vm_commit_limit: what vm.overcommit_kbytes says, and the swap.
      return fmt::format("sysctl -w vm.overcommit_kbytes={}",
                         kibibytes(value ? std::optional(*value - machine.swap.count) : std::nullopt));
    case LimitKind::max_map_count:
      return fmt::format("sysctl -w vm.max_map_count={}", number(value));
    case LimitKind::memory_max:
      return cgroup_command(file, "MemoryMax", "--memory", number(value));
    case LimitKind::memory:
      return "more memory, or more swap";
    case LimitKind::rlimit_nproc:
      if (level > 0) return fmt::format("ulimit -u {} before the user namespace is made", number(value));
      return fmt::format("ulimit -u {}", number(value));
    case LimitKind::threads_max:
      return fmt::format("sysctl -w kernel.threads-max={}", number(value));
    case LimitKind::pid_max:
      return fmt::format("sysctl -w kernel.pid_max={}", number(value));
    case LimitKind::pids_max:
      return cgroup_command(file, "TasksMax", "--pids-limit", number(value));
  }
  return {};
}

}  // namespace spawnpoint
