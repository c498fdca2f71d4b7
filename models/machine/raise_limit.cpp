// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/raise_limit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace spawnpoint {

namespace {

/// A control group as one finds it: what has made it, and under which name.
struct Cgroup {
  std::optional<CgroupKind> kind;
  std::string name;     ///< Of the unit or the container; empty: it is not known.
  bool in_pod = false;  ///< Kubernetes has made it.
};

/// Where it was read on this host; empty: it was not.
std::string origin(const Machine& machine, const Limit& limit, std::size_t level) {
  const auto found = machine.origins.find(limit.fields.names.front());
  if (found == machine.origins.end() || level >= found->second.size()) return {};
  return found->second[level];
}

/// A container's number, cut to what its commands show, from the name of its group: "docker-0123….scope",
/// "cri-containerd-0123….scope", or "0123…" alone, as the cgroupfs driver has it. Else empty.
std::string container_number(std::string_view name) {
  constexpr std::size_t kWhole = 64;
  constexpr std::size_t kShown = 12;
  constexpr std::string_view kScope = ".scope";
  if (name.ends_with(kScope)) {
    name.remove_suffix(kScope.size());
    name.remove_prefix(name.rfind('-') + 1);
  }
  const bool is_number = name.size() == kWhole && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_number ? std::string(name.substr(0, kShown)) : std::string();
}

/// "kubepods-burstable-pod12.slice", or "pod12" below "kubepods".
bool is_pod(std::string_view name) {
  return name.starts_with("pod") || (name.starts_with("kubepods") && name.find("-pod") != std::string_view::npos);
}

/// The group of a file below /sys/fs/cgroup.
Cgroup cgroup_of(std::string_view file) {
  const std::string_view folder = file.substr(0, file.rfind('/'));
  const std::string_view name = folder.substr(folder.rfind('/') + 1);
  const std::string_view parent = folder.substr(0, folder.size() - std::min(folder.size(), name.size() + 1));
  const bool in_pod = folder.find("/kubepods") != std::string_view::npos;
  if (std::string number = container_number(name);
      !number.empty() && (in_pod || name.starts_with("docker-") || parent.ends_with("/docker")))
    return {CgroupKind::container, std::move(number), in_pod};
  if (in_pod && is_pod(name)) return {CgroupKind::pod, {}, in_pod};
  static constexpr std::pair<std::string_view, CgroupKind> kUnits[] = {
      {".service", CgroupKind::service}, {".scope", CgroupKind::scope}, {".slice", CgroupKind::slice}};
  for (const auto& [ending, kind] : kUnits)
    if (name.ends_with(ending)) return {kind, std::string(name), in_pod};
  return {};
}

Cgroup cgroup_at(const Machine& machine, const std::string& file, std::size_t level) {
  if (!file.empty()) return cgroup_of(file);
  const auto& kinds = machine.limits.cgroups;
  return level < kinds.size() ? Cgroup{.kind = kinds[level]} : Cgroup{};
}

/// Whether the program is in such a group: as the profile says, or as the files say where this host was read.
bool has(const Machine& machine, CgroupKind kind) {
  if (std::ranges::find(machine.limits.cgroups, kind) != machine.limits.cgroups.end()) return true;
  return std::ranges::any_of(machine.origins, [&](const auto& field) {
    return std::ranges::any_of(field.second, [&](const std::string& file) {
      if (file.find("/sys/fs/cgroup/") == std::string::npos) return false;
      const Cgroup group = cgroup_of(file);
      return group.kind == kind || (kind == CgroupKind::pod && group.in_pod);
    });
  });
}

/// "2 levels up"
std::string levels_up(std::size_t level) {
  return fmt::format("{} level{} up", level, level == 1 ? "" : "s");
}

/// Who sets the limit of a group of this kind.
std::string setter(const Machine& machine, const CgroupWords& words, CgroupKind kind) {
  switch (kind) {
    case CgroupKind::container:
      if (has(machine, CgroupKind::pod)) return std::string(words.container);
      return fmt::format("docker run {}; without it, {}", words.docker, words.without_it);
    case CgroupKind::pod:
      return std::string(words.pod);
    case CgroupKind::host:
      return "the host";
    case CgroupKind::service:
    case CgroupKind::scope:
    case CgroupKind::slice:
      break;
  }
  return fmt::format("{}= of the systemd {}", words.systemd, kCgroupWords[static_cast<std::size_t>(kind)]);
}

}  // namespace

