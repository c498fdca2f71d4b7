// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/run/selection.hpp"

#include <algorithm>

#include "models/concurrency/registry.hpp"

namespace spawnpoint {

std::expected<void, std::string> select_runs(Scenario& scenario, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto is_named = [](const RunSpec& run, const std::string& name) {
    return run.concurrency == name || run.label == name;
  };
  std::vector<RunSpec> added;
  for (const std::string& name : names) {
    const auto is_this = [&](const RunSpec& run) { return is_named(run, name); };
    if (std::ranges::any_of(scenario.runs, is_this) || std::ranges::any_of(added, is_this)) continue;
    if (find_concurrency_model(name) == nullptr) {
      std::string known;
      for (const ConcurrencyModel& model : concurrency_models()) {
        known += (known.empty() ? "" : ", ") + std::string(model.name);
      }
      return std::unexpected("there is no concurrency model `" + name + "`; there are: " + known);
    }
    RunSpec run;
    if (!scenario.runs.empty()) run.runtime = scenario.runs.front().runtime;
    run.concurrency = name;
    run.label = name;
    added.push_back(std::move(run));
  }
  std::erase_if(scenario.runs, [&](const RunSpec& run) {
    return std::ranges::none_of(names, [&](const std::string& name) { return is_named(run, name); });
  });
  std::ranges::move(added, std::back_inserter(scenario.runs));
  return {};
}

}  // namespace spawnpoint
