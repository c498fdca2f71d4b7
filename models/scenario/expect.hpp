// SPDX-License-Identifier: GPL-3.0-or-later
// `[expect]`: what a scenario's runs should come to, and whether a result did.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/document/document.hpp"
#include "models/machine/limit_table.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// Reads the table of expectations; the runs are known already. Keys may be quoted ("join_all.wall") or dotted. In the
/// result, `run` is a run's label: a concurrency model's name that labels no run stands for each of its runs.
std::vector<Expectation> read_expectations(const Node& table, const std::vector<RunSpec>& runs, Diagnostics& out,
                                           std::span<const Limit> limits = limit_table());

/// Whether the expectation is about this result: of its run (by its label) and its world.
bool applies(const Expectation& expectation, const RunResult& result);

/// No value where the result is as expected, or the expectation does not apply. Else a sentence with what was wanted
/// and what came: "join_all, modeled: wall should be 1s +- 5%, but is 3.001 s".
std::optional<std::string> check(const Expectation& expectation, const RunResult& result);

}  // namespace spawnpoint
