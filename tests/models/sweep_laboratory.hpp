// SPDX-License-Identifier: GPL-3.0-or-later
// Plans of sweeps for the tests, and what came of them as text.
#pragma once

#include <string>
#include <vector>

#include "models/lab/sweep/sweep.hpp"

namespace spawnpoint::sweep_tests {

/// The article's machine: a cgroup with pids.max = 512, in which 5 tasks are already (the main thread among them).
extern const std::string kPlayground;

SweepSource source(const std::string& text, std::vector<Setting> settings = {});
/// A text with a mistake fails the test.
SweepPlan plan(const std::string& text, std::vector<Setting> settings = {});
SweepOptions on(unsigned workers);
/// Of each cell, then of each edge.
std::vector<std::string> lines(const SweepPlan& of, const SweepOutcome& outcome);
/// The values of a point: "1 4".
std::string values(const SweepPlan& of, std::size_t point);

}  // namespace spawnpoint::sweep_tests
