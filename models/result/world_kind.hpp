// SPDX-License-Identifier: GPL-3.0-or-later
// The two worlds that a run is made in, and their names: files, command lines, tables and the app take them from here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/trace/trace.hpp"

namespace spawnpoint {

enum class WorldKind : std::uint8_t { modeled, live };
inline constexpr std::array kWorlds{WorldKind::modeled, WorldKind::live};
inline constexpr std::array<std::string_view, 2> kWorldWords{"modeled", "live"};
/// "modeled", "live"
std::string_view to_string(WorldKind kind);

/// Live, the threads' states can only be looked at.
constexpr RunnableSeries runnable_in(WorldKind world) {
  return world == WorldKind::live ? RunnableSeries::looks : RunnableSeries::at_every_change;
}
/// "model", "live": for a label.
std::string_view short_name(WorldKind kind);
/// By either name; none: there is no such world.
std::optional<WorldKind> world_named(std::string_view name);

/// Which of them are asked for.
enum class Worlds : std::uint8_t { modeled, live, both };
inline constexpr std::array<std::string_view, 3> kWorldsWords{"modeled", "live", "both"};
std::string_view to_string(Worlds worlds);
/// By its name, as --world has it; none: there are no such worlds.
std::optional<Worlds> worlds_named(std::string_view name);
constexpr bool includes(Worlds worlds, WorldKind kind) {
  return worlds == Worlds::both || (worlds == Worlds::live) == (kind == WorldKind::live);
}

}  // namespace spawnpoint
