// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/runs_of_text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "models/document/document.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/run_threads.hpp"
#include "models/workload/steps.hpp"

namespace spawnpoint {
namespace {

/// `jobs.steps` with every blocking call replaced by a timer; empty: none blocks.
std::string with_timers(const Node& root) {
  const Node::Entry* jobs = root.find("jobs");
  const Node::Entry* steps = jobs == nullptr ? nullptr : jobs->value.find("steps");
  if (steps == nullptr) return {};
  Node changed = steps->value;
  bool any = false;
  for (Node& step : changed.items) {
    for (Node::Entry& entry : step.entries) {
      if (entry.key != traits_of(StepKind::block).name) continue;
      entry.key = traits_of(StepKind::sleep).name;
      any = true;
    }
  }
  return any ? setting_text(changed) : std::string();
}

}  // namespace

RunsOfText runs_of_text(const ScenarioSource& source, const std::string& run, const Scenario& scenario) {
  RunsOfText runs;
  Diagnostics out;
  auto root = parse_document(out.add_source(source.file, source.text), out);
  if (!root) return runs;
  const std::size_t of_file = run_list(*root).items.size();
  add_missing_runs(*root, source.options.added, out);
  add_missing_runs(*root, source.options.concurrency, out);
  for (const Setting& setting : source.options.settings) apply_setting(*root, setting, source.options.concurrency, out);
  const Node& list = run_list(*root);  // Settings may have moved it.
  const std::vector<std::string> labels = run_labels(list);
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    RunOfText one;
    one.name = only_name(list, i);
    for (const Node::Entry& entry : list.items[i].entries) {
      if (entry.key == "concurrency") one.model = entry.value.text;
      if (entry.key == "concurrency" || entry.key == "label" || entry.key == "threads") continue;
      one.own.push_back({"run." + entry.key, setting_text(entry.value)});
    }
    const auto spec = std::ranges::find(scenario.runs, labels[i], &RunSpec::label);
    if (spec != scenario.runs.end())
      one.threads = settings_of(scenario, static_cast<std::size_t>(spec - scenario.runs.begin())).threads;
    if (labels[i] == run) runs.run = one;
    if (labels[i] == run && i >= of_file) runs.again = one.own;
    if (i < of_file) runs.file.push_back(std::move(one));
  }
  runs.steps = with_timers(*root);
  return runs;
}

}  // namespace spawnpoint
