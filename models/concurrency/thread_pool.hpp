// SPDX-License-Identifier: GPL-3.0-or-later
// thread_pool: a fixed number of threads that take jobs from one queue.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct ThreadPool {
  static constexpr std::string_view name = "thread_pool";
  static constexpr std::string_view title = "A thread pool";
  static constexpr std::string_view summary = "A fixed number of threads take the jobs from one queue.";
  static constexpr bool async = false;

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
