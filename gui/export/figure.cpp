// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/figure.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "gui/time/failure_words.hpp"
#include "gui/time/mark_text.hpp"
#include "gui/timeline/state_legend.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kText = 11;
constexpr double kTitleLine = 20;
constexpr double kHeader = 22;
constexpr double kHeaderLine = 16;
constexpr double kTimeLabels = 20;
constexpr double kChart = 150;
constexpr double kCaptionLine = 14;
constexpr double kSpacing = 6;

TimelineRows rows_of(RowChoice wanted, const Trace& trace) {
  return words_of(wanted).rows.value_or(suggested_rows(trace));
}

/// A few rows are drawn at their natural height, many in bands.
double timeline_height(std::size_t rows, double header) {
  return header + std::clamp(static_cast<double>(rows) * 18, 54.0, 230.0) + 4;
}

constexpr double kSide = 8;
constexpr double kLegendLine = 18;

}  // namespace

QString figure_title(const QString& scenario, const QString& run) {
  const bool ends = scenario.endsWith(u'?') || scenario.endsWith(u'!') || scenario.endsWith(u'.');
  return (ends ? QStringLiteral("%1 – %2") : QStringLiteral("%1: %2")).arg(scenario, run);
}

QString result_summary(const RunResult& result) {
  QStringList parts;
  parts += result.world == WorldKind::modeled ? QStringLiteral("simulated kernel") : QStringLiteral("this machine");
  parts += to_qstring(format_duration(result.wall));
  parts += to_qstring(format_threads(result));
  if (result.memory.resident.count > 0) {
    parts += to_qstring(format_jobs_memory(result));
    parts += to_qstring(format_program_memory(result));
    parts.removeAll(QString());
  }
  if (result.failure)
    parts += (result.breaks() ? QStringLiteral("✕ ") : QString()) + to_qstring(format_failure(result));
  return parts.join(QStringLiteral(" · "));
}

std::vector<QString> caption_lines(const QString& caption, const QFont& font, double width) {
  std::vector<QString> lines;
  if (caption.isEmpty()) return lines;
  const QFontMetricsF metrics(font);
  QString line;
  const auto add = [&](const QString& part, const QString& before) {
    const QString longer = line.isEmpty() ? part : line + before + part;
    if (!line.isEmpty() && metrics.horizontalAdvance(longer) > width) {
      lines.push_back(line);
      line = part;
    } else {
      line = longer;
    }
  };
  for (const QString& part : caption.split(QStringLiteral(" · "))) {
    if (metrics.horizontalAdvance(part) <= width) {
      add(part, QStringLiteral(" · "));
      continue;
    }
    bool first = true;
    for (const QString& word : part.split(u' ')) {
      add(word, std::exchange(first, false) ? QStringLiteral(" · ") : QStringLiteral(" "));
    }
  }
  lines.push_back(line);
  return lines;
}

FigureWords::FigureWords(const QString& of_title, const QString& of_caption, const Theme& theme, double width)
    : title(caption_lines(of_title, theme.font(kText + 3, true), width - 16)),
      caption(caption_lines(of_caption, theme.font(kText - 1), width - 24)) {}

double FigureWords::title_height() const {
  return 6 + static_cast<double>(title.size()) * kTitleLine;
}

double FigureWords::caption_height() const {
  return static_cast<double>(caption.size()) * kCaptionLine;
}

void FigureWords::paint(QPainter& painter, const Theme& theme, double width, double height) const {
  const auto write = [&](const std::vector<QString>& lines, double top, double each) {
    for (const QString& line : lines) {
      painter.drawText(QRectF(8, top, width - 16, each), Qt::AlignLeft | Qt::AlignVCenter, line);
      top += each;
    }
  };
  painter.setFont(theme.font(kText + 3, true));
  painter.setPen(theme.text);
  write(title, 3, kTitleLine);
  painter.setFont(theme.font(kText - 1));
  painter.setPen(theme.muted);
  write(caption, height - caption_height() - 4, kCaptionLine);
}

