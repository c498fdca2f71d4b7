// SPDX-License-Identifier: GPL-3.0-or-later
// join_all: all futures are polled together on one thread.
#pragma once

#include "core/coroutine/join_all.hpp"
#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct JoinAll {
  static constexpr ConcurrencyTraits traits{
      .name = "join_all",
      .title = "Join all futures",
      .summary = "Polls all futures together on one thread.",
      .async = true,
      .jobs_run = JobsRun::as_tasks,
      .queued_for = "for the executor to poll it first",
      .started_by = "by the executor on the main thread, as a task",
      .order = {.starts = true},
      .order_words =
          "All futures are polled in the order of the jobs first, so they start in it. Those that wait end as "
          "their timers fire.",
      .question = "How can one thread run so many jobs at once?",
      .answer =
          "The jobs wait, and waiting takes no thread. A job that awaits a timer puts an entry into the "
          "executor's timer queue and gives the thread back. The thread starts the next one, and when all wait "
          "it sleeps until the first timer is due.\n\n"
          "What remains of a waiting job is its state: a few dozen to a few hundred bytes, against the 36 KiB of "
          "an idle thread. It holds only as long as no job computes or blocks for long: they all share that one "
          "thread."};

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    const auto future = [&](std::size_t job) { return job_future(world, work, static_cast<JobId>(job)); };
    co_await join_all(work.count(), future);
  }
};

}  // namespace spawnpoint::concurrency
