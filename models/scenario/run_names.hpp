// SPDX-License-Identifier: GPL-3.0-or-later
// What runs are called: by files and programs (the label, which is unique and stays), and before people.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// What people read, of each run: the label that the file gives, or else the concurrency model with its number of
/// threads where the file names one ("thread_pool, 4 threads"). No two runs have the same: the runtime, or the run's
/// number, comes after what would be alike.
std::vector<std::string> shown_names(std::span<const RunSpec> runs);
std::string shown_name(const Scenario& scenario, std::size_t run);
/// Of the scenario's run that the result is of, by its label; of a run that it does not have, the label itself.
std::string shown_name(const Scenario& scenario, const RunResult& result);

}  // namespace spawnpoint
