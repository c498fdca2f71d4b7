// SPDX-License-Identifier: GPL-3.0-or-later
// What it cost the jobs that there were fewer cores than threads that could run, or that a quota allowed less.
#pragma once

#include "models/lab/diagnosis/diagnosis.hpp"

namespace spawnpoint {

/// Of a modeled run. Says nothing where no thread waited for a core.
void tell_core_use(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result);

}  // namespace spawnpoint
