// SPDX-License-Identifier: GPL-3.0-or-later
// await_each: an async function, awaited job by job. Async alone does not make anything happen at the same time.
#pragma once

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct AwaitEach {
  static constexpr ConcurrencyTraits traits{
      .name = "await_each",
      .title = "Await each job in turn",
      .summary = "job(1).await; job(2).await: async, and still one at a time.",
      .async = true,
      .jobs_run = JobsRun::one_at_a_time,
      .queued_for = "for the jobs before it",
      .started_by = "by the executor on the main thread, as a task",
      .order = {.starts = true, .ends = true},
      .order_words = "Each job ends before the next one starts, in the order of their numbers.",
      .serial_why =
          "Awaiting a job waits for its end. Where it waits for a timer the thread is free, but there is no other job "
          "to continue: none has been started.",
      .question = "Why does async not make it faster?",
      .answer =
          "`await` means: continue only when this is done. The thread is free meanwhile, but free for other tasks; "
          "within this one there is nothing else that could run, because the next call has not been made yet.\n\n"
          "Only what is started before the first is awaited can overlap with it: by `join_all`, or as tasks."};

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    for (const JobId job : work.jobs()) co_await job_future(world, work, job);
  }
};

}  // namespace spawnpoint::concurrency
