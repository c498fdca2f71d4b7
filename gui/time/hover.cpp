// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/hover.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {

QString text_of(Duration duration) {
  return to_qstring(format_duration(duration));
}
QString text_of(Instant at, Duration pixel) {
  return to_qstring(format_instant(at, pixel));
}

QString selection_text(const TimeRange& selection, Duration pixel) {
  return QStringLiteral("Δ %1   %2 – %3")
      .arg(text_of(selection.length()), text_of(selection.begin, pixel), text_of(selection.end, pixel));
}

void paint_selection(QPainter& painter, const Theme& theme, const TimeView& view, const TimeAxis& axis,
                     const QRectF& plot, int pixels) {
  painter.save();
  const QFont font = theme.font(pixels, true);
  painter.setFont(font);
  const QFontMetricsF metrics(font);
  const auto label = [&](const QString& text, double x, double y) {
    const double width = metrics.horizontalAdvance(text) + 8;
    const double left = std::clamp(x, plot.left(), std::max(plot.left(), plot.right() - width));
    QColor ground = theme.base;
    ground.setAlphaF(0.9F);
    const QRectF box(left, y, width, pixels + 6.0);
    painter.fillRect(box, ground);
    painter.setPen(theme.accent);
    painter.drawText(box, Qt::AlignCenter, text);
  };
  if (const auto selection = view.selection();
      selection && selection->end > axis.range.begin && selection->begin < axis.range.end) {
    const double left = std::max(axis.x(selection->begin), plot.left());
    const double right = std::min(axis.x(selection->end), plot.right());
    painter.fillRect(QRectF(left, plot.top(), std::max(1.0, right - left), plot.height()), theme.selection);
    painter.setPen(QPen(theme.accent, 1));
    painter.drawLine(QPointF(left, plot.top()), QPointF(left, plot.bottom()));
    painter.drawLine(QPointF(right, plot.top()), QPointF(right, plot.bottom()));
    if (plot.height() > 60) label(selection_text(*selection, axis.pixel()), left + 4, plot.bottom() - pixels - 10);
  }
  for (std::size_t which = 0; which < 2; ++which) {
    const auto at = view.marker(which);
    if (!at || *at < axis.range.begin || *at > axis.range.end) continue;
    const double x = axis.x(*at);
    QPen pen(theme.accent, 1.5, Qt::DotLine);
    painter.setPen(pen);
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    QString text = which == 0 ? QStringLiteral("A") : QStringLiteral("B");
    if (which == 1 && view.marker(0)) text += QStringLiteral("  Δ ") + text_of(*at - *view.marker(0));
    label(text, x + 2, plot.top() + pixels + 12);
  }
  painter.restore();
}

}  // namespace spawnpoint::gui
