// SPDX-License-Identifier: GPL-3.0-or-later
// thread_pool: a fixed number of threads that take jobs from one queue.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct ThreadPool {
  static constexpr ConcurrencyTraits traits{
      .name = "thread_pool",
      .title = "A thread pool",
      .summary = "A fixed number of threads take the jobs from one queue.",
      .jobs_run = JobsRun::in_a_pool,
      .threads = [](std::int64_t, const Settings& settings) { return settings.threads; },
      .takes_threads = true,
      .title_with_threads = "A pool of {0}",
      .queued_for = "for a free worker",
      .started_by = "by a worker of the pool, which took it from the queue",
      .order_words =
          "Only one order is promised: jobs leave the queue as they came. When a worker that has taken one "
          "gets a core, and so which job starts or ends first, is up to the kernel.",
      .question = "Why do the jobs queue while the cores are idle?",
      .answer =
          "A pool has a fixed number of workers, usually one for each core. That is right for jobs that "
          "compute: more threads than cores do not compute faster.\n\n"
          "A job that waits keeps its worker all the same. With W workers and jobs that wait for D, N jobs take "
          "about N / W x D, whatever the cores do. For such jobs a pool needs as many workers as there are jobs "
          "waiting "
          "at once, or async jobs, which need none while they wait."};

  template <ThreadWorld W>
  static Task<> run(W& world, const Workload& work, const Settings& settings) {
    typename W::template Channel<JobId> queue(world);
    std::vector<typename W::Thread> workers;
    workers.reserve(static_cast<std::size_t>(settings.threads));
    for (std::int64_t i = 0; i < settings.threads; ++i) {
      auto thread = co_await world.spawn_thread(worker(world, work, queue));
      if (!thread) {
        world.fail(kNoJob, thread.error());
        break;
      }
      workers.push_back(std::move(*thread));
    }
    for (const JobId job : work.jobs()) {
      if (!work.at_once()) co_await world.sleep_until(work.arrival(job));
      co_await queue.send(job);
    }
    co_await queue.close();
    for (auto& thread : workers) co_await world.join(thread);
  }

 private:
  template <ThreadWorld W>
  static Task<> worker(W& world, const Workload& work, typename W::template Channel<JobId>& queue) {
    for (;;) {
      const std::optional<JobId> job = co_await queue.receive();
      if (!job) break;
      co_await run_job(world, work, *job);
    }
  }
};

}  // namespace spawnpoint::concurrency
