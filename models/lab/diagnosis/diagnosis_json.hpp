// SPDX-License-Identifier: GPL-3.0-or-later
// A result with its diagnosis, as `spawnpoint-run run --json` prints it.
#pragma once

#include <span>
#include <string>

#include "models/lab/diagnosis/advice.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

/// One line, without its newline: the result's fields, then "diagnosis" and "suggestions". Part of the command line's
/// contract; new fields are only ever added at the end.
std::string to_json_line(const RunResult& result, const Diagnosis& diagnosis, std::span<const Suggestion> suggestions);

}  // namespace spawnpoint
