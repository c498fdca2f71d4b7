// SPDX-License-Identifier: GPL-3.0-or-later
// The moments of a record that a diagnosis speaks of: who waited for whom, when most was there, when the last one
// began.
#pragma once

#include <optional>

#include "core/trace/trace.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

/// In the order in which they started: the first, and the first one that started no earlier than it ended.
struct Following {
  JobId first = kNoJob;
  JobId next = kNoJob;
};

std::optional<Following> first_that_waited(const Trace& trace);
/// On an executor's one thread: the first job that had come when another held it, and the one that then gave it back.
std::optional<Following> first_that_got_the_thread(const Trace& trace);
/// When a series is at its highest first.
std::optional<Instant> peak_of(const Trace& trace, SeriesKind kind);

/// When the main thread began to start the last of the jobs' threads.
std::optional<Instant> last_start_begun(const Trace& trace);
/// When the job gave its thread back that it had held for longer than at any other time.
std::optional<Instant> end_of_longest_hold(const Trace& trace, JobId job);

/// When the last job began and when the last one ended; no value where the run has no record.
struct LastJobs {
  Instant started{};
  Instant ended{};
};

std::optional<LastJobs> last_jobs(const RunResult& result);

}  // namespace spawnpoint
