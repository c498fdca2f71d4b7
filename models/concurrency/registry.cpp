// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/concurrency/registry.hpp"

#include <algorithm>

namespace spawnpoint {

std::vector<std::string> concurrency_names() {
  std::vector<std::string> names;
  for (const ConcurrencyModel& model : concurrency_models()) names.emplace_back(model.name);
  return names;
}

const ConcurrencyModel* find_concurrency_model(std::string_view name) {
  const auto models = concurrency_models();
  const auto found = std::ranges::find(models, name, &ConcurrencyModel::name);
  return found == models.end() ? nullptr : &*found;
}

}  // namespace spawnpoint
