// SPDX-License-Identifier: GPL-3.0-or-later
// How our programs end.
#pragma once

namespace spawnpoint {

/// The exit status. 0 to 3 are part of the command lines' contract; 130 is what a shell expects after Ctrl-C.
enum class Exit : int { ok = 0, expectation_failed = 1, usage = 2, cannot_run = 3, interrupted = 130 };

}  // namespace spawnpoint
