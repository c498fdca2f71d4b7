// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/export_command.hpp"

#include <algorithm>
#include <ostream>

#include "gui/export/export.hpp"
#include "gui/map/map_content.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/live/live_run.hpp"

namespace spawnpoint::gui {
Exit run_export(const ExportRequest& request, std::ostream& out, std::ostream& err) {
  ParseOptions parsing;
  parsing.settings = request.settings;
  parsing.seed = request.seed;
  parsing.host = [] { return this_host().machine; };
  // All files are read before the first one runs: a mistake in the last one must not appear only after minutes.
  std::vector<Scenario> scenarios;
  bool good = true;
  for (const std::string& file : request.files) {
    ParseResult parsed = load_scenario(file, parsing);
    if (!parsed.diagnostics.empty()) err << format(parsed.diagnostics);
    if (parsed.scenario) {
      scenarios.push_back(*std::move(parsed.scenario));
    } else {
      good = false;
    }
  }
  if (!good) return Exit::usage;

  ExportOptions options;
  options.directory = request.directory;
  options.formats = request.formats;
  options.parts = request.parts;
  options.rows = request.rows;
  options.size = request.size;
  options.theme = request.dark ? ThemeKind::dark : ThemeKind::light;
  options.caption = request.caption;

  Exit status = Exit::ok;
  const auto tell = [&](const ExportReport& report) {
    for (const auto& path : report.written) out << path.string() << '\n';
    for (const std::string& error : report.errors) {
      err << "spawnpoint export: " << error << '\n';
      status = Exit::cannot_run;
    }
  };
  const bool map_wanted = std::ranges::find(request.parts, ExportPart::map) != request.parts.end();
  const bool only_map = map_wanted && request.parts.size() == 1;
  for (const Scenario& scenario : scenarios) {
    if (map_wanted) {
      auto plan = SweepPlan::make({scenario.text, scenario.file, parsing, request.concurrency});
      if (!plan) {
        err << format(plan.error());
        return Exit::usage;
      }
      MapResult map(*std::move(plan));
      SweepOutcome outcome = run_sweep(map.plan, {});
      map.cells = std::move(outcome.cells);
      map.edges = std::move(outcome.edges);
      map.complete = !outcome.stopped;
      tell(export_map(map, options));
    }
    if (only_map) continue;
    std::vector<RunResult> results;
    bool any = false;
    for (std::size_t run = 0; run < scenario.runs.size(); ++run) {
      const RunSpec& spec = scenario.runs[run];
      const auto& wanted = request.concurrency;
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), spec.concurrency) == wanted.end()) continue;
      if (!request.runs.empty() && std::ranges::find(request.runs, run + 1) == request.runs.end()) continue;
      any = true;
      const auto keep = [&](RunResult result) {
        if (result.error.empty()) {
          results.push_back(std::move(result));
          return;
        }
        err << "spawnpoint export: " << scenario.file << ": " << spec.label << ": " << result.error << '\n';
        status = Exit::cannot_run;
      };
      if (request.world == "both") keep(run_modeled_twin(scenario, run, {}, {}));
      if (request.world == "modeled") keep(run_modeled(scenario, run, {}));
      if (request.world != "modeled") keep(run_live(scenario, run, {}, {}));
    }
    if (!any) {
      err << "spawnpoint export: " << scenario.file << ": none of its runs matches --concurrency or --run\n";
      return Exit::usage;
    }
    if (results.empty()) continue;
    tell(export_run(scenario, results, options));
  }
  return status;
}

}  // namespace spawnpoint::gui
