// SPDX-License-Identifier: GPL-3.0-or-later
// The ladder of limits as JSON for programs.
#pragma once

#include <string>

#include "models/lab/limits/limits.hpp"

namespace spawnpoint {

/// What `spawnpoint-run limits --json` prints, without a newline; with `needs`, the answer to --threads too ("wanted").
std::string to_json_line(const LimitLadder& ladder, const ThreadNeeds* needs = nullptr);

}  // namespace spawnpoint
