// SPDX-License-Identifier: GPL-3.0-or-later
// The registry of concurrency models: names and words for people. A new model is a header beside this one and an entry
// in ConcurrencyModels (models/concurrency/models.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spawnpoint {

struct ConcurrencyModel {
  std::string_view name;  ///< As scenario files write it.
  std::string_view title;
  std::string_view summary;
  bool async = false;  ///< Runs in an executor, on one thread; otherwise on threads.
};

/// In the order in which people see them.
std::span<const ConcurrencyModel> concurrency_models();
std::vector<std::string> concurrency_names();
/// Null where there is none of that name.
const ConcurrencyModel* find_concurrency_model(std::string_view name);

}  // namespace spawnpoint
