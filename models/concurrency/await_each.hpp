// SPDX-License-Identifier: GPL-3.0-or-later
// await_each: an async function, awaited job by job. Async alone does not make anything happen at the same time.
#pragma once

#include <string_view>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct AwaitEach {
  static constexpr std::string_view name = "await_each";
  static constexpr std::string_view title = "Await each job in turn";
  static constexpr std::string_view summary = "job(1).await; job(2).await: async, and still one at a time.";
  static constexpr bool async = true;

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    for (const JobId job : work.jobs()) co_await job_future(world, work, job);
  }
};

}  // namespace spawnpoint::concurrency
