// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/one_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stop_token>
#include <string>

#include "models/command_line/terminal.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/scenario/run_names.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint::command_line {
namespace {

/// A suggestion holds under what this command was given, so its line says that too.
std::vector<Setting> with_given(const std::vector<Setting>& given, std::optional<std::uint64_t> seed,
                                const std::vector<Setting>& suggested) {
  std::vector<Setting> all;
  const auto add = [&](const Setting& setting) {
    if (std::ranges::find(suggested, setting.key, &Setting::key) == suggested.end()) all.push_back(setting);
  };
  for (const Setting& setting : given) add(setting);
  if (seed) add({"seed", std::to_string(*seed)});
  all.insert(all.end(), suggested.begin(), suggested.end());
  return all;
}

}  // namespace

RunResult run_one(const Scenario& scenario, std::size_t index, WorldKind world, const RunRequest& request) {
  std::stop_source stop;
  ProgressLine line(fmt::format("{}, {}", shown_name(scenario, index), to_string(world)));
  RunOptions options;
  options.record = request.record;
  options.stop = stop.get_token();
  options.budget = request.budget;
  options.progress = [&](const Progress& progress) {
    if (Interrupt::requested()) stop.request_stop();
    line.show(progress);
  };
  LiveOptions live;
  live.uncapped = request.uncapped;
  if (world == WorldKind::modeled && !request.budget.memory) {
    if (auto why = too_large_for_memory(scenario, index, request.record))
      return not_run(scenario, index, std::move(*why) + ", unless --budget memory=SIZE says otherwise");
  }
  if (world == WorldKind::modeled)
    return request.beside_live ? run_modeled_twin(scenario, index, options, live)
                               : run_modeled(scenario, index, options);
  return run_live(scenario, index, options, live);
}

std::vector<Suggestion> suggestions_for(const ScenarioSource& source, const std::string& label,
                                        const RunResult& modeled, std::span<const RunResult> known) {
  if (Interrupt::requested()) return {};
  const InterruptToken interrupt;
  AdviceOptions options;
  options.known = known;
  options.stop = interrupt.token();
  options.real_time = kPatienceForAdvice;
  std::vector<Suggestion> suggestions = advise(source, label, modeled, options);
  const std::vector<Setting> given = lasting_settings(source);
  for (Suggestion& suggestion : suggestions) suggestion.set = with_given(given, source.options.seed, suggestion.set);
  return suggestions;
}

}  // namespace spawnpoint::command_line
