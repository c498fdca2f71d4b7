// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's result follows from: two runs with the same have the same results, whatever else their texts say.
#pragma once

#include <cstddef>
#include <string>

#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// As text, of all that has a say: jobs, seed, run, machine, and what the result says of itself. Of this host, what
/// changes from moment to moment (what is in use, say) makes another modeled run; a live run is the same one for as
/// long as the file asks for the same.
std::string run_identity(const Scenario& scenario, std::size_t run, WorldKind world);

}  // namespace spawnpoint
