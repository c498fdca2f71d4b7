// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/world_kind.hpp"

#include <algorithm>
#include <cstddef>

namespace spawnpoint {

std::string_view to_string(WorldKind kind) {
  return kWorldWords[static_cast<std::size_t>(kind)];
}

std::string_view short_name(WorldKind kind) {
  return kind == WorldKind::live ? "live" : "model";
}

std::optional<WorldKind> world_named(std::string_view name) {
  for (const WorldKind kind : kWorlds)
    if (name == to_string(kind) || name == short_name(kind)) return kind;
  return std::nullopt;
}

std::string_view to_string(Worlds worlds) {
  return kWorldsWords[static_cast<std::size_t>(worlds)];
}

std::optional<Worlds> worlds_named(std::string_view name) {
  const auto* const found = std::ranges::find(kWorldsWords, name);
  if (found == kWorldsWords.end()) return std::nullopt;
  return static_cast<Worlds>(found - kWorldsWords.begin());
}

}  // namespace spawnpoint
