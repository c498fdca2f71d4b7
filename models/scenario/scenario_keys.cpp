// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of a scenario file, with a short description of each.
#include <iterator>
#include <utility>

#include "models/concurrency/registry.hpp"
#include "models/document/diagnostics.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "models/workload/steps.hpp"

namespace spawnpoint {

namespace {

constexpr const char* kExpect = "what `spawnpoint-run check` compares the results with";

/// The models that `run.threads` means something to.
std::string takers_of_threads() {
  std::vector<std::string> names;
  for (const ConcurrencyModel& model : concurrency_models())
    if (model.takes_threads) names.emplace_back(model.name);
  return list_of(names, names.size());
}

}  // namespace

const std::vector<KeyHelp>& scenario_keys() {
  static const std::vector<KeyHelp> keys = [] {
    std::vector<KeyHelp> all{
        {"spawnpoint", "number", "the format's version: 1"},
        {"title", "text", "shown in the gallery; by default the file's name"},
        {"about", "text", "Markdown shown beside the charts"},
        {"seed", "number",
         "of all random numbers; 1 by default. The same seed gives the same modeled run, bit for bit"},
        {"machine.profile", "text", "a machine profile's name or path, or \"host\" (the default)"},
    };
    for (KeyHelp& key : machine_keys("machine.")) all.push_back(std::move(key));
    const KeyHelp of_jobs[] = {
        {"jobs.count", "number", "how many jobs; 1 by default, or as many as the trace has"},
        {"jobs.arrivals", "\"at once\" or a table", "when jobs arrive; \"at once\" by default", {"at once"}},
        {"jobs.arrivals.every", "duration", "the time between two jobs"},
        {"jobs.arrivals.rate", "rate", "jobs arrive at random (a Poisson process), at this rate, such as \"200/s\""},
        {"jobs.arrivals.trace", "file", "a CSV file with the time of each job"},
        {"jobs.steps", "list", "what each job does; by default it sleeps a second"},
    };
    all.insert(all.end(), std::begin(of_jobs), std::end(of_jobs));
    for (const StepTraits& step : kSteps)
      all.push_back({"jobs.steps." + std::string(step.name), "duration or distribution", std::string(step.help)});
    const KeyHelp of_runs[] = {
        {"run.concurrency", "text", "the concurrency model: " + list_of(concurrency_names(), 20)},
        {"run.label", "text",
         "what it is called; by default the concurrency model's name, with a number from its second run on: "
         "`thread_pool 2`"},
        {"run.threads", "number",
         "workers of " + takers_of_threads() + "; by default the cpus that the machine lets it use"},
        {"run.runtime", "text", "a runtime profile's name or path; by default glibc, or spawnpoint for async models"},
    };
    all.insert(all.end(), std::begin(of_runs), std::end(of_runs));
    for (KeyHelp& key : scheduling_keys("run.")) all.push_back(std::move(key));
    for (KeyHelp& key : runtime_keys("run.")) all.push_back(std::move(key));
    const KeyHelp last[] = {
        {"sweep.repeat", "number", "replications of each point; 1 by default"},
        {"sweep.zip", "list", "keys whose values are taken in pairs"},
        {"expect", "table", kExpect},
    };
    all.insert(all.end(), std::begin(last), std::end(last));
    return all;
  }();
  return keys;
}

const std::vector<KeyHelp>& scenario_tables() {
  static const std::vector<KeyHelp> tables = [] {
    std::vector<KeyHelp> all{{"machine", "table", "the machine, and what of it is overridden"}};
    for (KeyHelp& table : machine_tables("machine.")) all.push_back(std::move(table));
    const KeyHelp others[] = {
        {"jobs", "table", "how many jobs, when they arrive, what each does"},
        {"run", "list of tables", "one way to run the jobs; there may be several"},
        {"sweep", "table", "keys and the values that they take"},
        {"expect", "table", kExpect},
    };
    all.insert(all.end(), std::begin(others), std::end(others));
    return all;
  }();
  return tables;
}

}  // namespace spawnpoint
