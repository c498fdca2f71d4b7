// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_header.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace spawnpoint::gui {
namespace {

/// As QCustomPlot draws it.
void paint_glyph(QPainter& painter, const QCPScatterStyle& glyph, const QPointF& c) {
  painter.setPen(glyph.pen());
  painter.setBrush(glyph.brush());
  const double r = glyph.size() / 2;
  switch (glyph.shape()) {
    case QCPScatterStyle::ssSquare:
      painter.drawRect(QRectF(c.x() - r, c.y() - r, 2 * r, 2 * r));
      break;
    case QCPScatterStyle::ssTriangle:
      painter.drawPolygon(
          QPolygonF({c + QPointF(-r, 0.755 * r), c + QPointF(r, 0.755 * r), c + QPointF(0, -0.977 * r)}));
      break;
    case QCPScatterStyle::ssDiamond:
      painter.drawPolygon(QPolygonF({c + QPointF(-r, 0), c + QPointF(0, -r), c + QPointF(r, 0), c + QPointF(0, r)}));
      break;
    default:
      painter.drawEllipse(c, r, r);
  }
  painter.setBrush(Qt::NoBrush);
}

}  // namespace

QCPScatterStyle chart_glyph(const ChartLine& line, const Theme& theme) {
  QCPScatterStyle::ScatterShape shape = QCPScatterStyle::ssCircle;
  switch (line.glyph) {
    case Glyph::circle:
      shape = QCPScatterStyle::ssCircle;
      break;
    case Glyph::square:
      shape = QCPScatterStyle::ssSquare;
      break;
    case Glyph::triangle:
      shape = QCPScatterStyle::ssTriangle;
      break;
    case Glyph::diamond:
      shape = QCPScatterStyle::ssDiamond;
      break;
  }
  const QBrush inside(line.world == WorldKind::live ? line.color : theme.base);
  return {shape, QPen(line.color, 1.2), inside, 7};
}

void paint_chart_header(QPainter& painter, const QRectF& where, const ChartContent& content, const Theme& theme,
                        double right_margin) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QFont bold = theme.font(kChartTextPixels + 1, true);
  painter.setFont(bold);
  painter.setPen(theme.text);
  painter.drawText(where.adjusted(8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, content.title);
  double right = where.right() - right_margin;
  const QFont plain = theme.font(kChartTextPixels);
  const QFontMetricsF metrics(plain);
  painter.setFont(plain);
  const double middle = std::round(where.center().y());
  const double least = where.left() + QFontMetricsF(bold).horizontalAdvance(content.title) + 16;
  struct Entry {
    QString text;
    QPen pen;
    std::optional<QCPScatterStyle> glyph;
  };
  bool worlds[2] = {false, false};
  for (const ChartLine& line : content.lines) worlds[static_cast<std::size_t>(line.world)] = true;
  std::vector<Entry> entries;  // From the right.
  for (const WorldKind world : {WorldKind::live, WorldKind::modeled}) {
    if (!worlds[static_cast<std::size_t>(world)]) continue;
    entries.push_back({world == WorldKind::live ? QStringLiteral("live") : QStringLiteral("model"),
                       theme.pen(world, theme.text, 1.6), std::nullopt});
  }
  const std::size_t world_entries = entries.size();
  QStringList named;
  for (auto line = content.lines.rbegin(); line != content.lines.rend(); ++line) {
    if (named.contains(line->name)) continue;
    named += line->name;
    // Drawn as in the live world only where that has such a line.
    ChartLine sample = *line;
    sample.world = std::ranges::any_of(content.lines,
                                       [&](const ChartLine& other) {
                                         return other.name == line->name && other.world == WorldKind::live;
                                       })
                       ? WorldKind::live
                       : WorldKind::modeled;
    entries.push_back({line->name, theme.pen(sample.world, line->color, 1.6), chart_glyph(sample, theme)});
  }
  // In a narrow chart the lines' names come first; which world is dashed is said in the timelines' headers too.
  const auto needed = [&](double sample) {
    double width = 0;
    for (const Entry& entry : entries) width += metrics.horizontalAdvance(entry.text) + 2 + sample + 18;
    return width;
  };
  double sample = 24;
  if (needed(sample) > right - least) sample = 16;
  if (needed(sample) > right - least)
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(world_entries));
  for (const Entry& entry : entries) {
    const double width = metrics.horizontalAdvance(entry.text) + 2;
    const double line = right - width - sample - 6;
    if (line < least) break;
    painter.setPen(theme.muted);
    painter.drawText(QRectF(right - width, where.top(), width, where.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     entry.text);
    painter.setPen(entry.pen);
    painter.drawLine(QPointF(line, middle), QPointF(line + sample, middle));
    if (entry.glyph) paint_glyph(painter, *entry.glyph, {line + sample / 2, middle});
    right = line - 12;
  }
  const double note = metrics.horizontalAdvance(content.note) + 2;
  if (least + note <= right) {
    painter.setPen(theme.muted);
    painter.drawText(QRectF(least - 4, where.top(), note, where.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     content.note);
  }
  painter.restore();
}

}  // namespace spawnpoint::gui
