// SPDX-License-Identifier: GPL-3.0-or-later
// One run in one world as the terminal makes it: with a line of progress, and stopped by Ctrl-C.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "models/lab/diagnosis/advice.hpp"
#include "models/lab/run/budget.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::command_line {

struct RunRequest {
  bool record = false;       ///< Keep the trace.
  bool beside_live = false;  ///< A modeled run next to a live one: it is that one's twin.
  bool uncapped = false;     ///< Lift the live run's default caps.
  Budget budget{};           ///< Of a modeled run.
};

/// The caller holds an Interrupt.
RunResult run_one(const Scenario& scenario, std::size_t index, WorldKind world, const RunRequest& request);

/// What to try instead of the run of this label, which gave `modeled`; nothing more once Ctrl-C is pressed. `known` is
/// what other runs of the scenario gave. The caller holds an Interrupt.
std::vector<Suggestion> suggestions_for(const ScenarioSource& source, const std::string& label,
                                        const RunResult& modeled, std::span<const RunResult> known);

}  // namespace spawnpoint::command_line
