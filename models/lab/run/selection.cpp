// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/run/selection.hpp"

#include <algorithm>

#include "models/concurrency/registry.hpp"
#include "models/scenario/run_runtime.hpp"

namespace spawnpoint {

std::expected<void, std::string> select_runs(Scenario& scenario, const std::vector<std::string>& names,
                                             const ProfilePlaces& places) {
  if (names.empty()) return {};
  const auto is_named = [](const RunSpec& run, const std::string& name) {
    return run.concurrency == name || run.label == name;
  };
  std::vector<RunSpec> added;
  for (const std::string& name : names) {
    const auto is_this = [&](const RunSpec& run) { return is_named(run, name); };
    if (std::ranges::any_of(scenario.runs, is_this) || std::ranges::any_of(added, is_this)) continue;
    const ConcurrencyModel* model = find_concurrency_model(name);
    if (model == nullptr) {
      std::string known;
      for (const ConcurrencyModel& other : concurrency_models()) {
        known += (known.empty() ? "" : ", ") + std::string(other.name);
      }
      return std::unexpected("there is no concurrency model `" + name + "`; known: " + known);
    }
    auto run = added_run(scenario, *model, places);
    if (!run) return std::unexpected(run.error());
    added.push_back(*std::move(run));
  }
  std::erase_if(scenario.runs, [&](const RunSpec& run) {
    return std::ranges::none_of(names, [&](const std::string& name) { return is_named(run, name); });
  });
  std::ranges::move(added, std::back_inserter(scenario.runs));
  return {};
}

}  // namespace spawnpoint
