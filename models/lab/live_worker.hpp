// SPDX-License-Identifier: GPL-3.0-or-later
// The worker: the process in which a live run happens. spawnpoint-run becomes it with a subcommand that no user types.
#pragma once

#include <string_view>

namespace spawnpoint {

inline constexpr std::string_view kLiveWorkerCommand = "live-worker";

/// The open files that the worker is started with, besides the three standard ones.
inline constexpr int kWorkerBoard = 3;     ///< LiveBoard and the plan.
inline constexpr int kWorkerTrace = 4;     ///< The shared trace.
inline constexpr int kWorkerLifeline = 5;  ///< A pipe: when its other end closes, the run dies.

/// Messages about what the worker imposed on itself: this, then the limit's name. The value is "+" or "-", then the
/// means.
inline constexpr std::string_view kImposedMessage = "imposed.";

/// Runs what it was handed, and returns the process's exit status.
int live_worker_main();

}  // namespace spawnpoint
