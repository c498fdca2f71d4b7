// SPDX-License-Identifier: GPL-3.0-or-later
// two_at_a_time: two futures are polled together, then the next two.
#pragma once

#include <utility>
#include <vector>

#include "core/coroutine/join_all.hpp"
#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct TwoAtATime {
  static constexpr ConcurrencyTraits traits{
      .name = "two_at_a_time",
      .title = "Two at a time",
      .summary = "Polls two futures together, then the next two.",
      .async = true,  // In an executor; without it: on threads.
      .jobs_run = JobsRun::as_tasks,
      .queued_for = "for the previous pair",
      .started_by = "by the executor on the main thread, as one of a pair",
      .order = {.starts = true},
      .order_words = "Pairs start in the order of the jobs. Within a pair, the job whose timer fires first ends first.",
      .question = "Why do the jobs run in pairs?",
      .answer = "The futures of the next pair are made only when both jobs of the current pair have ended."};

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    for (JobId job = 0; job < work.count(); job += 2) {
      std::vector<Task<>> pair;
      pair.push_back(job_future(world, work, job));
      if (job + 1 < work.count()) pair.push_back(job_future(world, work, job + 1));
      co_await join_all(std::move(pair));
    }
  }
};

}  // namespace spawnpoint::concurrency
