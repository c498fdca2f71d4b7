// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's concurrency model is told, and how many threads it makes of that.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/concurrency/traits.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

concurrency::Settings settings_of(const Scenario& scenario, std::size_t run);

/// The number of threads besides the main thread that a run has at a time if nothing refuses them.
std::int64_t threads_of_run(const Scenario& scenario, std::size_t run);

}  // namespace spawnpoint
