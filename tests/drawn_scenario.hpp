// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios drawn at random, for what must hold of all.
#pragma once

#include <random>
#include <string>

namespace spawnpoint::tests {

/// The text of a scenario of few jobs and one run or two, so that hundreds of them take seconds.
std::string drawn_scenario(std::mt19937& random);

}  // namespace spawnpoint::tests
