// SPDX-License-Identifier: GPL-3.0-or-later
// The plot: its lines, glyphs, marks, axes and cursors.
#include "gui/charts/chart_plot.hpp"

#include <cmath>

#include "gui/charts/curve.hpp"
#include "gui/charts/value_axis.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/accessible.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// QCustomPlot leaves a tick's label out that would be cut off at the top.
constexpr int kAbove = 7;
constexpr int kFooter = 20;
constexpr float kBandAlpha = 0.45F;

}  // namespace

void ChartView::State::set_up() {
  plot->setAttribute(Qt::WA_OpaquePaintEvent);
  plot->setFocusPolicy(Qt::NoFocus);
  plot->setMouseTracking(true);
  plot->setNoAntialiasingOnDrag(true);
  plot->setInteractions(QCP::iNone);
  plot->setPlottingHint(QCP::phFastPolylines, true);
  plot->axisRect()->setAutoMargins(QCP::msNone);
  plot->axisRect()->setMinimumSize(1, 1);
  plot->axisRect()->setupFullAxesBox(false);
  plot->xAxis->setTicker(time_ticks);
  plot->yAxis->setTicker(value_ticks);
  for (QCPAxis* axis : {plot->xAxis, plot->yAxis, plot->xAxis2, plot->yAxis2}) {
    axis->setTickLength(0, 3);
    axis->setSubTicks(false);
    axis->setPadding(0);
    axis->setLabelPadding(0);
  }
  plot->xAxis2->setTicks(false);
  plot->yAxis2->setTicks(false);
  plot->yAxis->setTickLabelPadding(6);
  plot->xAxis->setTickLabelPadding(2);
  crosshair = vertical_line(QStringLiteral("overlay"));
  for (auto*& marker : markers) marker = vertical_line(QStringLiteral("overlay"));
  selection = new QCPItemRect(plot);
  selection->setLayer(QStringLiteral("overlay"));
  for (QCPItemPosition* corner : {selection->topLeft, selection->bottomRight}) {
    corner->setTypeX(QCPItemPosition::ptPlotCoords);
    corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
  }
  apply_theme();
}

QCPItemLine* ChartView::State::vertical_line(const QString& layer) {
  auto* line = new QCPItemLine(plot);
  line->setLayer(layer);
  for (QCPItemPosition* end : {line->start, line->end}) {
    end->setTypeX(QCPItemPosition::ptPlotCoords);
    end->setTypeY(QCPItemPosition::ptAxisRectRatio);
  }
  line->setVisible(false);
  return line;
}

void ChartView::State::place(QCPItemLine* line, Instant at) {
  line->start->setCoords(to_seconds(at), 0);
  line->end->setCoords(to_seconds(at), 1);
}

void ChartView::State::apply_theme() {
  plot->setBackground(QBrush(theme.base));
  for (QCPAxis* axis : {plot->xAxis, plot->yAxis, plot->xAxis2, plot->yAxis2}) {
    axis->setBasePen(QPen(theme.frame, 1));
    axis->setTickPen(QPen(theme.frame, 1));
    axis->setTickLabelColor(theme.muted);
    axis->setTickLabelFont(theme.font(kChartTextPixels));
    axis->grid()->setPen(QPen(theme.grid, 1));
    axis->grid()->setZeroLinePen(Qt::NoPen);
  }
  crosshair->setPen(QPen(theme.crosshair, 1));
  for (auto* marker : markers) marker->setPen(QPen(theme.accent, 1.5, Qt::DotLine));
  selection->setPen(QPen(theme.accent, 1));
  selection->setBrush(theme.selection);
  rebuild();
}

