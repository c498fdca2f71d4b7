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
constexpr int kLook = 4;  ///< The size of a single look, in pixels: they are drawn no closer.

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
    QCPScatterStyle glyph = chart_glyph(line, theme);
    if (line.looks) glyph.setSize(kLook);
    graphs[i].glyphs->setScatterStyle(glyph);
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
  if (line.looks) {
    QVector<double> at, value;
    for (const Corner& look : points(line.series, axis.range, line.end, static_cast<int>(axis.width) / kLook)) {
      at.append(look.at);
      value.append(drawable(look.value));
    }
    drawn.glyphs->setData(at, value, true);
    return;
  }
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

double ChartView::State::value_y(double value, double height) const {
  const QCPRange range = plot->yAxis->range();
  const double part = logarithmic
                          ? std::log(std::max(value, range.lower) / range.lower) / std::log(range.upper / range.lower)
                          : (value - range.lower) / range.size();
  return height * (1 - part);
}

void ChartView::State::keep_free(LabelRoom& room, const Graphs& drawn, const TimeAxis& axis, double height) const {
  const double begin = to_seconds(axis.range.begin);
  const double scale = axis.width / to_seconds(axis.range.length());
  const auto place = [&](double at, double value) { return QPointF((at - begin) * scale, value_y(value, height)); };
  for (const QCPGraph* graph : {drawn.low, drawn.high, drawn.line}) {
    const auto& data = *graph->data();
    for (int i = 1; i < data.size(); ++i)
      room.add_line({place(data.at(i - 1)->key, data.at(i - 1)->value), place(data.at(i)->key, data.at(i)->value)});
  }
  constexpr double kGlyph = 5;  // From its middle to its edge.
  for (const QCPGraphData& glyph : *drawn.glyphs->data()) {
    const QPointF at = place(glyph.key, glyph.value);
    room.add(QRectF(at - QPointF(kGlyph, kGlyph), at + QPointF(kGlyph, kGlyph)));
  }
}

void ChartView::State::place_marks(const TimeAxis& axis, int height) {
  constexpr double kSamePlace = 40;
  constexpr double kLine = 16;
  constexpr double kFirst = 5;  // At the bottom, where lines that count from 0 rarely are.
  const TimeAxis own{axis.range, 0, axis.width};
  LabelRoom room(QRectF(0, 0, axis.width, height), LabelRoom::From::bottom, kFirst);
  bool any = false;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Instant at = content.marks[i].at;
    const bool seen = at >= axis.range.begin && at <= axis.range.end;
    marks[i].line->setVisible(seen);
    marks[i].label->setVisible(false);
    if (!seen) continue;
    any = true;
    place(marks[i].line, at);
    room.add_line({own.x(at), 0, own.x(at), static_cast<double>(height)});
  }
  if (!any) return;
  for (const Graphs& drawn : graphs) keep_free(room, drawn, own, height);
  std::vector<bool> told(marks.size(), false);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (!marks[i].line->visible() || told[i]) continue;
    const ChartMark& mark = content.marks[i];
    const double x = own.x(mark.at);
    LabelWish wish{x, x, {}};
    QStringList worlds = {to_qstring(short_name(mark.world))};
    for (std::size_t other = i + 1; other < marks.size(); ++other) {
      const ChartMark& twin = content.marks[other];
      const double there = own.x(twin.at);
      if (!marks[other].line->visible() || twin.label != mark.label || std::abs(there - x) > kSamePlace) continue;
      told[other] = true;
      wish.left = std::min(wish.left, there);
      wish.right = std::max(wish.right, there);
      if (twin.world != mark.world && worlds.size() == 1) worlds += to_qstring(short_name(twin.world));
    }
    const QFontMetricsF metrics(marks[i].label->font());
    const QString of_worlds = worlds.join(QStringLiteral(", "));
    QStringList texts{QStringLiteral("%1 (%2)").arg(mark.label, of_worlds)};
    // In short: "✕ SIGABRT (model)", and "✕ (model)".
    for (const int words : {2, 1}) {
      const QString shorter = mark.label.section(u' ', 0, words - 1);
      if (shorter != mark.label) texts += QStringLiteral("%1 (%2)").arg(shorter, of_worlds);
    }
    for (const QString& text : texts) wish.sizes.emplace_back(metrics.horizontalAdvance(text) + 4, kLine);
    const auto found = room.take(wish);
    if (!found) continue;
    marks[i].label->setVisible(true);
    marks[i].label->setText(texts[static_cast<qsizetype>(found->text)]);
    marks[i].label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    const double seconds_a_pixel = to_seconds(axis.range.length()) / axis.width;
    marks[i].label->position->setCoords(to_seconds(axis.range.begin) + found->where.left() * seconds_a_pixel,
                                        found->where.top() / std::max(1, height));
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
