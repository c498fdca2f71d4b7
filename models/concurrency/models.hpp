// SPDX-License-Identifier: GPL-3.0-or-later
// All concurrency models in one list, and a model's program for a world by name. Only the code that builds worlds
// includes this.
#pragma once

#include <string_view>
#include <tuple>

#include "models/concurrency/await_each.hpp"
#include "models/concurrency/await_in_loop.hpp"
#include "models/concurrency/join_all.hpp"
#include "models/concurrency/sequential.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/concurrency/thread_pool.hpp"

namespace spawnpoint::concurrency {

using ConcurrencyModels = std::tuple<Sequential, ThreadPerJob, ThreadPool, AwaitEach, JoinAll, AwaitInLoop>;

/// What a model does in world W. The arguments must outlive the task.
template <class W>
using Program = Task<> (*)(W&, const Workload&, const Settings&);

namespace detail {
template <class W, class M>
void consider(std::string_view name, Program<W>& found) {
  // Thread models run where there are threads, async models in a world that is an executor.
  if constexpr (M::async != ThreadWorld<W>) {
    if (M::name == name) found = &M::template run<W>;
  }
}
template <class W, class... M>
Program<W> find_in(std::string_view name, const std::tuple<M...>*) {
  Program<W> found = nullptr;
  (consider<W, M>(name, found), ...);
  return found;
}
}  // namespace detail

/// The program of model `name` for W; null where there is none.
template <World W>
Program<W> find_program(std::string_view name) {
  return detail::find_in<W>(name, static_cast<const ConcurrencyModels*>(nullptr));
}

}  // namespace spawnpoint::concurrency
