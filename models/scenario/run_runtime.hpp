// SPDX-License-Identifier: GPL-3.0-or-later
// Which runtime a run has that names none, in the file or beside it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "models/concurrency/registry.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// The runtime profile of a run of this model that names none, by the model's traits. Of a model that is not known:
/// that of threads.
std::string_view default_runtime(std::string_view concurrency);

/// A run of a model that the file does not list. It has the runtime that the file gives to other runs of this kind, on
/// threads or async; where there are none, the default. Error: that one's profile cannot be loaded.
std::expected<RunSpec, std::string> added_run(const Scenario& scenario, const ConcurrencyModel& model,
                                              const ProfilePlaces& places);

}  // namespace spawnpoint
