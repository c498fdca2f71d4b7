// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/result.hpp"

namespace spawnpoint {

std::string_view to_string(WorldKind kind) {
  return kind == WorldKind::modeled ? "modeled" : "live";
}

}  // namespace spawnpoint
