// SPDX-License-Identifier: GPL-3.0-or-later
// The registry of concurrency models: what others must know about each, and its program for each world. A new model is
// a header beside this one and an entry in ConcurrencyModels (models/concurrency/models.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/coroutine/task.hpp"
#include "models/concurrency/traits.hpp"

namespace spawnpoint {

class LiveExecutor;
class LiveThreads;
class ModeledExecutor;
class ModeledThreads;
class Workload;

namespace concurrency {

/// What a model does in world W. The arguments must outlive the task.
template <class W>
using Program = Task<> (*)(W&, const Workload&, const Settings&);

/// Those of the executors are null for a model of threads, those on threads for an async one.
struct Programs {
  Program<ModeledThreads> modeled_threads = nullptr;
  Program<ModeledExecutor> modeled_executor = nullptr;
  Program<LiveThreads> live_threads = nullptr;
  Program<LiveExecutor> live_executor = nullptr;
};

}  // namespace concurrency

struct ConcurrencyModel : ConcurrencyTraits {
  concurrency::Programs programs;
};

/// In the order in which people see them. Which there are is decided when a program is linked: see models.cpp.
std::span<const ConcurrencyModel> concurrency_models();
std::vector<std::string> concurrency_names();
/// Null where there is none of that name.
const ConcurrencyModel* find_concurrency_model(std::string_view name);

}  // namespace spawnpoint