Figure::Figure(FigureContent content, const Theme& theme, double width, double height)
    : content_(std::move(content)),
      theme_(theme),
      width_(std::max(240.0, width)),
      height_(height),
      words_(content_.title, content_.caption, theme_, width_) {
  Instant end{Duration(1)};
  for (const FigureWorld& world : content_.worlds) end = std::max(end, world.trace->end);
  view_.reset({Instant{}, end});
  const ExportPart part = content_.part;
  for (std::size_t i = 0; i < content_.worlds.size(); ++i) {
    const auto& trace = content_.worlds[i].trace;
    data_.push_back(nullptr);
    headers_.emplace_back();
    if (part != ExportPart::all && part != ExportPart::timelines) {
      headers_.back() = header_of(content_.worlds[i], nullptr);
      panels_.push_back({Panel::Kind::summary, i, headers_.back().height(), false});
      continue;
    }
    data_.back() = std::make_shared<const TimelineData>(trace, rows_of(content_.rows, *trace));
    headers_.back() = header_of(content_.worlds[i], data_.back().get());
    panels_.push_back(
        {Panel::Kind::timeline, i, timeline_height(data_.back()->rows(), headers_.back().height()), false});
  }
  if (part == ExportPart::all || part == ExportPart::memory) panels_.push_back({Panel::Kind::memory, 0, kChart, false});
  if (part == ExportPart::all || part == ExportPart::threads)
    panels_.push_back({Panel::Kind::threads, 0, kChart, false});
  panels_.back().time_labels = true;
  panels_.back().height += kTimeLabels;

  double around = words_.title_height() + words_.caption_height() + kSpacing;
  double natural = 0;
  for (const Panel& panel : panels_) (panel.kind == Panel::Kind::summary ? around : natural) += panel.height + kSpacing;
  if (height_ <= 0) {
    height_ = std::ceil(around + natural);
    return;
  }
  // A given height is shared out; a panel keeps enough to be read.
  const double stretch = std::max(0.25, (height_ - around) / natural);
  constexpr double kLeast = 60;
  for (Panel& panel : panels_) {
    if (panel.kind == Panel::Kind::summary) continue;
    const double header = panel.kind == Panel::Kind::timeline ? headers_[panel.world].height() : 0;
    panel.height = std::max(header + kLeast, (panel.height + kSpacing) * stretch - kSpacing);
  }
}

double Figure::Header::height() const {
  const auto more = static_cast<double>(std::max<std::size_t>(lines.size(), 1) - 1) * kHeaderLine;
  return kHeader + more + legend_lines * kLegendLine;
}

Figure::Header Figure::header_of(const FigureWorld& world, const TimelineData* data) const {
  Header header;
  const QFont font = theme_.font(kText + 1);
  const double right = width_ - view_.margins().right;
  const double first = kSide + world_header_indent(theme_, kText + 1);
  if (data == nullptr) {
    header.lines = caption_lines(world.summary, font, right - first);
    return header;
  }
  const StateLegend legend(theme_, *data, world.world, kText);
  const double beside = right - first - legend.width() - 16;
  const bool is_beside = QFontMetricsF(font).horizontalAdvance(world.summary) <= beside;
  header.legend_lines = is_beside ? 0 : legend.lines(right - kSide);
  header.lines = caption_lines(world.summary, font, is_beside ? beside : right - first);
  return header;
}

/// A failure's mark says what the header says, in a few words: what the program's user sees is too long for a figure.
ChartContent Figure::with_failures(ChartContent content) const {
  for (ChartMark& mark : content.marks) {
    for (const FigureWorld& world : content_.worlds)
      if (world.world == mark.world && world.failure) mark.label = failure_words(*world.failure);
  }
  return content;
}

