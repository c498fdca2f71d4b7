// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/map_shelf.hpp"

#include <algorithm>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "gui/workspace/document.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint::gui {

std::string map_key(const Document& document) {
  const Scenario& scenario = *document.scenario();
  std::vector<std::string> varied{"jobs.count"};  // The map of a scenario without a sweep.
  if (scenario.sweep) {
    varied.clear();
    for (const SweepAxis& axis : scenario.sweep->axes) varied.push_back(axis.key);
  }
  QString text = document.text();
  bool varies_machine = false;
  for (const std::string& key : varied) {
    // Any value will do, if it is always the same one.
    text = with_value(text, to_qstring(key), QStringLiteral("1")).value_or(text);
    varies_machine = varies_machine || key.starts_with("machine.");
  }
  std::string key = scenario.file + '\n' + text.toStdString();
  for (const Setting& setting : document.settings()) {
    if (std::ranges::find(varied, setting.key) == varied.end()) key += "\n--set " + setting.key + '=' + setting.value;
  }
  // A profile's file may have changed. What runs on this host is another number each time that it is read.
  if (scenario.machine_profile != "host" && !varies_machine) key += '\n' + to_toml(scenario.machine);
  return key;
}

void MapShelf::put(const std::string& key, MapSweep::State state) {
  take(key);
  if (!state.result || state.result->plan.cells() > most_) return;
  points_ += state.result->plan.cells();
  entries_.push_front({key, std::move(state)});
  while (points_ > most_) {
    points_ -= entries_.back().state.result->plan.cells();
    entries_.pop_back();
  }
}

std::optional<MapSweep::State> MapShelf::take(const std::string& key) {
  const auto there = std::ranges::find(entries_, key, &Entry::key);
  if (there == entries_.end()) return std::nullopt;
  std::optional<MapSweep::State> state(std::move(there->state));
  points_ -= state->result->plan.cells();
  entries_.erase(there);
  return state;
}

}  // namespace spawnpoint::gui
