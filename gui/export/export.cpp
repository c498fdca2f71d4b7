// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/export.hpp"

#include <fmt/format.h>

#include <QBuffer>
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <future>
#include <system_error>
#include <utility>

#include "core/trace/csv_writer.hpp"
#include "core/trace/perfetto_writer.hpp"
#include "gui/export/export_units.hpp"
#include "gui/export/figure.hpp"
#include "gui/export/map_figure.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {
namespace {

namespace fs = std::filesystem;

bool is_picture(ExportFormat format) {
  return format != ExportFormat::csv && format != ExportFormat::trace;
}

QString path_text(const fs::path& path) {
  return QString::fromStdString(path.string());
}

/// A name that every file system takes.
std::string file_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(".-"), name.size()));
  return name.empty() ? "run" : name.substr(0, 120);
}

std::string base_name(const Scenario& scenario, const ExportOptions& options) {
  if (!options.base_name.empty()) return file_name(options.base_name);
  if (!scenario.file.empty()) return file_name(fs::path(scenario.file).stem().string());
  return file_name(scenario.title);
}

/// Units of a figure an inch of the page.
double units_an_inch(const ExportSize& size) {
  return kFigureText / (size.text_points / kPointsAnInch);
}

Figure make_figure(FigureContent content, const ExportOptions& options) {
  const double units = units_an_inch(options.size) / kMillimetresAnInch;
  return {std::move(content), make_theme(options.theme), options.size.width_mm * units, options.size.height_mm * units};
}

using Outcome = std::expected<void, std::string>;

Outcome save(const fs::path& path, const QByteArray& bytes) {
  // Whole or not at all: a full disk leaves no half picture behind.
  QSaveFile file(path_text(path));
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
    return std::unexpected(file.errorString().toStdString());
  }
  return {};
}

Outcome write_png(Drawing& figure, const ExportOptions& options, const fs::path& path, const QString& text) {
  constexpr double kMostPixels = 200e6;
  const double scale = std::clamp(options.size.dpi, 72, 1200) / units_an_inch(options.size);
  const QSize size(static_cast<int>(std::lround(figure.width() * scale)),
                   static_cast<int>(std::lround(figure.height() * scale)));
  if (static_cast<double>(size.width()) * size.height() > kMostPixels) {
    return std::unexpected(fmt::format("{} x {} pixels are too many; choose fewer dpi", size.width(), size.height()));
  }
  QImage image(size, QImage::Format_RGB32);
  if (image.isNull()) return std::unexpected("not enough memory for the picture");
  image.setDotsPerMeterX(static_cast<int>(std::lround(options.size.dpi / kMillimetresAnInch * 1000)));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  {
    FigurePainter painter(image);
    painter->scale(size.width() / figure.width(), size.height() / figure.height());
    painter->setRenderHint(QPainter::TextAntialiasing);
    figure.paint(painter, scale);
  }
  image.setText(QStringLiteral("Software"), QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION));
  if (options.caption) image.setText(QStringLiteral("Description"), text);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (!image.save(&buffer, "PNG")) return std::unexpected("the picture could not be encoded");
  return save(path, bytes);
}

/// Sets the text of the first `<name>`, escaped: QSvgGenerator writes a title as it is, and a "&" in it breaks the
/// file.
void set_element(QByteArray& svg, const QByteArray& name, const QString& text) {
  const qsizetype begin = svg.indexOf("<" + name + ">");
  const qsizetype end = svg.indexOf("</" + name + ">", begin);
  if (begin < 0 || end < 0) return;
  const qsizetype content = begin + name.size() + 2;
  svg.replace(content, end - content, text.toHtmlEscaped().toUtf8());
}

Outcome write_svg(Drawing& figure, const ExportOptions& options, const fs::path& path, const QString& title,
                  const QString& text) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(static_cast<int>(kPixelsAnInch));
  const double scale = kPixelsAnInch / units_an_inch(options.size);
  const QSizeF size(figure.width() * scale, figure.height() * scale);
  generator.setSize(size.toSize());
  generator.setViewBox(QRectF(QPointF(0, 0), size));
  {
    FigurePainter painter(generator);
    painter->scale(scale, scale);
    figure.paint(painter, 0);
  }
  set_element(bytes, "title", title);
  set_element(bytes, "desc", options.caption ? text : QString());
  return save(path, bytes);
}

