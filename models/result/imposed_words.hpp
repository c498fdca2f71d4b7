// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of a limit that a live run was to have: the diagnosis, the terminal and the captions of exports give it
// the same value, the scenario's, and say where another one stands in for it.
#pragma once

#include <string>

#include "models/result/result.hpp"

namespace spawnpoint {

/// "pids.max 512", "memory.max 512 MiB", "overcommit heuristic".
std::string imposed_value(const ImposedLimit& limit);
/// A sentence without its full stop: "pids.max 512 held in the live run: pids.max = 508 in a control group of its own,
/// which leaves the same room: what else …".
std::string imposed_words(const ImposedLimit& limit);
/// The same in short: "pids.max 512 held (pids.max = 508 in a control group of its own)".
std::string imposed_caption(const ImposedLimit& limit);
/// And as one of a list of those that held: "pids.max 512 (pids.max = 508 in a control group of its own)".
std::string imposed_item(const ImposedLimit& limit);

}  // namespace spawnpoint
