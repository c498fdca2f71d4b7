// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/export_command.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <ostream>

#include "gui/export/export.hpp"
#include "gui/map/map_content.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/run_names.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint::gui {
namespace {

/// All jobs of each run in all of its worlds, by the run's label.
std::map<std::string, JobsSnapshot> jobs_of(const Scenario& scenario, const std::vector<RunResult>& results) {
  std::map<std::string, JobsSnapshot> all;
  for (const RunResult& result : results) {
    if (result.trace)
      all[result.label].worlds.push_back(std::make_shared<const JobFigures>(result.world, result.trace, &scenario));
  }
  for (auto& [label, jobs] : all) jobs.rows = job_rows(jobs.worlds, {}, {}, {});
  return all;
}

std::vector<std::size_t> wanted_runs(const Scenario& scenario, const ExportRequest& request) {
  std::vector<std::size_t> runs;
  for (std::size_t run = 0; run < scenario.runs.size(); ++run) {
    const RunSpec& spec = scenario.runs[run];
    if (!is_wanted(request.concurrency, spec.concurrency, spec.label)) continue;
    if (!request.runs.empty() && std::ranges::find(request.runs, run + 1) == request.runs.end()) continue;
    runs.push_back(run);
  }
  return runs;
}

}  // namespace

Exit run_export(const ExportRequest& request, std::ostream& out, std::ostream& err) {
  ParseOptions parsing;
  parsing.settings = request.settings;
  parsing.seed = request.seed;
  parsing.added = request.concurrency;
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
  const auto is_wanted = [&](ExportPart part) { return std::ranges::find(request.parts, part) != request.parts.end(); };
  const bool of_record = std::ranges::any_of(request.parts, is_of_record);
  const auto export_one = [&](const Scenario& scenario) {
    if (is_wanted(ExportPart::map)) {
      ParseOptions of_map = parsing;
      of_map.concurrency = request.concurrency;
      auto plan = SweepPlan::make({scenario.text, scenario.file, std::move(of_map)});
      if (!plan) {
        err << format(plan.error());
        status = Exit::usage;
        return;
      }
      MapResult map(*std::move(plan));
      SweepOutcome outcome = run_sweep(map.plan, {});
      map.cells = std::move(outcome.cells);
      map.edges = std::move(outcome.edges);
      map.complete = !outcome.stopped;
      tell(export_map(map, options));
    }
    const bool of_runs = of_record || is_wanted(ExportPart::jobs);
    if (!of_runs && !is_wanted(ExportPart::limits)) return;
    const std::vector<std::size_t> runs = wanted_runs(scenario, request);
    if (runs.empty()) {
      err << "spawnpoint export: " << scenario.file << ": none of its runs matches --concurrency and --run\n";
      status = Exit::usage;
      return;
    }
    // They are the machine's and one runtime's: that of the first run.
    if (is_wanted(ExportPart::limits))
      tell(export_limits(scenario, runs.front(), threads_of_run(scenario, runs.front()), options));
    if (!of_runs) return;
    std::vector<RunResult> results;
    for (const std::size_t run : runs) {
      const auto keep = [&](RunResult result) {
        if (result.error.empty()) {
          results.push_back(std::move(result));
          return;
        }
        err << "spawnpoint export: " << scenario.file << ": " << shown_name(scenario, run) << ": " << result.error
            << '\n';
        status = Exit::cannot_run;
      };
      if (request.world != "live") {
        if (auto why = too_large_for_memory(scenario, run, true)) {
          keep(not_run(scenario, run, std::move(*why)));
          continue;
        }
      }
      if (request.world == "both") keep(run_modeled_twin(scenario, run, {}, {}));
      if (request.world == "modeled") keep(run_modeled(scenario, run, {}));
      if (request.world != "modeled") keep(run_live(scenario, run, {}, {}));
    }
    if (results.empty()) return;
    if (is_wanted(ExportPart::jobs)) {
      for (const auto& [label, jobs] : jobs_of(scenario, results)) tell(export_jobs(scenario, label, jobs, options));
    }
    if (of_record) tell(export_run(scenario, results, options));
  };
  for (const Scenario& scenario : scenarios) {
    // What goes wrong with one file is not the others' business.
    try {
      export_one(scenario);
    } catch (const std::exception& error) {
      const bool no_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
      err << "spawnpoint export: " << scenario.file << ": " << (no_memory ? kTooLittleMemory : error.what()) << '\n';
      status = Exit::cannot_run;
    }
  }
  out.flush();
  if (!out || !err) status = status == Exit::ok ? Exit::cannot_run : status;
  return status;
}

}  // namespace spawnpoint::gui