void ChartView::State::rebuild() {
  plot->clearGraphs();
  for (const MarkItems& items : marks) {
    plot->removeItem(items.line);
    plot->removeItem(items.label);
  }
  graphs.clear();
  marks.clear();
  const auto add_graph = [this](const QPen& pen) {
    QCPGraph* made = plot->addGraph();
    made->setPen(pen);
    made->setAdaptiveSampling(false);  // curve() has done it, and keeps every peak.
    return made;
  };
  // Bands behind all lines.
  for (const ChartLine& line : content.lines) {
    Graphs drawn;
    drawn.low = add_graph(Qt::NoPen);
    drawn.high = add_graph(Qt::NoPen);
    QColor faint = line.color;
    faint.setAlphaF(kBandAlpha);
    drawn.high->setBrush(faint);
    drawn.high->setChannelFillGraph(drawn.low);
    graphs.push_back(drawn);
  }
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    const ChartLine& line = content.lines[i];
    graphs[i].line = add_graph(theme.pen(line.world, line.color, 1.6));
    graphs[i].glyphs = plot->addGraph();
    graphs[i].glyphs->setLineStyle(QCPGraph::lsNone);
    graphs[i].glyphs->setScatterStyle(chart_glyph(line, theme));
  }
  for (std::size_t i = 0; i < content.marks.size(); ++i) {
    MarkItems items;
    items.line = vertical_line(QStringLiteral("main"));
    QPen pen(theme.failure, 1.2);
    pen.setDashPattern({5, 3});
    items.line->setPen(pen);
    items.label = new QCPItemText(plot);
    items.label->setLayer(QStringLiteral("main"));
    items.label->setFont(theme.font(kChartTextPixels, true));
    items.label->setColor(theme.failure_text);
    items.label->setPadding(QMargins(2, 1, 2, 1));
    QColor ground = theme.base;
    ground.setAlphaF(0.85F);
    items.label->setBrush(ground);
    items.label->setPen(Qt::NoPen);
    items.label->position->setTypeX(QCPItemPosition::ptPlotCoords);
    items.label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    marks.push_back(items);
  }
}

void ChartView::State::update_data(int width, int height, int detail) {
  const PlotMargins margins = view.margins();
  const int below = time_labels ? kFooter : 5;
  plot->axisRect()->setMargins(QMargins(margins.left, kAbove, margins.right, below));
  plot->xAxis->setTickLabels(time_labels);
  const TimeRange visible = view.visible();
  const TimeAxis axis{visible, 0, std::max(1.0, static_cast<double>(width - margins.left - margins.right))};

  QVector<double> at;
  QVector<QString> labels;
  const std::vector<Tick> time_marks = ticks(axis, kChartTextPixels * 8.0);
  for (const Tick& tick : time_marks) {
    at.append(to_seconds(tick.at));
    labels.append(to_qstring(tick.label));
  }
  time_ticks->set(at, labels);
  plot->xAxis->setRange(to_seconds(visible.begin), to_seconds(visible.end));

  ValueSpan span = own_values;
  span.add(beside);
  const ValueAxis values = value_axis(content.unit, logarithmic, span.least, span.most, (height - below - kAbove) / 26);
  at.clear();
  labels.clear();
  for (const ValueTick& tick : values.ticks) {
    at.append(tick.value);
    labels.append(to_qstring(tick.label));
  }
  value_ticks->set(at, labels);
  plot->yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  plot->yAxis->setRange(values.low, values.high);

  const double glyph_step =
      time_marks.size() > 1 ? to_seconds(time_marks[1].at - time_marks[0].at) : to_seconds(visible.length());
  const bool had_bands = std::exchange(has_bands, false);
  for (std::size_t i = 0; i < content.lines.size(); ++i)
    set_curve(graphs[i], content.lines[i], axis, detail, glyph_step);
  if (has_bands != had_bands) widget.update();  // The header tells what bands are.

  place_marks(axis, height - below - kAbove);
}

