// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/export.hpp"

#include <fmt/format.h>

#include <QFile>
#include <QSaveFile>
#include <QTemporaryDir>
#include <algorithm>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "core/text/text.hpp"
#include "core/trace/csv_tables.hpp"
#include "core/trace/csv_writer.hpp"
#include "gui/background/beside.hpp"
#include "gui/export/export_units.hpp"
#include "gui/export/figure.hpp"
#include "gui/export/limits_figure.hpp"
#include "gui/export/map_figure.hpp"
#include "gui/export/provenance.hpp"
#include "gui/limits/ladder_picture.hpp"
#include "gui/map/map_content.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/scenario/run_names.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {
namespace {

namespace fs = std::filesystem;

QString path_text(const fs::path& path) {
  return to_qstring(path.string());
}

std::string base_name(const Scenario& scenario, const ExportOptions& options) {
  if (!options.base_name.empty()) return file_name(options.base_name);
  if (!scenario.file.empty()) return file_name(fs::path(scenario.file).stem().string());
  return file_name(scenario.title);
}

Figure make_figure(FigureContent content, const ExportOptions& options) {
  const double units = units_an_inch(options.size) / kMillimetresAnInch;
  return {std::move(content), make_theme(options.theme), options.size.width_mm * units, options.size.height_mm * units};
}

ExportOutcome save(const fs::path& path, const QByteArray& bytes) {
  // Whole or not at all: a full disk leaves no half picture behind.
  QSaveFile file(path_text(path));
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
    return std::unexpected(file.errorString().toStdString());
  }
  return {};
}

/// The whole file at once: it is drawn, then written.
ExportOutcome save(const fs::path& path, const ExportBytes& bytes) {
  return bytes ? save(path, *bytes) : std::unexpected(bytes.error());
}

/// The charts' data beside the picture: the record without its segments, which may be millions.
std::vector<ExportAttachment> chart_tables(const std::vector<const RunResult*>& results) {
  std::vector<ExportAttachment> files;
  for (const RunResult* result : results) {
    Trace charts;
    charts.series = result->trace->series;
    charts.marks = result->trace->marks;
    charts.lanes = result->trace->lanes;
    charts.end = result->trace->end;
    const QTemporaryDir folder;
    if (!folder.isValid() || !write_csv(charts, folder.path().toStdString())) continue;
    for (const CsvTable& table : {kSeriesTable, kMarksTable}) {
      const QString name = to_qstring(table.file);
      QFile file(folder.filePath(name));
      if (!file.open(QIODevice::ReadOnly)) continue;
      files.push_back({world_name(result->world).toLower() + u'-' + name, file.readAll(), QStringLiteral("text/csv")});
    }
  }
  return files;
}

/// The results of one [[run]], one per world.
struct Group {
  std::string label;
  std::vector<const RunResult*> results;
};

std::vector<Group> grouped(std::span<const RunResult> results) {
  std::vector<Group> groups;
  for (const RunResult& result : results) {
    const std::string& label = result.label.empty() ? result.concurrency : result.label;
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      return g.label == label && std::none_of(g.results.begin(), g.results.end(),
                                              [&](const RunResult* r) { return r->world == result.world; });
    });
    if (group == groups.end()) {
      groups.push_back({label, {&result}});
    } else {
      group->results.push_back(&result);
    }
  }
  for (Group& group : groups) {
    std::stable_sort(group.results.begin(), group.results.end(),
                     [](const RunResult* a, const RunResult* b) { return a->world < b->world; });
  }
  return groups;
}

ExportOutcome make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder.empty() ? "." : folder, problem);
  if (!problem) return {};
  return std::unexpected(fmt::format("{}: the folder could not be made: {}", folder.string(), problem.message()));
}

/// One file that cannot be made, for lack of memory say, does not keep the others from being written.
template <class Write>
ExportOutcome attempt(const Write& write) {
  try {
    return write();
  } catch (const std::exception& problem) {
    return std::unexpected(std::string(problem.what()));
  }
}

class Export {
 public:
  Export(const Scenario& scenario, const ExportOptions& options)
      : scenario_(scenario), options_(options), base_(base_name(scenario, options)) {}

