// SPDX-License-Identifier: GPL-3.0-or-later
// In which order the jobs of a run started and ended, beside what their concurrency model promises of it.
#pragma once

#include <span>

#include "core/trace/trace.hpp"
#include "models/concurrency/registry.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"

namespace spawnpoint {

/// Whether the jobs that started did so in the order of their numbers, and those that ended; `starts` of a record
/// without lines is true.
InOrder observed_order(const Trace& trace);

/// Of these results, of one run. Says nothing where no more than one job started, where the model promises both, and of
/// runs without a record.
void tell_order(Diagnosis& diagnosis, const ConcurrencyModel& model, std::span<const RunResult* const> results);

}  // namespace spawnpoint
