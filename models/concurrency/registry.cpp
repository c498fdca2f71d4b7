// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/concurrency/registry.hpp"

#include <array>

#include "models/concurrency/models.hpp"

namespace spawnpoint {

namespace {
template <class... M>
constexpr std::array<ConcurrencyModel, sizeof...(M)> describe(const std::tuple<M...>*) {
  return {ConcurrencyModel{M::name, M::title, M::summary, M::async}...};
}
constexpr auto kModels = describe(static_cast<const concurrency::ConcurrencyModels*>(nullptr));
}  // namespace

std::span<const ConcurrencyModel> concurrency_models() {
  return kModels;
}

std::vector<std::string> concurrency_names() {
  std::vector<std::string> names;
  for (const ConcurrencyModel& model : concurrency_models()) names.emplace_back(model.name);
  return names;
}

const ConcurrencyModel* find_concurrency_model(std::string_view name) {
  for (const ConcurrencyModel& model : kModels) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

}  // namespace spawnpoint
