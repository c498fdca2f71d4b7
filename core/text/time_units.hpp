// SPDX-License-Identifier: GPL-3.0-or-later
// The units of time that files are written in, and a duration in them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/units.hpp"

namespace spawnpoint {

struct Unit {
  std::string_view name;
  std::int64_t size = 1;  ///< In the smallest unit of its kind: nanoseconds, bytes.
};

/// The smallest first.
inline constexpr std::array<Unit, 6> kTimeUnits{{{"ns", 1},
                                                 {"us", 1'000},
                                                 {"ms", 1'000'000},
                                                 {"s", 1'000'000'000},
                                                 {"min", 60'000'000'000},
                                                 {"h", 3'600'000'000'000}}};

/// Exact, in the largest unit in which it is a whole number: "15us", "1500ms", "0s".
std::string duration_text(Duration duration);

}  // namespace spawnpoint
