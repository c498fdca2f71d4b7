// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the scenarios that a command names: all files first, so that all mistakes are reported before anything runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/command_line/commands.hpp"
#include "models/lab/sweep/sweep_plan.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::command_line {

/// All files of `arguments` with its settings; nothing where one has a mistake. Mistakes and warnings go to standard
/// error.
std::optional<std::vector<Scenario>> load_scenarios(const ScenarioArguments& arguments);

/// The one file of `arguments` as a sweep takes it; nothing where it has a mistake, which is reported.
std::optional<SweepSource> sweep_source(const ScenarioArguments& arguments);

/// What a scenario of `arguments` was read from. Its text is the scenario's own, whatever has become of the file.
ScenarioSource source_of(const Scenario& scenario, const ScenarioArguments& arguments);

/// A scenario that says nothing but what `settings` say: this host, glibc, one job.
std::optional<Scenario> default_scenario(const ScenarioArguments& arguments);

/// "spawnpoint-run: error: …" on standard error.
void print_error(const std::string& message);

}  // namespace spawnpoint::command_line
