// SPDX-License-Identifier: GPL-3.0-or-later
// thread_per_job: a thread for each job; all are joined in the end.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct ThreadPerJob {
  static constexpr std::string_view name = "thread_per_job";
  static constexpr std::string_view title = "A thread for each job";
  static constexpr std::string_view summary = "Starts a thread for each job and joins them all.";
  static constexpr bool async = false;

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