void ChartView::State::set_curve(const Graphs& drawn, const ChartLine& line, const TimeAxis& axis, int detail,
                                 double glyph_step) {
  const auto drawable = [&](double value) { return logarithmic ? std::max(value, plot->yAxis->range().lower) : value; };
  const Curve shape = curve(line.series, axis.range, line.end, static_cast<int>(axis.width), detail);
  has_bands = has_bands || !shape.band.empty();
  QVector<double> x, y;
  for (const Corner& corner : shape.line) {
    x.append(corner.at);
    y.append(drawable(corner.value));
  }
  drawn.line->setData(x, y, true);
  QVector<double> band_x, low, high;
  for (const Curve::Reach& reach : shape.band) {
    band_x.append(reach.at);
    low.append(drawable(reach.low));
    high.append(drawable(reach.high));
  }
  drawn.low->setData(band_x, low, true);
  drawn.high->setData(band_x, high, true);
  QVector<double> glyph_x, glyph_y;
  const auto add_glyph = [&](double at) {
    glyph_x.append(at);
    glyph_y.append(drawable(shape.at(at)));
  };
  if (!x.isEmpty()) {
    // Between two ticks, so that they go along when the view is moved; the worlds' apart, so that both are seen.
    const double offset = (line.world == WorldKind::modeled ? 0.35 : 0.65) * glyph_step;
    double t = (std::floor((x.front() - offset) / glyph_step) + 1) * glyph_step + offset;
    for (; t <= x.back(); t += glyph_step) add_glyph(t);
    if (glyph_x.isEmpty()) add_glyph((x.front() + x.back()) / 2);
  }
  drawn.glyphs->setData(glyph_x, glyph_y, true);
}

void ChartView::State::place_marks(const TimeAxis& axis, int height) {
  constexpr double kSamePlace = 40;
  constexpr double kLine = 16;
  std::vector<bool> told(marks.size(), false);
  double row = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const ChartMark& mark = content.marks[i];
    const bool seen = mark.at >= axis.range.begin && mark.at <= axis.range.end;
    marks[i].line->setVisible(seen);
    marks[i].label->setVisible(seen && !told[i] && row < 4);
    if (!seen) continue;
    place(marks[i].line, mark.at);
    if (!marks[i].label->visible()) continue;
    const double x = axis.x(mark.at);
    QStringList worlds = {to_qstring(short_name(mark.world))};
    for (std::size_t other = i + 1; other < marks.size(); ++other) {
      const ChartMark& twin = content.marks[other];
      if (twin.label != mark.label || std::abs(axis.x(twin.at) - x) > kSamePlace) continue;
      told[other] = true;
      if (twin.world != mark.world && worlds.size() == 1) worlds += to_qstring(short_name(twin.world));
    }
    const QFontMetricsF metrics(marks[i].label->font());
    const double room = std::max(x, axis.width - x) - 8;
    const QString words = QStringLiteral("%1 (%2)").arg(mark.label, worlds.join(QStringLiteral(", ")));
    marks[i].label->setText(metrics.elidedText(words, Qt::ElideRight, room));
    // At the bottom, where lines that count from 0 rarely are.
    const bool to_the_right = axis.width - x >= x;
    marks[i].label->setPositionAlignment((to_the_right ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignBottom);
    const double shift = (to_the_right ? 4 : -4) / axis.width * to_seconds(axis.range.length());
    marks[i].label->position->setCoords(to_seconds(mark.at) + shift, 1 - (6 + row * kLine) / std::max(20, height));
    ++row;
  }
}

void ChartView::State::update_cursor() {
  const TimeRange& visible = view.visible();
  const auto show = [&](QCPItemLine* line, std::optional<Instant> at) {
    const bool seen = at && *at >= visible.begin && *at <= visible.end;
    line->setVisible(seen);
    if (seen) place(line, *at);
  };
  show(crosshair, view.crosshair());
  show(markers[0], view.marker(0));
  show(markers[1], view.marker(1));
  const auto range = view.selection();
  const bool seen = range && range->end > visible.begin && range->begin < visible.end;
  selection->setVisible(seen);
  if (seen) {
    const TimeRange part = intersection(*range, visible);
    selection->topLeft->setCoords(to_seconds(part.begin), 0);
    selection->bottomRight->setCoords(to_seconds(part.end), 1);
  }
}

void ChartView::State::describe() const {
  QStringList words;
  for (const ChartLine& line : content.lines) {
    words += QStringLiteral("%1, %2: at most %3")
                 .arg(world_name(line.world).toLower(), line.name,
                      to_qstring(value_label(content.unit, line.series.maximum())));
  }
  for (const ChartMark& mark : content.marks) {
    words += QStringLiteral("%1 at %2").arg(mark.label, to_qstring(format_duration(mark.at.time_since_epoch())));
  }
  set_accessible_text(widget, content.empty() ? empty_words() : words.join(QStringLiteral(". ")));
}

}  // namespace spawnpoint::gui
