// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/one_run.hpp"

#include <fmt/format.h>

#include <stop_token>

#include "models/command_line/terminal.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/scenario/run_names.hpp"

namespace spawnpoint::command_line {

RunResult run_one(const Scenario& scenario, std::size_t index, WorldKind world, const RunRequest& request) {
  std::stop_source stop;
  ProgressLine line(fmt::format("{}, {}", shown_name(scenario, index), to_string(world)));
  RunOptions options;
  options.record = request.record;
  options.stop = stop.get_token();
  options.progress = [&](const Progress& progress) {
    if (Interrupt::requested()) stop.request_stop();
    line.show(progress);
  };
  LiveOptions live;
  live.uncapped = request.uncapped;
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
  return advise(source, label, modeled, options);
}

}  // namespace spawnpoint::command_line
