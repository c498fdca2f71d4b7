// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep over the ranks of mpirun: rank 0 hands out tasks and gathers results; all of them compute.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "models/command_line/ranks.hpp"
#include "models/lab/sweep/sweep.hpp"

namespace spawnpoint::command_line {

/// Rank 0 calls it with what the sweep is made of (nothing where that could not be read); all ranks return the same,
/// with the machine of rank 0 as the host.
std::optional<SweepSource> share_source(Ranks& ranks, std::optional<SweepSource> source);

/// On rank 0. The other ranks must be in `serve_ranks`.
SweepOutcome run_sweep_on(Ranks& ranks, const SweepPlan& plan, const SweepOptions& options);
/// On the other ranks: computes what rank 0 asks for, until it says that it is over.
void serve_ranks(Ranks& ranks, const SweepPlan& plan);

}  // namespace spawnpoint::command_line
