// SPDX-License-Identifier: GPL-3.0-or-later
// Choosing which runs of a scenario to make: by the concurrency model's name, whether the file lists it or not.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "models/machine/profile_file.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// Keeps the runs whose concurrency model (or label) is in `names`, in the file's order. A model that the file does not
/// list is added; see added_run(). Error: a name that is not a concurrency model, in words.
std::expected<void, std::string> select_runs(Scenario& scenario, const std::vector<std::string>& names,
                                             const ProfilePlaces& places = {});

}  // namespace spawnpoint
