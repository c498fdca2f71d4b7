// SPDX-License-Identifier: GPL-3.0-or-later
// All concurrency models in one list, and how the registry's rows come from such a list.
#pragma once

#include <array>
#include <tuple>

#include "models/concurrency/await_each.hpp"
#include "models/concurrency/await_in_loop.hpp"
#include "models/concurrency/join_all.hpp"
#include "models/concurrency/registry.hpp"
#include "models/concurrency/sequential.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/concurrency/thread_pool.hpp"
#include "models/world/live_executor.hpp"
#include "models/world/live_threads.hpp"
#include "models/world/modeled_executor.hpp"
#include "models/world/modeled_threads.hpp"

namespace spawnpoint::concurrency {

using ConcurrencyModels = std::tuple<Sequential, ThreadPerJob, ThreadPool, AwaitEach, JoinAll, AwaitInLoop>;

template <class Model>
constexpr ConcurrencyModel row_of() {
  ConcurrencyModel row{Model::traits, {}};
  // Thread models run where there are threads, async models in a world that is an executor.
  if constexpr (Model::traits.async) {
    row.programs.modeled_executor = &Model::template run<ModeledExecutor>;
    row.programs.live_executor = &Model::template run<LiveExecutor>;
  } else {
    row.programs.modeled_threads = &Model::template run<ModeledThreads>;
    row.programs.live_threads = &Model::template run<LiveThreads>;
  }
  return row;
}

/// The rows of a std::tuple of models.
template <class Models>
constexpr auto rows_of() {
  return []<class... Model>(const std::tuple<Model...>*) {
    return std::array{row_of<Model>()...};
  }(static_cast<const Models*>(nullptr));
}

}  // namespace spawnpoint::concurrency
