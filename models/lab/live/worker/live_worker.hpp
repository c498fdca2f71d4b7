// SPDX-License-Identifier: GPL-3.0-or-later
// The worker: the process in which a live run happens. spawnpoint-run becomes it with a subcommand that no user types.
#pragma once

namespace spawnpoint {

/// Runs what it was handed, and returns the process's exit status.
int live_worker_main();

}  // namespace spawnpoint
