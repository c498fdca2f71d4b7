// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/figure.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/timeline/timeline_picture.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kText = 11;
constexpr double kTitle = 26;
constexpr double kHeader = 22;
constexpr double kTimeLabels = 20;
constexpr double kChart = 150;
constexpr double kCaptionLine = 14;
constexpr double kSpacing = 6;

QString text_of(const std::string& text) {
  return QString::fromStdString(text);
}

TimelineRows rows_of(ExportRows wanted, const Trace& trace) {
  if (wanted == ExportRows::automatic) return suggested_rows(trace);
  return wanted == ExportRows::jobs ? TimelineRows::jobs : TimelineRows::threads;
}

/// A few rows are drawn at their natural height, many in bands.
double timeline_height(std::size_t rows, double header) {
  return header + std::clamp(static_cast<double>(rows) * 18, 54.0, 230.0) + 4;
}

/// On a narrow page the states' legend gets a line of its own below the header.
bool is_narrow(double width) {
  return width < 620;
}

}  // namespace

QString limits_words(const Scenario& scenario, const RunSpec& run) {
  const LimitLadder ladder = limit_ladder(scenario.machine, run.runtime);
  QStringList limits;
  for (std::size_t i = 0; i < std::min<std::size_t>(ladder.rungs.size(), 3); ++i) {
    const LimitRung& rung = ladder.rungs[i];
    limits += text_of(std::string(rung.limit->name) + " " + format_value(*rung.limit, rung.value));
  }
  return limits.isEmpty() ? QString() : QStringLiteral("limits: ") + limits.join(QStringLiteral(", "));
}

QString provenance(const Scenario& scenario, const std::vector<const RunResult*>& results) {
  QStringList parts;
  const std::string file = scenario.file.substr(scenario.file.find_last_of('/') + 1);
  parts += text_of(file.empty() ? scenario.title : file);
  const RunResult& first = *results.front();
  parts +=
      text_of(first.label.empty() || first.label == first.concurrency ? first.concurrency
                                                                      : first.label + " (" + first.concurrency + ")");
  parts += text_of(format_count(first.jobs, "job"));
  parts += QStringLiteral("seed %1").arg(first.seed);
  for (const RunResult* result : results) {
    if (result->world != WorldKind::modeled) continue;
    const Machine& machine = scenario.machine;
    parts += QStringLiteral("modeled machine: %1, %2, %3")
                 .arg(text_of(machine.name.empty() ? scenario.machine_profile : machine.name),
                      text_of(format_count(machine.cpus, "cpu")), text_of(format_bytes(machine.memory)));
  }
  for (const RunSpec& run : scenario.runs) {
    if (run.concurrency != first.concurrency || (!first.label.empty() && run.label != first.label)) continue;
    if (const QString limits = limits_words(scenario, run); !limits.isEmpty()) parts += limits;
    break;
  }
  for (const RunResult* result : results) {
    if (result->world != WorldKind::live) continue;
    QStringList imposed;
    for (const ImposedLimit& limit : result->imposed) {
      imposed += text_of(limit.limit) +
                 (limit.held() ? QStringLiteral(" %1 imposed").arg(limit.value) : QStringLiteral(" not imposed"));
    }
    parts += imposed.isEmpty() ? QStringLiteral("live on this machine")
                               : QStringLiteral("live on this machine, ") + imposed.join(QStringLiteral(", "));
    if (result->stopped) parts += QStringLiteral("stopped: a partial record");
  }
  parts += QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION);
  return parts.join(QStringLiteral(" · "));
}

QString result_summary(const RunResult& result) {
  QStringList parts;
  parts += result.world == WorldKind::modeled ? QStringLiteral("simulated kernel") : QStringLiteral("this machine");
  parts += text_of(format_duration(result.wall));
  parts += text_of(format_count(result.peak_threads, "thread"));
  if (result.memory.resident.count > 0) {
    parts += text_of(format_jobs_memory(result));
    parts += text_of(format_program_memory(result));
    parts.removeAll(QString());
  }
  if (result.failure) {
    QString words =
        result.failure->job == kNoJob
            ? QStringLiteral("failed")
            : QStringLiteral("failed at job %1").arg(text_of(format_count(std::int64_t{result.failure->job} + 1)));
    if (result.failure->cause != Cause()) words += QStringLiteral(": ") + text_of(name_of(result.failure->cause));
    if (!result.failure->limit.empty()) words += QStringLiteral(", ") + text_of(result.failure->limit);
    parts += words;
  }
  return parts.join(QStringLiteral(" · "));
}

Figure::Figure(FigureContent content, const Theme& theme, double width, double height)
    : content_(std::move(content)), theme_(theme), width_(std::max(240.0, width)), height_(height) {
  Instant end{Duration(1)};
  for (const FigureWorld& world : content_.worlds) end = std::max(end, world.trace->end);
  view_.reset({Instant{}, end});
  const ExportPart part = content_.part;
  for (std::size_t i = 0; i < content_.worlds.size(); ++i) {
    const auto& trace = content_.worlds[i].trace;
    data_.push_back(nullptr);
    if (part != ExportPart::all && part != ExportPart::timelines) continue;
    data_.back() = std::make_shared<const TimelineData>(trace, rows_of(content_.rows, *trace));
    panels_.push_back({Panel::Kind::timeline, i,
                       timeline_height(data_.back()->rows(), is_narrow(width_) ? 2 * kHeader - 4 : kHeader), false});
  }
  if (part == ExportPart::all || part == ExportPart::memory) panels_.push_back({Panel::Kind::memory, 0, kChart, false});
  if (part == ExportPart::all || part == ExportPart::threads)
    panels_.push_back({Panel::Kind::threads, 0, kChart, false});
  panels_.back().time_labels = true;
  panels_.back().height += kTimeLabels;

  const double around =
      kTitle +
      static_cast<double>(caption_lines(content_.caption, theme_.font(kText - 1), width_ - 24).size()) * kCaptionLine +
      kSpacing;
  double natural = 0;
  for (const Panel& panel : panels_) natural += panel.height + kSpacing;
  if (height_ <= 0) {
    height_ = std::ceil(around + natural);
    return;
  }
  // A given height is shared out; a panel keeps enough to be read.
  const double stretch = std::max(0.25, (height_ - around) / natural);
  for (Panel& panel : panels_) panel.height = std::max(60.0, (panel.height + kSpacing) * stretch - kSpacing);
}

