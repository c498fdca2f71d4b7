// SPDX-License-Identifier: GPL-3.0-or-later
// Really waiting and really computing, on the calling thread.
#pragma once

#include "core/units.hpp"

namespace spawnpoint {

/// Blocks the thread until the machine's monotonic clock shows `at`.
void sleep_until_monotonic(Duration at);
/// Computes until the thread has used `duration` of CPU time.
void use_cpu(Duration duration);
/// CPU time that the calling thread has used.
Duration thread_cpu_time();

}  // namespace spawnpoint