  ExportReport run(std::span<const RunResult> results) {
    if (const ExportOutcome made = make_folder(options_.directory); !made) {
      report_.errors.push_back(made.error());
      return std::move(report_);
    }
    std::vector<Group> groups;
    for (Group& group : grouped(results)) {
      std::erase_if(group.results, [&](const RunResult* result) {
        if (result->trace) return false;
        report_.errors.push_back(fmt::format("{} ({}): there is no record to draw{}{}", shown_name(scenario_, *result),
                                             to_string(result->world), result->error.empty() ? "" : ": ",
                                             result->error));
        return true;
      });
      if (!group.results.empty()) groups.push_back(std::move(group));
    }
    for (const Group& group : groups) {
      for (const ExportFormat* format : options_.formats)
        total_ += static_cast<int>(format->is_picture() ? run_parts() : group.results.size());
    }
    for (const Group& group : groups) {
      std::string name = base_;
      if (groups.size() > 1 || scenario_.runs.size() > 1) name += fmt::format("-{}", file_name(group.label));
      // Two runs may have the same label: they must not write over each other.
      const int uses = static_cast<int>(std::count(names_.begin(), names_.end(), name)) + 1;
      names_.push_back(name);
      if (uses > 1) name += fmt::format("-{}", uses);
      for (const ExportFormat* format : options_.formats) write(group, *format, name);
    }
    return std::move(report_);
  }

 private:
  void write(const Group& group, const ExportFormat& format, const std::string& name) {
    if (format.is_picture()) {
      for (const ExportPart part : options_.parts) {
        if (!is_of_record(part)) continue;
        if (stopped()) return;
        const std::string suffix = part == ExportPart::all ? std::string() : fmt::format("-{}", to_string(part));
        const fs::path path = options_.directory / fmt::format("{}{}{}", name, suffix, format.ending);
        note(path, attempt([&] { return write_picture(group, format, part, path); }));
      }
      return;
    }
    if (stopped()) return;
    // Hundreds of megabytes for a million jobs: each world's on a thread of its own.
    std::vector<std::pair<fs::path, std::future<ExportOutcome>>> written;
    for (const RunResult* result : group.results) {
      const std::string world(to_string(result->world));
      const fs::path path = options_.directory / fmt::format("{}-{}{}", name, world, format.ending);
      const ExportRecord record{*result, scenario_.machine.name, fmt::format("{} ({})", group.label, world)};
      written.emplace_back(path, beside([=, write = format.write] { return write(record, path); }));
    }
    for (auto& [path, outcome] : written) note(path, attempt([&] { return outcome.get(); }));
  }

  ExportOutcome write_picture(const Group& group, const ExportFormat& format, ExportPart part, const fs::path& path) {
    FigureContent content;
    content.title = figure_title(to_qstring(scenario_.title.empty() ? base_ : scenario_.title),
                                 to_qstring(shown_name(scenario_, *group.results.front())));
    const QString text = provenance(scenario_, group.results);
    if (options_.caption) content.caption = text;
    for (const RunResult* result : group.results)
      content.worlds.push_back({result->world, result_summary(*result), result->trace, result->failure});
    content.part = part;
    content.rows = options_.rows;
    content.logarithmic_memory = options_.logarithmic_memory;
    const QString title = content.title;
    Figure figure = make_figure(std::move(content), options_);
    return save(path, format.draw({figure, options_, title, text, scenario_,
                                   [&group] { return chart_tables(group.results); }}));
  }

  std::size_t run_parts() const {
    return static_cast<std::size_t>(std::ranges::count_if(options_.parts, is_of_record));
  }

  bool stopped() {
    if (options_.stop.stop_requested()) report_.stopped = true;
    return report_.stopped;
  }

  void note(const fs::path& path, const ExportOutcome& outcome) {
    if (outcome) {
      report_.written.push_back(path);
    } else {
      const std::string name = path.string();
      report_.errors.push_back(outcome.error().find(name) == std::string::npos
                                   ? fmt::format("{}: {}", name, outcome.error())
                                   : outcome.error());
    }
    if (options_.progress) options_.progress(++done_, total_);
  }

  const Scenario& scenario_;
  const ExportOptions& options_;
  std::string base_;
  std::vector<std::string> names_;
  ExportReport report_;
  int done_ = 0;
  int total_ = 0;
};

