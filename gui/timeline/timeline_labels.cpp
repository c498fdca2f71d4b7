// SPDX-License-Identifier: GPL-3.0-or-later
// What is beside and over a timeline's plot: names of rows, times, marks, and whose timeline it is.
#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <optional>

#include "gui/charts/label_room.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/mark_text.hpp"
#include "gui/timeline/bands.hpp"
#include "gui/timeline/timeline_picture.hpp"

namespace spawnpoint::gui {
namespace {

constexpr double kWorldLine = 26;  ///< The sample of a world's lines, after its name.
constexpr double kAroundLine = 8;

/// The row that a mark is of, or the band that has it.
struct MarkRow {
  bool has_cross = false;        ///< The plot draws it, as a job failed there.
  std::optional<double> middle;  ///< From the plot's top; nothing: it is not seen.
};

/// Nothing: the mark is of the whole process, or its rows are others than this timeline's.
std::optional<MarkRow> row_of(const Mark& mark, const TimelineScene& scene) {
  if (!scene.data) return std::nullopt;
  const TimelineData& data = *scene.data;
  MarkRow of;
  std::size_t row = 0;
  const auto failed = std::ranges::find(data.failures(), mark.job, &Failure::job);
  if (failed != data.failures().end()) {
    of.has_cross = true;
    row = failed->row;
  } else if (mark.kind == MarkKind::failure && mark.lane != kNoLane && data.mode() == TimelineRows::threads) {
    row = mark.lane + (data.has_queue_row() ? 1 : 0);
  } else {
    return std::nullopt;
  }
  const std::size_t per_band = scene.layout.rows_per_band();
  const Band place = band_place(scene.layout, row / per_band * per_band, per_band, 1);
  const double top = std::max<double>(place.top, 0);
  const double bottom = std::min<double>(place.top + place.height, scene.layout.height);
  if (top < bottom) of.middle = (top + bottom) / 2;
  return of;
}

// As wide as the wider name, so that both worlds' headers line up.
double name_width(const Theme& theme, int pixels) {
  return QFontMetricsF(theme.font(pixels, true)).horizontalAdvance(world_name(WorldKind::modeled));
}

}  // namespace

QString fitting_parts(const QString& summary, const QFontMetricsF& metrics, double width) {
  if (metrics.horizontalAdvance(summary) <= width) return summary;
  QStringList parts = summary.split(kPartsApart.toString());
  while (parts.size() > 1) {
    parts.removeLast();
    const QString shorter = parts.join(kPartsApart) + kPartsApart.toString() + QStringLiteral("…");
    if (metrics.horizontalAdvance(shorter) <= width) return shorter;
  }
  return metrics.elidedText(parts.first(), Qt::ElideRight, width);
}

QStringList wrapped_parts(const QString& summary, const QFontMetricsF& metrics, const std::vector<double>& widths) {
  QStringList lines;
  QStringList left = summary.split(kPartsApart.toString());
  for (std::size_t line = 0; line + 1 < widths.size() && !left.isEmpty(); ++line) {
    qsizetype fitting = left.size();
    while (fitting > 0 && metrics.horizontalAdvance(left.first(fitting).join(kPartsApart)) > widths[line]) --fitting;
    // Where not even the first fits, it is cut in this line rather than pushed out of sight.
    if (fitting == 0) break;
    lines += left.first(fitting).join(kPartsApart);
    left = left.mid(fitting);
  }
  if (!left.isEmpty() && !widths.empty())
    lines += fitting_parts(left.join(kPartsApart), metrics, widths[static_cast<std::size_t>(lines.size())]);
  return lines;
}

std::vector<RowName> row_names(const TimelineScene& scene, double height, int pixels) {
  std::vector<RowName> names;
  if (!scene.data || scene.layout.row_height <= 0) return names;
  const RowLayout& layout = scene.layout;
  // Names of neighbours keep apart; bands are named by their first row.
  const double apart = pixels + 3.0;
  const std::size_t step_rows = layout.rows_per_band();
  const double step_height = static_cast<double>(step_rows) * layout.row_height;
  const auto every =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(apart / step_height - 1e-9))) * step_rows;
  const std::size_t end = layout.first_row() + layout.visible_rows();
  // Threads are named by round numbers: with the queue before them, each has the next row.
  const bool queued = scene.data->has_queue_row();
  const bool named_later = queued && every > 1 && !layout.gathers();
  for (std::size_t step = layout.first_row() / every * every; step < end; step += every) {
    const std::size_t row = step > 0 && named_later ? step + 1 : step;
    if (row >= end) break;
    const double box = layout.gathers() || layout.row_height < apart ? apart : layout.row_height;
    double top = layout.top(row);
    // A name that is higher than its row stays beside the plot, at its edges too.
    constexpr double kEdge = 2;
    if (!layout.gathers() && box > layout.row_height && top >= 0)
      top = std::max(top + (layout.row_height - box) / 2, -kEdge);
    if (top < -kEdge || top + box > height + kEdge) continue;
    QString name = to_qstring(row_name(*scene.data, row));
    if (queued && layout.gathers() && row == 0 && layout.rows > 1)
      name += QStringLiteral(", ") + to_qstring(row_name(*scene.data, 1));
    names.push_back({top, box, name});
  }
  return names;
}

