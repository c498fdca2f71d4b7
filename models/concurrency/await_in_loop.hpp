// SPDX-License-Identifier: GPL-3.0-or-later
// await_in_loop: all futures are made first, then awaited in a loop. A future does nothing until it is awaited, so the
// jobs run one at a time: a classic mistake.
#pragma once

#include <vector>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct AwaitInLoop {
  static constexpr ConcurrencyTraits traits{
      .name = "await_in_loop",
      .title = "Await a list in a loop",
      .summary = "Makes all futures first, then awaits them in a loop: lazy, so one at a time.",
      .async = true,
      .jobs_run = JobsRun::one_at_a_time,
      .queued_for = "for the jobs before it",
      .started_by = "by the executor on the main thread, as a task",
      .order = {.starts = true, .ends = true},
      .order_words = "Each job ends before the next one starts, in the order of their numbers.",
      .serial_why =
          "A future does nothing until it is awaited. Making all of them first starts none; the loop then "
          "awaits the first to its end before it comes to the second.",
      .question = "Why do the jobs not start when their futures are made?",
      .answer =
          "Calling an async function runs none of its code. It only makes a future: an object that holds its "
          "arguments and how far it has got, which is nowhere yet. The body runs when somebody polls the "
          "future, and `await` polls only the one that it is given.\n\n"
          "So a loop that awaits one future after the other runs one job after the other, even though all were made "
          "beforehand. `join_all` polls all of them, and their waiting overlaps. To start a job without awaiting "
          "it, it must be spawned as a task."};

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    std::vector<Task<>> futures;
    for (const JobId job : work.jobs()) futures.push_back(job_future(world, work, job));
    for (Task<>& future : futures) co_await future;
  }
};

}  // namespace spawnpoint::concurrency
