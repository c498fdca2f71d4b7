// SPDX-License-Identifier: GPL-3.0-or-later
// sequential: one job after the other on one thread.
#pragma once

#include <string_view>

#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct Sequential {
  static constexpr std::string_view name = "sequential";
  static constexpr std::string_view title = "One after the other";
  static constexpr std::string_view summary = "One job after the other on one thread.";
  static constexpr bool async = false;

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    for (const JobId job : work.jobs()) co_await run_job_on_arrival(world, work, job);
  }
};

}  // namespace spawnpoint::concurrency