void paint_row_names(QPainter& painter, const TimelineScene& scene, const QRectF& where, int pixels) {
  painter.save();
  const QFont font = scene.theme.font(pixels);
  painter.setFont(font);
  painter.setPen(scene.theme.muted);
  const QFontMetricsF metrics(font);
  for (const RowName& name : row_names(scene, where.height(), pixels))
    painter.drawText(QRectF(where.left(), where.top() + name.top, where.width(), name.height),
                     Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(name.text, Qt::ElideRight, where.width()));
  painter.restore();
}

void paint_missing_rows(QPainter& painter, const TimelineScene& scene, const QRectF& where, int pixels) {
  const QString words = scene.data ? missing_rows(*scene.data, scene.world) : QString();
  if (words.isEmpty()) return;
  painter.save();
  painter.setFont(scene.theme.font(pixels + 1));
  QRectF place = where.adjusted(8, 4, -8, -4);
  if (scene.data->rows() > 0) {
    const QSizeF size = QFontMetricsF(painter.font()).boundingRect(place, Qt::TextWordWrap, words).size();
    place = QRectF(place.bottomRight() - QPointF(size.width(), size.height()), size);
    painter.fillRect(place.adjusted(-4, -2, 4, 2), scene.theme.base);
  }
  painter.setPen(scene.theme.muted);
  painter.drawText(place, Qt::AlignCenter | Qt::TextWordWrap, words);
  painter.restore();
}

void paint_time_ticks(QPainter& painter, const Theme& theme, const TimeAxis& axis, const QRectF& where, bool labels,
                      int pixels) {
  if (!labels) return;
  painter.save();
  const QFont font = theme.font(pixels);
  painter.setFont(font);
  const QFontMetricsF metrics(font);
  for (const Tick& tick : ticks(axis, kTickSpacing)) {
    const double x = axis.x(tick.at);
    painter.setPen(QPen(theme.frame, 1));
    painter.drawLine(QPointF(x, where.bottom()), QPointF(x, where.bottom() + 3));
    const QString text = to_qstring(tick.label);
    const double width = metrics.horizontalAdvance(text) + 2;
    const double left = std::clamp(x - width / 2, where.left() - 30, where.right() + 16 - width);
    painter.setPen(theme.muted);
    painter.drawText(QRectF(left, where.bottom() + 4, width, pixels + 4.0), Qt::AlignHCenter | Qt::AlignTop, text);
  }
  painter.restore();
}