std::vector<QString> caption_lines(const QString& caption, const QFont& font, double width) {
  std::vector<QString> lines;
  if (caption.isEmpty()) return lines;
  const QFontMetricsF metrics(font);
  QString line;
  for (const QString& part : caption.split(QStringLiteral(" · "))) {
    const QString longer = line.isEmpty() ? part : line + QStringLiteral(" · ") + part;
    if (!line.isEmpty() && metrics.horizontalAdvance(longer) > width) {
      lines.push_back(line);
      line = part;
    } else {
      line = longer;
    }
  }
  lines.push_back(line);
  return lines;
}

void Figure::paint(FigurePainter& painter, double pixels) {
  painter->fillRect(QRectF(0, 0, width_, height_), theme_.base);
  painter->setPen(theme_.text);
  const QFont title = theme_.font(kText + 3, true);
  painter->setFont(title);
  painter->drawText(QRectF(8, 2, width_ - 16, kTitle - 2), Qt::AlignLeft | Qt::AlignVCenter,
                    QFontMetricsF(title).elidedText(content_.title, Qt::ElideRight, width_ - 16));
  double top = kTitle;
  std::vector<WorldTrace> traces;
  for (const FigureWorld& world : content_.worlds) traces.push_back({world.world, world.trace});
  for (const Panel& panel : panels_) {
    const QRectF where(0, std::round(top), width_, std::round(panel.height));
    if (panel.kind == Panel::Kind::timeline) {
      paint_timeline(painter, panel, where, pixels);
    } else {
      ChartView chart(view_);
      chart.set_theme(theme_);
      chart.set_time_labels(panel.time_labels);
      chart.set_logarithmic(panel.kind == Panel::Kind::memory && content_.logarithmic_memory);
      chart.set_content(panel.kind == Panel::Kind::memory ? memory_chart(traces, theme_)
                                                          : threads_chart(traces, theme_));
      chart.paint(painter, where);
    }
    top += panel.height + kSpacing;
  }
  painter->setFont(theme_.font(kText - 1));
  painter->setPen(theme_.muted);
  const std::vector<QString> lines = caption_lines(content_.caption, theme_.font(kText - 1), width_ - 24);
  double y = height_ - static_cast<double>(lines.size()) * kCaptionLine - 4;
  for (const QString& line : lines) {
    painter->drawText(QRectF(8, y, width_ - 16, kCaptionLine), Qt::AlignLeft | Qt::AlignVCenter, line);
    y += kCaptionLine;
  }
}

void Figure::paint_timeline(FigurePainter& painter, const Panel& panel, const QRectF& where, double pixels) {
  const FigureWorld& world = content_.worlds[panel.world];
  const PlotMargins margins = view_.margins();
  const double below = panel.time_labels ? kTimeLabels : 4;
  const bool narrow = is_narrow(width_);
  const double header = narrow ? 2 * kHeader - 4 : kHeader;
  const QRectF area(where.left() + margins.left, where.top() + header, where.width() - margins.left - margins.right,
                    where.height() - header - below);
  TimelineScene scene;
  scene.data = data_[panel.world];
  scene.range = view_.visible();
  scene.width = area.width();
  scene.layout.rows = scene.data->rows();
  scene.layout.height = area.height();
  scene.layout.row_height = RowLayout::fitting(scene.layout.rows, area.height());
  scene.world = world.world;
  scene.theme = theme_;

  const double legend = narrow ? where.width() - 8 - margins.right : std::min(360.0, where.width() * 0.42);
  const QRectF legend_area(area.right() - legend, narrow ? area.top() - kHeader : where.top(), legend, kHeader);
  paint_state_legend(*painter, theme_, world.world, *scene.data, legend_area, kText);
  const double header_width = narrow ? where.width() - 8 - margins.right : area.right() - 16 - legend;
  paint_world_header(*painter, theme_, world.world, world.summary, QRectF(8, where.top(), header_width, kHeader),
                     kText + 1);
  if (pixels > 0) {
    scene.scale = pixels;
    painter->drawImage(area, draw_plot(scene));
  } else {
    paint_plot(*painter, scene, area);
  }
  const TimeAxis axis{scene.range, area.left(), area.width()};
  paint_time_ticks(*painter, theme_, axis, area, panel.time_labels, kText);
  paint_row_names(*painter, scene, QRectF(4, area.top(), area.left() - 14, area.height()), kText);
  paint_marks(*painter, theme_, axis, world.trace->marks, area, kText);
  painter->setRenderHint(QPainter::Antialiasing, false);
  painter->setPen(QPen(theme_.frame, 1));
  painter->setBrush(Qt::NoBrush);
  painter->drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
}

}  // namespace spawnpoint::gui
