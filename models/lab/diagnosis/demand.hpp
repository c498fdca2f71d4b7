// SPDX-License-Identifier: GPL-3.0-or-later
// Demand: what a scenario's jobs ask for, whoever serves them: when the last one comes, what they take by themselves,
// and what they compute of that.
#pragma once

#include "core/units.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

struct Demand {
  Duration last_arrival{};    ///< After the start; zero where all jobs come at once.
  Duration own{};             ///< The steps of all jobs, one after the other.
  Duration computing{};       ///< The cpu steps among them.
  bool same_for_all = false;  ///< Every job takes the same time.
};

/// As the run draws them, with the scenario's seed; of more than a million jobs the means.
Demand demand_of(const Scenario& scenario);

}  // namespace spawnpoint
