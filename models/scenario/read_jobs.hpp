// SPDX-License-Identifier: GPL-3.0-or-later
// The table [jobs] of a scenario: how many there are, when they arrive, what each does.
#pragma once

#include "models/document/data_file.hpp"
#include "models/document/reader.hpp"
#include "models/workload/jobs.hpp"

namespace spawnpoint {

/// `inputs`: where the files are that it names.
void read_jobs(TableReader table, Jobs& jobs, const InputPlace& inputs);

}  // namespace spawnpoint
