// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/timeline_hover.hpp"

#include <QPainter>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "gui/text/to_qstring.hpp"
#include "gui/time/hover.hpp"
#include "gui/time/mark_text.hpp"
#include "gui/time/state_words.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// "running 12.5%, waiting 80.0%"
QString shares(const CellGrid& grid) {
  QStringList parts;
  for (std::size_t k = 0; k < kStackedStates; ++k) {
    const double share = static_cast<double>(grid.row(0, k)[0]) * 100;
    if (share <= 0) continue;
    // All with the same digits, or they would not make 100 together.
    const QString amount = share < 0.1      ? QStringLiteral("<0.1")
                           : share >= 99.95 ? QStringLiteral("100")
                                            : QString::number(share, 'f', 1);
    parts += QStringLiteral("%1 %2%").arg(to_qstring(to_string(kStacked[k])), amount);
  }
  return parts.join(QStringLiteral(", "));
}

/// Failure points and marks some pixels around.
QStringList failures_near(const TimelineData& data, std::size_t first, std::size_t rows, const TimeAxis& axis,
                          double x) {
  constexpr double kNear = 6;
  QStringList lines;
  std::size_t failed = 0;
  JobId one = kNoJob;
  for (const Failure& failure : data.failures()) {
    if (failure.row < first || failure.row >= first + rows || std::abs(axis.x(failure.at) - x) > kNear) continue;
    ++failed;
    one = failure.job;
  }
  if (failed == 1) lines += QStringLiteral("✕ %1 failed").arg(to_qstring(format_job(one)));
  if (failed > 1)
    lines += QStringLiteral("✕ %1 failed").arg(to_qstring(format_count(static_cast<std::int64_t>(failed), "job")));
  for (const Mark& mark : data.trace().marks) {
    if (std::abs(axis.x(mark.at) - x) <= kNear)
      lines += QStringLiteral("✕ %1 at %2").arg(mark_text(mark), text_of(mark.at, axis.pixel()));
  }
  return lines;
}

}  // namespace

QString hover_text(const TimelineData& data, const std::string& concurrency, const RowLayout& layout,
                   const TimeAxis& axis, const QRectF& plot, const QPointF& point) {
  if (!plot.contains(point)) return {};
  const std::size_t row = layout.row_at(point.y() - plot.top());
  const Instant at = axis.time(point.x());
  if (row >= layout.rows) return failures_near(data, 0, 0, axis, point.x()).join(u'\n');

  const std::size_t per_band = layout.rows_per_band();
  const std::size_t first = row / per_band * per_band;
  const std::size_t count = std::min(per_band, layout.rows - first);
  QStringList lines = failures_near(data, first, count, axis, point.x());
  if (layout.gathers() && count > 1) {
    const CellGrid grid = data.cells({first, count, count, {at, at + axis.pixel()}, 1});
    const QString name =
        QStringLiteral("%1 – %2").arg(to_qstring(row_name(data, first)), to_qstring(row_name(data, first + count - 1)));
    const QString what = shares(grid);
    lines += what.isEmpty() ? name : name + QStringLiteral(": ") + what;
    lines += text_of(at, axis.pixel());
    return lines.join(u'\n');
  }
  const auto segment = data.segment_at(row, at);
  if (!segment) {
    if (!lines.isEmpty()) lines.prepend(to_qstring(row_name(data, row)));
    return lines.join(u'\n');
  }
  const Duration exact = std::min(axis.pixel(), std::max<Duration>((segment->end - segment->begin) / 100, Duration(1)));
  const QString time =
      QStringLiteral("%1 – %2 (%3)")
          .arg(text_of(segment->begin, exact), text_of(segment->end, exact), text_of(segment->end - segment->begin));
  if (data.mode() == TimelineRows::cores) {
    QString turn = QStringLiteral("%1: %2").arg(to_qstring(row_name(data, row)), turn_name(*segment));
    if (segment->job != kNoJob) turn += QStringLiteral(" with ") + to_qstring(format_job(segment->job));
    return (lines << turn << time).join(u'\n');
  }
  QString place = to_qstring(format_job(segment->job));
  if (lane_having(segment->state, segment->lane) != kNoLane)
    place += QStringLiteral(" on ") + to_qstring(format_lane(segment->lane));
  lines += QStringLiteral("%1: %2").arg(place, to_qstring(to_string(segment->state)));
  if (const QString reason = state_reason(segment->state, concurrency); !reason.isEmpty()) lines += reason;
  lines += time;
  if (data.overlaps(row)) {
    const CellGrid grid = data.cells({row, 1, 1, {at, at + axis.pixel()}, 1});
    lines += QStringLiteral("and others: ") + shares(grid);
  }
  return lines.join(u'\n');
}

}  // namespace spawnpoint::gui