/// The charts' data beside the picture: the record without its segments, which may be millions.
void attach_data(QPdfWriter& writer, const std::vector<const RunResult*>& results) {
  for (const RunResult* result : results) {
    Trace charts;
    charts.series = result->trace->series;
    charts.marks = result->trace->marks;
    charts.lanes = result->trace->lanes;
    charts.end = result->trace->end;
    const QTemporaryDir folder;
    if (!folder.isValid() || !write_csv(charts, folder.path().toStdString())) continue;
    for (const char* table : {"series.csv", "marks.csv"}) {
      QFile file(folder.filePath(QLatin1String(table)));
      if (!file.open(QIODevice::ReadOnly)) continue;
      writer.addFileAttachment(world_name(result->world).toLower() + u'-' + QLatin1String(table), file.readAll(),
                               QStringLiteral("text/csv"));
    }
  }
}

/// `attach` puts the data beside the picture.
Outcome write_pdf(Drawing& figure, const ExportOptions& options, const fs::path& path, const QString& title,
                  const Scenario& scenario, const std::function<void(QPdfWriter&)>& attach) {
  constexpr int kResolution = 1200;
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    writer.setTitle(title);
    writer.setCreator(QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION));
    writer.setResolution(kResolution);
    const double inches = 1 / units_an_inch(options.size);
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setPageSize(
        QPageSize(QSizeF(figure.width(), figure.height()) * inches, QPageSize::Inch, QString(), QPageSize::ExactMatch));
    if (!scenario.text.empty()) {
      writer.addFileAttachment(QStringLiteral("scenario.toml"), QByteArray::fromStdString(scenario.text),
                               QStringLiteral("application/toml"));
    }
    attach(writer);
    FigurePainter painter(writer);
    painter->setRenderHint(QPainter::LosslessImageRendering);
    painter->scale(kResolution * inches, kResolution * inches);
    figure.paint(painter, 0);
  }
  return save(path, bytes);
}

/// The results of one [[run]], one a world.
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

Outcome make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder.empty() ? "." : folder, problem);
  if (!problem) return {};
  return std::unexpected(fmt::format("{}: the folder could not be made: {}", folder.string(), problem.message()));
}

class Export {
 public:
  Export(const Scenario& scenario, const ExportOptions& options)
      : scenario_(scenario), options_(options), base_(base_name(scenario, options)) {}

  ExportReport run(std::span<const RunResult> results) {
    if (const Outcome made = make_folder(options_.directory); !made) {
      report_.errors.push_back(made.error());
      return std::move(report_);
    }
    std::vector<Group> groups;
    for (Group& group : grouped(results)) {
      std::erase_if(group.results, [&](const RunResult* result) {
        if (result->trace) return false;
        report_.errors.push_back(fmt::format("{} ({}): there is no record to draw{}{}", group.label,
                                             to_string(result->world), result->error.empty() ? "" : ": ",
                                             result->error));
        return true;
      });
      if (!group.results.empty()) groups.push_back(std::move(group));
    }
    for (const Group& group : groups) {
      for (const ExportFormat format : options_.formats)
        total_ += static_cast<int>(is_picture(format) ? run_parts() : group.results.size());
    }
    for (const Group& group : groups) {
      std::string name = base_;
      if (groups.size() > 1 || scenario_.runs.size() > 1) name += fmt::format("-{}", file_name(group.label));
      // Two runs may have the same label: they must not write over each other.
      const int uses = static_cast<int>(std::count(names_.begin(), names_.end(), name)) + 1;
      names_.push_back(name);
      if (uses > 1) name += fmt::format("-{}", uses);
      for (const ExportFormat format : options_.formats) write(group, format, name);
    }
    return std::move(report_);
  }

 private:
  void write(const Group& group, ExportFormat format, const std::string& name) {
    if (is_picture(format)) {
      for (const ExportPart part : options_.parts) {
        if (part == ExportPart::map) continue;
        if (stopped()) return;
        const std::string suffix = part == ExportPart::all ? std::string() : fmt::format("-{}", to_string(part));
        const fs::path path = options_.directory / fmt::format("{}{}.{}", name, suffix, to_string(format));
        note(path, write_picture(group, format, part, path));
      }
      return;
    }
    if (stopped()) return;
    // Hundreds of megabytes for a million jobs: each world's on a thread of its own.
    std::vector<std::pair<fs::path, std::future<Outcome>>> written;
    for (const RunResult* result : group.results) {
      const std::string world(to_string(result->world));
      const bool csv = format == ExportFormat::csv;
      const fs::path path = options_.directory / fmt::format("{}-{}{}", name, world, csv ? "-csv" : ".trace.json");
      const std::string title = fmt::format("{} ({})", group.label, world);
      written.emplace_back(path, std::async(std::launch::async, [=, this] {
                             return csv ? save_record(*result, scenario_.machine.name, path)
                                        : write_perfetto(*result->trace, path, title);
                           }));
    }
    for (auto& [path, outcome] : written) note(path, outcome.get());
  }

