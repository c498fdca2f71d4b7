// SPDX-License-Identifier: GPL-3.0-or-later
// The values that a text tells its reader, and those that a result has: for tests that the first are among the second.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/scenario/scenario.hpp"

namespace spawnpoint::tests {

/// "1.002 s", "2.05 MiB", "45%", "508": with their units. Digits that belong to a word ("clone3", "laptop-8g") are
/// none.
std::vector<std::string> values_in(std::string_view text);

/// What a line of `run --json` holds, as people read it: durations, sizes and counts by its fields' names, and the
/// values in its words. Without the diagnosis, which is words for people itself.
std::set<std::string> values_of(const std::string& json_line);

/// What a run's scenario says of its machine and runs, and what follows from the JSON line and it at once: the rounds
/// of a pool, the number of the thread that was refused.
std::set<std::string> facts_of(const Scenario& scenario, std::size_t run, const std::string& json_line);

/// Those that `text` tells and `known` does not have.
std::vector<std::string> not_among(const std::set<std::string>& known, std::string_view text);

}  // namespace spawnpoint::tests
