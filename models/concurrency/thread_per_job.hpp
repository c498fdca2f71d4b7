// SPDX-License-Identifier: GPL-3.0-or-later
// thread_per_job: a thread for each job; all are joined in the end.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct ThreadPerJob {
  static constexpr ConcurrencyTraits traits{
      .name = "thread_per_job",
      .title = "A thread for each job",
      .summary = "Starts a thread for each job and joins them all.",
      .jobs_run = JobsRun::on_own_threads,
      .threads = [](std::int64_t jobs, const Settings&) { return jobs; },
      .queued_for = "for its thread to be made",
      .started_by = "by the main thread, on a thread of its own",
      .order_words =
          "No order is promised: threads are made in the order of the jobs, but when each first gets a "
          "core, and which one, is up to the kernel.",
      .question = "What does a thread cost?",
      .answer =
          "Time: the kernel makes a stack's mappings, a task, a kernel stack, and a pid, in 10 to 130 "
          "microseconds on most machines, and the thread that starts the others does so one by one.\n\n"
          "Memory: an idle thread takes about 36 KiB in reality, most of it in the kernel, and as much address "
          "space as the size of its stack.\n\n"
          "Numbers: it counts against five limits that have nothing to do with memory. The Limits page shows "
          "which one is reached first."};

  template <ThreadWorld W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    std::vector<typename W::Thread> threads;
    threads.reserve(static_cast<std::size_t>(work.count()));
    for (const JobId job : work.jobs()) {
      if (!work.at_once()) co_await world.sleep_until(work.arrival(job));
      world.enter(job, JobState::starting);
      auto thread = co_await world.spawn_thread(run_job(world, work, job));
      if (!thread) {
        world.fail(job, thread.error());
        break;
      }
      threads.push_back(std::move(*thread));
    }
    for (auto& thread : threads) co_await world.join(thread);
  }
};

}  // namespace spawnpoint::concurrency
