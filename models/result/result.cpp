// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/result.hpp"

#include "models/result/result_fields.hpp"

namespace spawnpoint {

std::string_view to_string(WorldKind kind) {
  return kWorldWords[static_cast<std::size_t>(kind)];
}

}  // namespace spawnpoint