void paint_marks(QPainter& painter, const TimelineScene& scene, const TimeAxis& axis, const std::vector<Mark>& marks,
                 const QRectF& where, int pixels) {
  const Theme& theme = scene.theme;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme.font(pixels, true));
  const QFontMetricsF metrics(painter.font());
  const auto seen = [&](const Mark& mark) { return mark.at >= axis.range.begin && mark.at <= axis.range.end; };
  const auto color = [&](const Mark& mark) { return is_failure(mark) ? theme.failure : theme.muted; };
  const double height = pixels * 1.6;
  constexpr double kAbove = 2;
  constexpr double kCross = 5;
  double first = kAbove;  ///< Where words begin: at the first row that has a failure, else at the top.
  std::vector<std::optional<MarkRow>> rows;
  for (const Mark& mark : marks) {
    rows.push_back(seen(mark) && is_failure(mark) ? row_of(mark, scene) : std::nullopt);
    if (first == kAbove && rows.back() && rows.back()->middle)
      first = std::clamp(*rows.back()->middle - height / 2, kAbove, std::max(kAbove, where.height() - height));
  }
  const double middle = where.top() + first + height / 2;
  LabelRoom room(where, LabelRoom::From::top, first);
  // All of an ✕ is within the plot.
  const auto cross_at = [&](double x) {
    const double reach = cross_reach(kCross);
    return std::clamp(x, where.left() + reach, std::max(where.left() + reach, where.right() - reach));
  };
  for (const Mark& mark : marks) {
    if (!seen(mark)) continue;
    const double x = axis.x(mark.at);
    QPen pen(color(mark), 1.2);
    pen.setDashPattern({5, 3});
    painter.setPen(pen);
    painter.drawLine(QPointF(x, where.top()), QPointF(x, where.bottom()));
    room.add_line({x, where.top(), x, where.bottom()});
    if (is_failure(mark)) room.add(QRectF(cross_at(x) - kCross, middle - kCross, 2 * kCross, 2 * kCross));
  }
  // One failure may have several marks, as where a refusal leads to an abort: its words are there once.
  constexpr double kSamePlace = 40;
  QString last_text;
  double last_x = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Mark& mark = marks[i];
    if (!seen(mark) || (rows[i] && !rows[i]->middle)) continue;
    const double x = is_failure(mark) ? cross_at(axis.x(mark.at)) : axis.x(mark.at);
    if (is_failure(mark) && !(rows[i] && rows[i]->has_cross))
      paint_cross(painter, theme, {x, rows[i] ? where.top() + *rows[i]->middle : middle}, kCross);
    if (mark_text(mark) == last_text && std::abs(x - last_x) <= kSamePlace) continue;
    last_text = mark_text(mark);
    last_x = x;
    const double reach = is_failure(mark) ? kCross : 0;
    // On the side where there is more room.
    constexpr double kAround = 14;
    const double free = std::max(x - where.left(), where.right() - x) - reach - kAround;
    const QString text = metrics.elidedText(mark_text(mark), Qt::ElideRight, free);
    const auto place = room.take({x - reach, x + reach, {QSizeF(metrics.horizontalAdvance(text) + 6, height)}});
    if (place) {
      QColor ground = theme.base;
      ground.setAlphaF(0.88F);
      painter.fillRect(place->where, ground);
      painter.setPen(is_failure(mark) ? theme.failure_text : color(mark));
      painter.drawText(place->where.adjusted(3, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text);
    }
  }
  painter.restore();
}

double world_header_indent(const Theme& theme, int pixels) {
  return name_width(theme, pixels) + kAroundLine + kWorldLine + kAroundLine + 2;
}

void paint_world_header(QPainter& painter, const Theme& theme, WorldKind world, const QString& words,
                        const QRectF& where, int pixels) {
  painter.save();
  painter.setFont(theme.font(pixels, true));
  painter.setPen(theme.text);
  const double wide = name_width(theme, pixels);
  painter.drawText(QRectF(where.left(), where.top(), wide + 2, where.height()), Qt::AlignLeft | Qt::AlignVCenter,
                   world_name(world));
  const double line = where.left() + wide + kAroundLine;
  const double y = std::round(where.center().y());
  painter.setPen(theme.pen(world, theme.text, 2));
  painter.drawLine(QPointF(line, y), QPointF(line + kWorldLine, y));
  const QFont plain = theme.font(pixels);
  painter.setFont(plain);
  painter.setPen(theme.muted);
  const double first = where.left() + world_header_indent(theme, pixels);
  const QRectF rest(first, where.top(), std::max(0.0, where.right() - first), where.height());
  painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, words);
  painter.restore();
}

void paint_cross(QPainter& painter, const Theme& theme, const QPointF& center, double radius) {
  const double r = radius * 0.8;
  const QLineF strokes[] = {{center + QPointF(-r, -r), center + QPointF(r, r)},
                            {center + QPointF(-r, r), center + QPointF(r, -r)}};
  for (const auto& [color, width] : {std::pair(theme.base, radius * 0.95), std::pair(theme.failure, radius * 0.45)}) {
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap));
    painter.drawLines(strokes, 2);
  }
}

}  // namespace spawnpoint::gui
