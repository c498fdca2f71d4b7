// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/map/map_key.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/map/map_picture.hpp"

namespace spawnpoint::gui {
namespace {

constexpr double kLine = kMapTextLine;
constexpr double kSample = 30;  ///< A piece of the line with its glyph, before the name.
constexpr double kGap = 14;     ///< Between two columns, and between a name and its line's end.
constexpr double kBelow = 5;    ///< Below an end that has a row of its own, so that it is its own name's.

}  // namespace

int map_glyph(int style) {
  // Where the colours begin anew the glyphs do not, so that no two lines have both in common.
  constexpr int kGlyphs = 6;
  return (style + style / kMapColors) % kGlyphs;
}

void paint_map_glyph(QPainter& painter, const Theme& theme, int style, const QPointF& at, double size, bool filled) {
  const QColor color = map_color(theme, style);
  painter.setPen(QPen(color, 1.4));
  painter.setBrush(filled ? color : theme.base);
  const double r = size / 2;
  switch (map_glyph(style)) {
    case 0:
      painter.drawEllipse(at, r, r);
      break;
    case 1:
      painter.drawRect(QRectF(at.x() - r, at.y() - r, size, size));
      break;
    case 2:
      painter.drawPolygon(QPolygonF({{at.x(), at.y() - r}, {at.x() + r, at.y() + r}, {at.x() - r, at.y() + r}}));
      break;
    case 3:
      painter.drawPolygon(
          QPolygonF({{at.x(), at.y() - r}, {at.x() + r, at.y()}, {at.x(), at.y() + r}, {at.x() - r, at.y()}}));
      break;
    case 4:
      painter.drawPolygon(QPolygonF({{at.x(), at.y() + r}, {at.x() + r, at.y() - r}, {at.x() - r, at.y() - r}}));
      break;
    default:
      painter.drawLine(at - QPointF(r, 0), at + QPointF(r, 0));
      painter.drawLine(at - QPointF(0, r), at + QPointF(0, r));
      break;
  }
}

MapKey::MapKey(const MapContent& content, const Theme& theme, double width) : theme_(theme) {
  const QFontMetricsF metrics(theme.font(kMapText));
  double names = 0, ends = 0;
  for (const MapLine& line : content.lines) {
    if (line.items.empty()) continue;
    entries_.push_back({line.style, line.name, line.end, {}});
    names = std::max(names, metrics.horizontalAdvance(line.name));
    ends = std::max(ends, metrics.horizontalAdvance(line.end));
  }
  if (entries_.empty()) return;
  width -= 2 * kMargin;
  const double in_one_row = kSample + names + (ends > 0 ? kGap + ends : 0);
  end_below_ = in_one_row > width;
  const double wide = std::min(width, end_below_ ? kSample + std::max(names, ends) : in_one_row);
  const auto height_of = [&](const Entry& entry) {
    if (!end_below_) return kLine;
    const QRectF room(0, 0, wide - kSample, 1000);
    return kLine + kBelow +
           (entry.end.isEmpty() ? 0 : metrics.boundingRect(room, Qt::TextWordWrap, entry.end).height());
  };
  const auto count = static_cast<int>(entries_.size());
  const int columns = std::clamp(static_cast<int>((width + kGap) / (wide + kGap)), 1, count);
  const int rows = (count + columns - 1) / columns;
  for (int row = 0; row < rows; ++row) {
    double high = 0;
    for (int i = row; i < count; i += rows) high = std::max(high, height_of(entries_[static_cast<std::size_t>(i)]));
    for (int i = row; i < count; i += rows)
      entries_[static_cast<std::size_t>(i)].where =
          QRectF(kMargin + (i / rows) * (wide + kGap), kMargin + height_, wide, high);
    height_ += high;
  }
  if (std::ranges::none_of(entries_, [](const Entry& entry) { return entry.style >= kMapColors; })) return;
  note_ =
      QStringLiteral("Colours begin again after %1 lines: the marks on the lines tell those apart.").arg(kMapColors);
  const QRectF room(kMargin, kMargin + height_, width, 1000);
  note_place_ = QRectF(room.topLeft(), metrics.boundingRect(room, Qt::TextWordWrap, note_).size());
  height_ += note_place_.height();
}

std::vector<QRectF> MapKey::places(const QPointF& corner) const {
  std::vector<QRectF> places;
  for (const Entry& entry : entries_) places.push_back(entry.where.translated(corner));
  return places;
}

void MapKey::paint(QPainter& painter, const QPointF& corner) const {
  const QFont font = theme_.font(kMapText);
  const QFontMetricsF metrics(font);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(font);
  painter.setPen(theme_.muted);
  painter.drawText(QRectF(note_place_.translated(corner).topLeft(), note_place_.size() + QSizeF(2, 2)),
                   Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, note_);
  for (const Entry& entry : entries_) {
    const QRectF where = entry.where.translated(corner);
    const double middle = where.top() + kLine / 2;
    const QColor color = map_color(theme_, entry.style);
    painter.setPen(theme_.pen(WorldKind::modeled, color, 1.6));
    painter.drawLine(QPointF(where.left(), middle), QPointF(where.left() + kSample - 6, middle));
    paint_map_glyph(painter, theme_, entry.style, QPointF(where.left() + (kSample - 6) / 2, middle), kMapGlyph, false);
    painter.setPen(color);
    const QRectF name(where.left() + kSample, where.top(), where.width() - kSample, kLine);
    painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter, entry.name);
    painter.setPen(theme_.failure_text);
    const double beside = metrics.horizontalAdvance(entry.name) + kGap;
    if (end_below_)
      painter.drawText(where.adjusted(kSample, kLine, 0, 0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
                       entry.end);
    else
      painter.drawText(name.adjusted(beside, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, entry.end);
  }
  painter.restore();
}

}  // namespace spawnpoint::gui
