// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/time_units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spawnpoint {

std::string duration_text(Duration duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  // Nanoseconds always fit.
  const auto unit = std::find_if(kTimeUnits.rbegin(), kTimeUnits.rend(), [&](Unit u) { return count % u.size == 0; });
  return fmt::format("{}{}", count / unit->size, unit->name);
}

}  // namespace spawnpoint
