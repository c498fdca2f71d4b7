// SPDX-License-Identifier: GPL-3.0-or-later
// await_in_loop: all futures are made first, then awaited in a loop. A future does nothing until it is awaited, so the
// jobs run one at a time: a classic mistake.
#pragma once

#include <string_view>
#include <vector>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct AwaitInLoop {
  static constexpr std::string_view name = "await_in_loop";
  static constexpr std::string_view title = "Await a list in a loop";
  static constexpr std::string_view summary =
      "Makes all futures first, then awaits them in a loop: lazy, so one at a time.";
  static constexpr bool async = true;

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    std::vector<Task<>> futures;
    for (const JobId job : work.jobs()) futures.push_back(job_future(world, work, job));
    for (Task<>& future : futures) co_await future;
  }
};

}  // namespace spawnpoint::concurrency
