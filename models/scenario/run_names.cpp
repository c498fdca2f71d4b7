// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/run_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

std::string first_name(const RunSpec& run) {
  if (!run.label_is_made) return run.label;
  const ConcurrencyModel* model = find_concurrency_model(run.concurrency);
  if (!run.threads || model == nullptr || !model->takes_threads) return run.concurrency;
  return fmt::format("{}, {}", run.concurrency, format_count(*run.threads, "thread"));
}

/// Adds `more(i)` to the names that several runs have.
void tell_apart(std::vector<std::string>& names, const std::function<std::string(std::size_t)>& more) {
  std::map<std::string, std::set<std::size_t>> alike;
  for (std::size_t i = 0; i < names.size(); ++i) alike[names[i]].insert(i);
  for (const auto& [name, runs] : alike) {
    if (runs.size() < 2) continue;
    for (const std::size_t i : runs) names[i] += more(i);
  }
}

}  // namespace

std::vector<std::string> shown_names(std::span<const RunSpec> runs) {
  std::vector<std::string> names;
  names.reserve(runs.size());
  for (const RunSpec& run : runs) names.push_back(first_name(run));
  const std::vector<std::string> first = names;
  const auto runtimes = [&](const std::string& name) {
    std::set<std::string> found;
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (first[i] == name) found.insert(runs[i].runtime.name);
    return found.size();
  };
  tell_apart(names, [&](std::size_t i) {
    return runtimes(first[i]) > 1 ? fmt::format(", {}", runs[i].runtime.name) : std::string();
  });
  tell_apart(names, [](std::size_t i) { return fmt::format(", run {}", i + 1); });
  return names;
}

std::string shown_name(const Scenario& scenario, std::size_t run) {
  return run < scenario.runs.size() ? shown(shown_names(scenario.runs)[run]) : std::string();
}

std::string shown_name(const Scenario& scenario, const RunResult& result) {
  const auto run = std::ranges::find(scenario.runs, result.label, &RunSpec::label);
  if (run != scenario.runs.end()) return shown_name(scenario, static_cast<std::size_t>(run - scenario.runs.begin()));
  return shown(result.label.empty() ? result.concurrency : result.label);
}

}  // namespace spawnpoint
