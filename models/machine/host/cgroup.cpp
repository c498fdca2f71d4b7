// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/host/cgroup.hpp"

#include <algorithm>

#include "models/machine/host/proc_files.hpp"

namespace spawnpoint {
namespace {

struct Mount {
  std::string root;  // Of the hierarchy, as the mount shows it.
  std::string point;
};

// mountinfo writes a blank as \040.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t k) { return i + k < text.size() && text[i + k] >= '0' && text[i + k] <= '7'; };
    if (text[i] == '\\' && digit(1) && digit(2) && digit(3)) {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

bool has_item(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == item) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// An empty `controller` asks for the v2 hierarchy.
std::vector<Mount> find_mounts(std::string_view mountinfo, std::string_view controller) {
  std::vector<Mount> mounts;
  for (const auto line : lines(mountinfo)) {
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto before = words(line.substr(0, dash));
    const auto after = words(line.substr(dash + 3));
    if (before.size() < 5 || after.empty()) continue;
    const bool wanted = controller.empty() ? after[0] == "cgroup2"
                                           : after[0] == "cgroup" && after.size() > 2 && has_item(after[2], controller);
    if (wanted) mounts.push_back({unescaped(before[3]), unescaped(before[4])});
  }
  return mounts;
}

}  // namespace

std::optional<CgroupPlace> find_cgroup(std::string_view controller, const std::filesystem::path& root,
                                       std::string_view process) {
  const auto proc = below(root, "/proc") / process;
  const auto table = read_text(proc / "cgroup");
  auto mountinfo = read_text(proc / "mountinfo");
  if (!mountinfo) mountinfo = read_text(below(root, "/proc/self/mountinfo"));
  if (!table || !mountinfo) return std::nullopt;

  CgroupPlace place;
  std::optional<std::string> path;
  for (const auto line : lines(*table)) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (has_item(controllers, controller)) {
      path = line.substr(second + 1);
      place.v2 = false;
      break;
    }
    if (controllers.empty()) {
      path = line.substr(second + 1);
      place.v2 = true;
    }
  }
  if (!path) return std::nullopt;

  const auto mounts = find_mounts(*mountinfo, place.v2 ? std::string_view{} : controller);
  if (mounts.empty()) return std::nullopt;
  // A container may see only its own part of the hierarchy: the mount's root is then a prefix of the path.
  const auto below_mount = [&](const Mount& mount) -> std::optional<std::string> {
    if (path->starts_with("/..")) return std::nullopt;
    if (mount.root == "/") return *path;
    if (*path == mount.root) return "/";
    if (path->starts_with(mount.root + "/")) return path->substr(mount.root.size());
    return std::nullopt;
  };
  for (const auto& mount : mounts) {
    const auto inner = below_mount(mount);
    if (!inner) continue;
    place.mount = below(root, mount.point);
    auto relative = std::filesystem::path(*inner).relative_path();
    for (; !relative.empty() && relative != "."; relative = relative.parent_path())
      place.levels.push_back(place.mount / relative);
    place.levels.push_back(place.mount);
    return place;
  }
  place.own = false;
  place.mount = below(root, mounts.front().point);
  place.levels = {place.mount};
  return place;
}

}  // namespace spawnpoint