/// A figure that is not of a run's record, or the table of its data: one file for each format.
struct Sheet {
  std::string name;  ///< Of the files, without their ending.
  const Scenario& scenario;
  QString title;
  QString provenance;
  std::function<std::unique_ptr<Drawing>(const QString& caption, const Theme&, double width, double height)> figure;
  std::function<QByteArray()> table;
};

ExportReport write_sheet(const Sheet& sheet, const ExportOptions& options) {
  ExportReport report;
  if (const ExportOutcome made = make_folder(options.directory); !made) {
    report.errors.push_back(made.error());
    return report;
  }
  const double units = units_an_inch(options.size) / kMillimetresAnInch;
  const auto picture = [&](const ExportFormat& format) {
    const auto figure = sheet.figure(options.caption ? sheet.provenance : QString(), make_theme(options.theme),
                                     options.size.width_mm * units, options.size.height_mm * units);
    return format.draw({*figure, options, sheet.title, sheet.provenance, sheet.scenario, [&sheet] {
                          return std::vector<ExportAttachment>{
                              {QStringLiteral("table.csv"), sheet.table(), QStringLiteral("text/csv")}};
                        }});
  };
  std::vector<const ExportFormat*> formats = options.formats;
  std::erase_if(formats, [&](const ExportFormat* format) {
    return !format->is_table && (!format->is_picture() || !sheet.figure);
  });
  int done = 0;
  for (const ExportFormat* format : formats) {
    if (options.stop.stop_requested()) {
      report.stopped = true;
      break;
    }
    const fs::path path = options.directory / fmt::format("{}.{}", sheet.name, format->name);
    const ExportOutcome outcome =
        attempt([&] { return save(path, format->is_picture() ? picture(*format) : sheet.table()); });
    if (outcome)
      report.written.push_back(path);
    else
      report.errors.push_back(fmt::format("{}: {}", path.string(), outcome.error()));
    if (options.progress) options.progress(++done, static_cast<int>(formats.size()));
  }
  return report;
}

}  // namespace

ExportReport export_run(const Scenario& scenario, std::span<const RunResult> results, const ExportOptions& options) {
  return Export(scenario, options).run(results);
}

ExportReport export_map(const MapResult& map, const ExportOptions& options) {
  const Scenario& scenario = map.plan.scenario();
  return write_sheet(
      {.name = base_name(scenario, options) + "-map",
       .scenario = scenario,
       .title = to_qstring(scenario.title),
       .provenance = map_provenance(map),
       .figure = [&map](const QString& caption, const Theme& theme, double width,
                        double height) { return std::make_unique<MapFigure>(map, caption, theme, width, height); },
       .table = [&map] { return map_table(map); }},
      options);
}

ExportReport export_limits(const Scenario& scenario, std::size_t run, std::int64_t wanted,
                           const ExportOptions& options) {
  const RunSpec& spec = scenario.runs.at(run);
  const LimitLadder ladder = limit_ladder(scenario.machine, spec.runtime);
  const QString title = limits_title(scenario.machine, spec.runtime, ladder);
  return write_sheet({.name = base_name(scenario, options) + "-limits",
                      .scenario = scenario,
                      .title = title,
                      .provenance = limits_provenance(scenario, spec),
                      .figure =
                          [&](const QString& caption, const Theme& theme, double width, double height) {
                            return std::make_unique<LimitsFigure>(ladder, wanted, FigureText{title, caption}, theme,
                                                                  width, height);
                          },
                      .table = [&ladder] { return limits_table(ladder); }},
                     options);
}

ExportReport export_jobs(const Scenario& scenario, std::string_view label, const JobsSnapshot& jobs,
                         const ExportOptions& options) {
  if (std::ranges::none_of(options.formats, &ExportFormat::is_table)) {
    ExportReport report;
    report.errors.emplace_back("jobs are a table: choose the format csv");
    return report;
  }
  const std::string of_run = scenario.runs.size() > 1 ? "-" + file_name(label) : std::string();
  return write_sheet({.name = base_name(scenario, options) + of_run + "-jobs",
                      .scenario = scenario,
                      .title = {},
                      .provenance = {},
                      .figure = {},
                      .table = [&jobs] { return jobs_table(jobs, u',').toUtf8(); }},
                     options);
}

}  // namespace spawnpoint::gui
