// SPDX-License-Identifier: GPL-3.0-or-later
// What jobs do and when they come, as a scenario file says it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/simulation/distribution.hpp"
#include "core/units.hpp"
#include "models/workload/steps.hpp"

namespace spawnpoint {

/// One step of a job: what it does, and for how long.
struct Step {
  StepKind kind = StepKind::sleep;
  Distribution duration;
};

/// When jobs arrive.
struct Arrivals {
  enum class Kind : std::uint8_t { at_once, every, rate, trace };
  Kind kind = Kind::at_once;
  Duration every{};             ///< every: the time between two.
  double rate_per_second = 0;   ///< rate: of the Poisson process.
  std::vector<Duration> times;  ///< trace: the arrivals, ascending.
};

/// Of a run.
inline constexpr std::int64_t kMostJobs = 100'000'000;

struct Jobs {
  std::int64_t count = 1;  ///< 1 to kMostJobs.
  Arrivals arrivals;
  std::vector<Step> steps;
};

}  // namespace spawnpoint
