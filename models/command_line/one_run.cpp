// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/one_run.hpp"

#include <fmt/format.h>

#include <stop_token>

#include "models/command_line/terminal.hpp"
#include "models/lab/run.hpp"

namespace spawnpoint::command_line {

RunResult run_one(const Scenario& scenario, std::size_t index, WorldKind world, const RunRequest& request) {
  std::stop_source stop;
  ProgressLine line(fmt::format("{}, {}", scenario.runs[index].label, to_string(world)));
  RunOptions options;
  options.record = request.record;
  options.stop = stop.get_token();
  options.progress = [&](const Progress& progress) {
    if (Interrupt::requested()) stop.request_stop();
    line.show(progress);
  };
  if (world == WorldKind::modeled) return run_modeled(scenario, index, options);
  LiveOptions live;
  live.uncapped = request.uncapped;
  return run_live(scenario, index, options, live);
}

}  // namespace spawnpoint::command_line
