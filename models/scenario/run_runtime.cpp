// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/run_runtime.hpp"

#include <fmt/core.h>

#include <utility>

namespace spawnpoint {

std::string_view default_runtime(std::string_view concurrency) {
  const ConcurrencyModel* model = find_concurrency_model(concurrency);
  return model != nullptr ? model->default_runtime : ConcurrencyTraits{}.default_runtime;
}

std::expected<RunSpec, std::string> added_run(const Scenario& scenario, const ConcurrencyModel& model,
                                              const ProfilePlaces& places) {
  RunSpec added;
  added.concurrency = model.name;
  added.label = model.name;
  for (const RunSpec& run : scenario.runs) {
    const ConcurrencyModel* other = find_concurrency_model(run.concurrency);
    if (other == nullptr || other->async != model.async) continue;
    added.runtime = run.runtime;
    return added;
  }
  const std::string name(default_runtime(model.name));
  auto runtime = load_runtime(name, places);
  if (!runtime) return std::unexpected(fmt::format("the runtime profile {} of {} cannot be loaded", name, model.name));
  added.runtime = *std::move(runtime);
  apply_executor_costs(added.runtime, scenario.machine.executor);
  return added;
}

}  // namespace spawnpoint
