// SPDX-License-Identifier: GPL-3.0-or-later
// A machine, a runtime and scenarios for tests that need no files.
#pragma once

#include <string>

#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::tests {

/// An 8-core machine with ordinary costs and no limits.
Machine plain_machine();
/// A C program: glibc's defaults.
Runtime c_runtime();
/// `count` jobs that sleep one second, in one run.
Scenario scenario(const std::string& concurrency, std::int64_t count);
/// "start 1, end 1, …".
std::string job_lines(const RunResult& result, bool ends_only = false);

/// Of run 0, modeled.
Diagnosis diagnosis_of(const Scenario& scenario);
/// Its headline and its details, a line each.
std::string all_of(const Diagnosis& diagnosis);

/// Every column is the same.
bool same_trace(const Trace& a, const Trace& b);

}  // namespace spawnpoint::tests
