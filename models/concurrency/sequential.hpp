// SPDX-License-Identifier: GPL-3.0-or-later
// sequential: one job after the other on one thread.
#pragma once

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct Sequential {
  static constexpr ConcurrencyTraits traits{
      .name = "sequential",
      .title = "One after the other",
      .summary = "One job after the other on one thread.",
      .jobs_run = JobsRun::one_at_a_time,
      .queued_for = "for the jobs before it",
      .started_by = "by the main thread, on itself",
      .order = {.starts = true, .ends = true},
      .order_words = "Each job ends before the next one starts, in the order of their numbers.",
      .serial_why = "Each job waits for the previous one to end.",
      .question = "Why does waiting take so long here?",
      .answer =
          "Each job begins when the previous one has ended, so their times add up. A job that only waits leaves "
          "the core with nothing to do for nearly all of that time. Threads, or async, let the jobs wait at the "
          "same time."};

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    for (const JobId job : work.jobs()) co_await run_job_on_arrival(world, work, job);
  }
};

}  // namespace spawnpoint::concurrency