std::string RaiseRequest::number() const {
  return value ? fmt::format("{}", *value) : "N";
}

std::string RaiseRequest::kibibytes() const {
  return value ? fmt::format("{}", (*value + 1023) / 1024) : "KIB";
}

bool RaiseRequest::is_in_docker() const {
  return has(machine, CgroupKind::container) && !has(machine, CgroupKind::pod);
}

HowToRaise RaiseRequest::sysctl(const std::string& assignment) const {
  const bool contained = has(machine, CgroupKind::container) || has(machine, CgroupKind::pod);
  return by_command((contained ? "on the host: sysctl -w " : "sysctl -w ") + assignment);
}

HowToRaise RaiseRequest::in_cgroup() const {
  const CgroupWords& words = limit.cgroup;
  const Cgroup group = cgroup_at(machine, file, level);
  if (!group.kind) {
    if (!file.empty()) return by_command(fmt::format("echo {} > {}", number(), file));
    // Above the container there is a unit or a pod; docker knows neither.
    if (level > 0)
      return in_words(
          fmt::format("systemctl set-property UNIT {}={}, or {}: {}", words.systemd, number(), words.pod, number()));
    return in_words(fmt::format("docker update {} {} CONTAINER, or systemctl set-property UNIT {}={}", words.docker,
                                number(), words.systemd, number()));
  }
  // What lies below user@1000.service belongs to that user's own systemd.
  const std::size_t user = file.find("/user@");
  const bool below_user = user != std::string::npos && file.find('/', user + 1) < file.rfind('/');
  const auto unit = [&](std::string_view name, bool of_user) {
    return by_command(fmt::format("systemctl {}set-property {} {}={}", of_user ? "--user " : "",
                                  group.name.empty() ? name : group.name, words.systemd, number()));
  };
  switch (*group.kind) {
    case CgroupKind::container:
      if (has(machine, CgroupKind::pod)) return in_words(fmt::format("{}: {}", words.container, number()));
      return by_command(
          fmt::format("docker update {} {} {}", words.docker, number(), group.name.empty() ? "CONTAINER" : group.name));
    case CgroupKind::pod:
      return in_words(fmt::format("{}: {}", words.pod, number()));
    case CgroupKind::service:
      return unit("UNIT.service", below_user);
    case CgroupKind::scope:
      // Those of a desktop's programs are their user's.
      return unit("UNIT.scope", below_user || file.empty());
    case CgroupKind::slice:
      return unit("UNIT.slice", below_user);
    case CgroupKind::host:
      break;
  }
  return in_words(fmt::format("on the host: write {} to {} of the group", number(), limit.name));
}

std::string limit_source(const Machine& machine, const Limit& limit, std::size_t level) {
  std::string read = origin(machine, limit, level);
  if (!read.empty()) return read;
  const Cgroup group = cgroup_at(machine, {}, level);
  const bool is_known = group.kind && !limit.cgroup.systemd.empty();
  return (level == 0 ? "" : levels_up(level) + ": ") +
         (is_known ? setter(machine, limit.cgroup, *group.kind) : std::string(limit.set_where));
}

std::string level_name(const Machine& machine, const Limit& limit, std::size_t level) {
  const bool of_cgroups = !limit.cgroup.systemd.empty();
  if (of_cgroups) {
    const Cgroup group = cgroup_at(machine, origin(machine, limit, level), level);
    if (group.kind) return std::string(kCgroupWords[static_cast<std::size_t>(*group.kind)]);
  }
  const std::string_view what = of_cgroups ? "cgroup" : "user namespace";
  return level == 0 ? fmt::format("own {}", what) : fmt::format("{} {}", what, levels_up(level));
}

HowToRaise how_to_raise(const Machine& machine, const Limit& limit, std::size_t level,
                        std::optional<std::int64_t> value) {
  return limit.raise({machine, limit, level, origin(machine, limit, level), value});
}

}  // namespace spawnpoint