  Outcome write_picture(const Group& group, ExportFormat format, ExportPart part, const fs::path& path) {
    FigureContent content;
    content.title = QString::fromStdString(scenario_.title.empty() ? base_ : scenario_.title);
    const QString text = provenance(scenario_, group.results);
    if (options_.caption) content.caption = text;
    for (const RunResult* result : group.results)
      content.worlds.push_back({result->world, result_summary(*result), result->trace});
    content.part = part;
    content.rows = options_.rows;
    content.logarithmic_memory = options_.logarithmic_memory;
    const QString title = content.title;
    Figure figure = make_figure(std::move(content), options_);
    switch (format) {
      case ExportFormat::png:
        return write_png(figure, options_, path, text);
      case ExportFormat::svg:
        return write_svg(figure, options_, path, title, text);
      default:
        return write_pdf(figure, options_, path, title, scenario_,
                         [&](QPdfWriter& writer) { attach_data(writer, group.results); });
    }
  }

  /// The map is not of one run: export_map draws it.
  std::size_t run_parts() const {
    return options_.parts.size() - static_cast<std::size_t>(std::ranges::count(options_.parts, ExportPart::map));
  }

  bool stopped() {
    if (options_.stop.stop_requested()) report_.stopped = true;
    return report_.stopped;
  }

  void note(const fs::path& path, const Outcome& outcome) {
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

/// The whole map as a table: what the command line's --csv writes.
QByteArray map_table(const MapResult& map) {
  std::string rows = csv_header(map.plan);
  for (const auto& cell : map.cells) {
    if (cell) rows += csv_row(map.plan, *cell);
  }
  for (const SweepEdge& edge : map.edges) rows += csv_row(map.plan, edge);
  return QByteArray::fromStdString(rows);
}

Outcome write_map(const MapResult& map, ExportFormat format, const ExportOptions& options, const fs::path& path) {
  if (format == ExportFormat::csv) return save(path, map_table(map));
  const QString text = map_provenance(map);
  const double units = units_an_inch(options.size) / kMillimetresAnInch;
  MapFigure figure(map, options.caption ? text : QString(), make_theme(options.theme), options.size.width_mm * units,
                   options.size.height_mm * units);
  const QString title = QString::fromStdString(map.plan.scenario().title);
  if (format == ExportFormat::png) return write_png(figure, options, path, text);
  if (format == ExportFormat::svg) return write_svg(figure, options, path, title, text);
  return write_pdf(figure, options, path, title, map.plan.scenario(), [&](QPdfWriter& writer) {
    writer.addFileAttachment(QStringLiteral("map.csv"), map_table(map), QStringLiteral("text/csv"));
  });
}

}  // namespace

ExportReport export_run(const Scenario& scenario, std::span<const RunResult> results, const ExportOptions& options) {
  return Export(scenario, options).run(results);
}

ExportReport export_map(const MapResult& map, const ExportOptions& options) {
  ExportReport report;
  if (const Outcome made = make_folder(options.directory); !made) {
    report.errors.push_back(made.error());
    return report;
  }
  const std::string base = base_name(map.plan.scenario(), options);
  std::vector<ExportFormat> formats = options.formats;
  std::erase(formats, ExportFormat::trace);  // A map is of many runs: there is no one record.
  int done = 0;
  for (const ExportFormat format : formats) {
    if (options.stop.stop_requested()) {
      report.stopped = true;
      break;
    }
    const fs::path path = options.directory / fmt::format("{}-map.{}", base, to_string(format));
    if (const Outcome outcome = write_map(map, format, options, path); outcome)
      report.written.push_back(path);
    else
      report.errors.push_back(fmt::format("{}: {}", path.string(), outcome.error()));
    if (options.progress) options.progress(++done, static_cast<int>(formats.size()));
  }
  return report;
}

}  // namespace spawnpoint::gui