void Figure::paint(FigurePainter& painter, double pixels) {
  painter->fillRect(QRectF(0, 0, width_, height_), theme_.base);
  double top = words_.title_height();
  std::vector<WorldTrace> traces;
  for (const FigureWorld& world : content_.worlds) traces.push_back({world.world, world.trace});
  for (const Panel& panel : panels_) {
    const QRectF where(0, std::round(top), width_, std::round(panel.height));
    if (panel.kind == Panel::Kind::summary) {
      paint_header(*painter, panel, where, width_ - view_.margins().right);
    } else if (panel.kind == Panel::Kind::timeline) {
      paint_timeline(painter, panel, where, pixels);
    } else {
      ChartView chart(view_);
      chart.set_theme(theme_);
      chart.set_time_labels(panel.time_labels);
      chart.set_logarithmic(panel.kind == Panel::Kind::memory && content_.logarithmic_memory);
      chart.set_content(with_failures(panel.kind == Panel::Kind::memory ? memory_chart(traces, theme_)
                                                                        : threads_chart(traces, theme_)));
      chart.paint(painter, where);
    }
    top += panel.height + kSpacing;
  }
  words_.paint(*painter, theme_, width_, height_);
}

void Figure::paint_header(QPainter& painter, const Panel& panel, const QRectF& where, double right) const {
  const FigureWorld& world = content_.worlds[panel.world];
  const Header& header = headers_[panel.world];
  const TimelineData* data = data_[panel.world].get();
  const QRectF line(kSide, where.top(), right - kSide, kHeader);
  const double first = kSide + world_header_indent(theme_, kText + 1);
  if (data != nullptr && header.legend_lines == 0)
    StateLegend(theme_, *data, world.world, kText)
        .paint(painter, QRectF(kSide, where.top(), right - kSide, 0), kHeader);
  paint_world_header(painter, theme_, world.world, header.lines.empty() ? QString() : header.lines.front(), line,
                     kText + 1);
  painter.setFont(theme_.font(kText + 1));
  painter.setPen(theme_.muted);
  double top = where.top() + kHeader - 2;
  for (std::size_t i = 1; i < header.lines.size(); ++i) {
    painter.drawText(QRectF(first, top, right - first, kHeaderLine), Qt::AlignLeft | Qt::AlignVCenter, header.lines[i]);
    top += kHeaderLine;
  }
  if (header.legend_lines > 0) {
    const double below = where.top() + header.height() - header.legend_lines * kLegendLine;
    StateLegend(theme_, *data, world.world, kText).paint(painter, QRectF(kSide, below, right - kSide, 0), kLegendLine);
  }
}

void Figure::paint_timeline(FigurePainter& painter, const Panel& panel, const QRectF& where, double pixels) {
  const FigureWorld& world = content_.worlds[panel.world];
  const PlotMargins margins = view_.margins();
  const double below = panel.time_labels ? kTimeLabels : 4;
  const double header = headers_[panel.world].height();
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

  paint_header(*painter, panel, where, area.right());
  if (pixels > 0) {
    scene.scale = pixels;
    painter->drawImage(area, draw_plot(scene));
  } else {
    paint_plot(*painter, scene, area);
  }
  const TimeAxis axis{scene.range, area.left(), area.width()};
  paint_time_ticks(*painter, theme_, axis, area, panel.time_labels, kText);
  paint_row_names(*painter, scene, QRectF(4, area.top(), area.left() - 14, area.height()), kText);
  paint_missing_rows(*painter, scene, area, kText);
  const QString failure = world.failure ? to_qstring(format_failure(*world.failure)) : QString();
  paint_marks(*painter, scene, axis, with_failure(world.trace->marks, failure), area, kText);
  painter->setRenderHint(QPainter::Antialiasing, false);
  painter->setPen(QPen(theme_.frame, 1));
  painter->setBrush(Qt::NoBrush);
  painter->drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
}

}  // namespace spawnpoint::gui
