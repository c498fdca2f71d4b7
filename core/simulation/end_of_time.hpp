// SPDX-License-Identifier: GPL-3.0-or-later
// The end of a clock's time: what would happen later than 292 years after the start happens never, and is no result.
#pragma once

#include <stdexcept>

#include "core/units.hpp"

namespace spawnpoint {

class EndOfTime : public std::range_error {
 public:
  EndOfTime() : std::range_error("the run would take more than 292 years") {}
};

/// The instant, which is one that comes.
inline Instant before_the_end(Instant at) {
  if (at == kNever) [[unlikely]]
    throw EndOfTime();
  return at;
}

}  // namespace spawnpoint
