// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/raise_limit.hpp"

#include <fmt/core.h>

namespace spawnpoint {

namespace {

/// Where it was read on this host; empty: it was not.
std::string origin(const Machine& machine, const Limit& limit, std::size_t level) {
  const auto found = machine.origins.find(limit.fields.names.front());
  if (found == machine.origins.end() || level >= found->second.size()) return {};
  return found->second[level];
}

/// The systemd unit that owns a control group's file; empty: none does.
std::string unit_of(std::string_view file) {
  const std::string_view folder = file.substr(0, file.rfind('/'));
  const std::string_view name = folder.substr(folder.rfind('/') + 1);
  for (const std::string_view kind : {".service", ".scope", ".slice"})
    if (name.ends_with(kind)) return std::string(name);
  return {};
}

}  // namespace

std::string RaiseRequest::number() const {
  return value ? fmt::format("{}", *value) : "N";
}

std::string RaiseRequest::kibibytes() const {
  return value ? fmt::format("{}", (*value + 1023) / 1024) : "KIB";
}

std::string RaiseRequest::in_cgroup(std::string_view systemd_property, std::string_view docker_option) const {
  if (file.empty())
    return fmt::format("docker update {} {} CONTAINER, or systemctl set-property UNIT {}={}", docker_option, number(),
                       systemd_property, number());
  const std::string unit = unit_of(file);
  if (unit.empty()) return fmt::format("echo {} > {}", number(), file);
  // What lies below user@1000.service belongs to that user's own systemd.
  const std::size_t user = file.find("/user@");
  const bool of_user = user != std::string::npos && file.find('/', user + 1) < file.rfind('/');
  return fmt::format("systemctl {}set-property {} {}={}", of_user ? "--user " : "", unit, systemd_property, number());
}

std::string limit_source(const Machine& machine, const Limit& limit, std::size_t level) {
  std::string read = origin(machine, limit, level);
  if (!read.empty()) return read;
  if (level == 0) return std::string(limit.set_where);
  return fmt::format("{} level{} up: {}", level, level == 1 ? "" : "s", limit.set_where);
}

std::string raise_command(const Machine& machine, const Limit& limit, std::size_t level,
                          std::optional<std::int64_t> value) {
  return limit.raise({machine, level, origin(machine, limit, level), value});
}

}  // namespace spawnpoint
