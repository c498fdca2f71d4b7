// SPDX-License-Identifier: GPL-3.0-or-later
// How much memory a modeled run takes to compute, estimated before it is computed: a sweep to ten million jobs must not
// end the process.
#pragma once

#include <optional>

#include "core/units.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// Of a run without a record. Two small runs show how many jobs are alive at once; what each takes was measured.
Bytes estimate_memory(const Scenario& scenario, std::size_t run);

/// Runs of fewer jobs take so little that nobody needs to ask.
inline constexpr std::int64_t kAlwaysFits = 100'000;

/// Half of what this machine has free, in its control group too.
Bytes memory_share();

}  // namespace spawnpoint
