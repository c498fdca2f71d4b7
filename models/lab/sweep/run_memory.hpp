// SPDX-License-Identifier: GPL-3.0-or-later
// How much memory a modeled run takes to compute, estimated before it is computed: one of a hundred million jobs must
// not end the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/units.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// Two small runs show how many jobs are alive at once; what each takes was measured, and what its record does.
Bytes estimate_memory(const Scenario& scenario, std::size_t run, bool record = false);

/// Runs of fewer jobs take so little that nobody needs to ask.
inline constexpr std::int64_t kAlwaysFits = 100'000;

/// Half of what this machine has free, in its control group too.
Bytes memory_share();

/// "computing it would take about 20 GiB; it may take 4 GiB, half of what is free here".
std::string memory_refusal(std::string_view who, Bytes needed, Bytes share);
/// Why the run is not to be begun here; nothing where it fits. Only many jobs are looked at.
std::optional<std::string> too_large_for_memory(const Scenario& scenario, std::size_t run, bool record);

}  // namespace spawnpoint
