// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of a run's jobs, described once, as those of profiles are (models/machine/profile.hpp).
#pragma once

#include <array>
#include <string_view>

#include "models/workload/jobs.hpp"

namespace spawnpoint {

inline constexpr std::array<std::string_view, 4> kArrivalWords{"at once", "every", "rate", "trace"};

template <class Visitor>
void describe(Visitor& visit, Step& step) {
  visit.choice("kind", step.kind, kStepNames, "what it does");
  visit.distribution("duration", step.duration, "how long it takes");
}

template <class Visitor>
void describe(Visitor& visit, Arrivals& arrivals) {
  visit.choice("kind", arrivals.kind, kArrivalWords, "how jobs arrive");
  visit.duration("every", arrivals.every, "the time between two jobs");
  visit.number("rate_per_second", arrivals.rate_per_second, "of the Poisson process");
  visit.durations("times", arrivals.times, "when each job arrives");
}

template <class Visitor>
void describe(Visitor& visit, Jobs& jobs) {
  visit.count("count", jobs.count, "how many there are");
  visit.section("arrivals", "when they arrive", [&](auto& inner) { describe(inner, jobs.arrivals); });
  visit.list("steps", jobs.steps, "what each does", [](auto& inner, Step& step) { describe(inner, step); });
}

}  // namespace spawnpoint
