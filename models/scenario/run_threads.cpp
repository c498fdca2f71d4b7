// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/run_threads.hpp"

#include "models/concurrency/registry.hpp"

namespace spawnpoint {

concurrency::Settings settings_of(const Scenario& scenario, std::size_t run) {
  return {.threads = scenario.runs.at(run).threads.value_or(usable_cpus(scenario.machine))};
}

std::int64_t threads_of_run(const Scenario& scenario, std::size_t run) {
  const ConcurrencyModel* model = find_concurrency_model(scenario.runs.at(run).concurrency);
  return model == nullptr ? 0 : model->threads(scenario.jobs.count, settings_of(scenario, run));
}

}  // namespace spawnpoint
