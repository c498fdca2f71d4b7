// SPDX-License-Identifier: GPL-3.0-or-later
// join_all: all futures are polled together on one thread.
#pragma once

#include <string_view>

#include "core/coroutine/join_all.hpp"
#include "models/concurrency/run_job.hpp"

namespace spawnpoint::concurrency {

struct JoinAll {
  static constexpr std::string_view name = "join_all";
  static constexpr std::string_view title = "Join all futures";
  static constexpr std::string_view summary = "Polls all futures together on one thread.";
  static constexpr bool async = true;

  template <World W>
  static Task<> run(W& world, const Workload& work, const Settings&) {
    const auto future = [&](std::size_t job) { return job_future(world, work, static_cast<JobId>(job)); };
    co_await join_all(work.count(), future);
  }
};

}  // namespace spawnpoint::concurrency
