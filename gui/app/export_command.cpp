// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/export_command.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <optional>
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

ParseOptions parsing_of(const ExportRequest& request) {
  ParseOptions parsing;
  parsing.settings = request.settings;
  parsing.seed = request.seed;
  parsing.added = request.concurrency;
  parsing.host = [] { return this_host().machine; };
  return parsing;
}

ExportOptions options_of(const ExportRequest& request) {
  ExportOptions options;
  options.directory = request.directory;
  options.formats = request.formats;
  options.parts = request.parts;
  options.rows = request.rows;
  options.size = request.size;
  options.theme = request.dark ? ThemeKind::dark : ThemeKind::light;
  options.caption = request.caption;
  return options;
}

/// Exports one scenario after the other, and keeps the status that tells of all of them.
class Exporter {
 public:
  Exporter(const ExportRequest& request, std::ostream& out, std::ostream& err)
      : request_(request), parsing_(parsing_of(request)), options_(options_of(request)), out_(out), err_(err) {}

  /// All files are read before the first one runs: a mistake in the last one must not appear only after minutes.
  std::optional<std::vector<Scenario>> read_all() const {
    std::vector<Scenario> scenarios;
    bool good = true;
    for (const std::string& file : request_.files) {
      ParseResult parsed = load_scenario(file, parsing_);
      if (!parsed.diagnostics.empty()) err_ << format(parsed.diagnostics);
      if (parsed.scenario) {
        scenarios.push_back(*std::move(parsed.scenario));
      } else {
        good = false;
      }
    }
    return good ? std::optional(std::move(scenarios)) : std::nullopt;
  }

  void write(const Scenario& scenario) {
    // What goes wrong with one file is not the others' business.
    try {
      if (is_wanted(ExportPart::map) && !write_map(scenario)) return;
      write_runs(scenario);
    } catch (const std::exception& error) {
      const bool no_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
      complain(scenario, no_memory ? kTooLittleMemory : error.what(), Exit::cannot_run);
    }
  }

  Exit status() {
    out_.flush();
    return !out_ || !err_ ? (status_ == Exit::ok ? Exit::cannot_run : status_) : status_;
  }

 private:
  bool is_wanted(ExportPart part) const { return std::ranges::find(request_.parts, part) != request_.parts.end(); }

  void complain(const Scenario& scenario, const std::string& what, Exit status) {
    err_ << "spawnpoint export: " << scenario.file << ": " << what << '\n';
    status_ = status;
  }

  void tell(const ExportReport& report) {
    for (const auto& path : report.written) out_ << path.string() << '\n';
    for (const std::string& error : report.errors) {
      err_ << "spawnpoint export: " << error << '\n';
      status_ = Exit::cannot_run;
    }
  }

  /// False: the scenario has no such map, which has been said.
  bool write_map(const Scenario& scenario) {
    ParseOptions of_map = parsing_;
    of_map.concurrency = request_.concurrency;
    auto plan = SweepPlan::make({scenario.text, scenario.file, std::move(of_map)});
    if (!plan) {
      err_ << format(plan.error());
      status_ = Exit::usage;
      return false;
    }
    MapResult map(*std::move(plan));
    SweepOutcome outcome = run_sweep(map.plan, {});
    map.cells = std::move(outcome.cells);
    map.edges = std::move(outcome.edges);
    map.complete = !outcome.stopped;
    tell(export_map(map, options_));
    return true;
  }

  void write_runs(const Scenario& scenario) {
    const bool of_record = std::ranges::any_of(request_.parts, is_of_record);
    const bool of_runs = of_record || is_wanted(ExportPart::jobs);
    if (!of_runs && !is_wanted(ExportPart::limits)) return;
    const std::vector<std::size_t> runs = wanted_runs(scenario, request_);
    if (runs.empty()) return complain(scenario, "none of its runs matches --concurrency and --run", Exit::usage);
    // They are the machine's and one runtime's: that of the first run.
    if (is_wanted(ExportPart::limits))
      tell(export_limits(scenario, runs.front(), threads_of_run(scenario, runs.front()), options_));
    if (!of_runs) return;
    std::vector<RunResult> results;
    for (const std::size_t run : runs) make(scenario, run, results);
    if (results.empty()) return;
    if (is_wanted(ExportPart::jobs)) {
      for (const auto& [label, jobs] : jobs_of(scenario, results)) tell(export_jobs(scenario, label, jobs, options_));
    }
    if (of_record) tell(export_run(scenario, results, options_));
  }

  /// The run in the worlds that were asked for.
  void make(const Scenario& scenario, std::size_t run, std::vector<RunResult>& results) {
    const auto keep = [&](RunResult result) {
      if (result.error.empty()) {
        results.push_back(std::move(result));
      } else {
        complain(scenario, shown_name(scenario, run) + ": " + result.error, Exit::cannot_run);
      }
    };
    if (includes(request_.worlds, WorldKind::modeled)) {
      if (auto why = too_large_for_memory(scenario, run, true)) return keep(not_run(scenario, run, std::move(*why)));
    }
    if (request_.worlds == Worlds::both) keep(run_modeled_twin(scenario, run, {}, {}));
    if (request_.worlds == Worlds::modeled) keep(run_modeled(scenario, run, {}));
    if (includes(request_.worlds, WorldKind::live)) keep(run_live(scenario, run, {}, {}));
  }

  const ExportRequest& request_;
  ParseOptions parsing_;
  ExportOptions options_;
  std::ostream& out_;
  std::ostream& err_;
  Exit status_ = Exit::ok;
};

}  // namespace

Exit run_export(const ExportRequest& request, std::ostream& out, std::ostream& err) {
  Exporter exporter(request, out, err);
  const auto scenarios = exporter.read_all();
  if (!scenarios) return Exit::usage;
  for (const Scenario& scenario : *scenarios) exporter.write(scenario);
  return exporter.status();
}

}  // namespace spawnpoint::gui
