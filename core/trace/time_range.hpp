// SPDX-License-Identifier: GPL-3.0-or-later
// TimeRange: a stretch of a run's time.
#pragma once

#include "core/units.hpp"

namespace spawnpoint {

/// From `begin` on, up to but not including `end`.
struct TimeRange {
  Instant begin{};
  Instant end{};

  Duration length() const { return end - begin; }
  bool empty() const { return end <= begin; }
  bool contains(Instant at) const { return begin <= at && at < end; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

}  // namespace spawnpoint
