// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios for live runs, and what is true of every live run's record.
#pragma once

#include <cstdint>
#include <string>

#include "models/lab/live/live_run.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::tests {

/// `jobs` jobs with this one step, on stacks of 64 KiB; a pool has four threads.
Scenario live_scenario(const std::string& concurrency, std::int64_t jobs, Step step);
Step sleep_of(Duration duration);
/// A limit of the process's own control group, in which only the main thread is.
void set_pids_max(Scenario& scenario, std::int64_t value);

LiveOptions with_worker();
RunResult run_live_here(const Scenario& scenario);

/// Skips the test where this machine does not allow imposing the limit.
void need_imposed(const RunResult& result, const std::string& limit);

/// Every job's segments follow each other without a gap, and none ends before it begins.
void check_record(const RunResult& result);

}  // namespace spawnpoint::tests
