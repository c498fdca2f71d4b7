// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/map/map_picture.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <array>
#include <cmath>

#include "gui/charts/value_axis.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kText = kMapText;
constexpr double kLine = kMapTextLine;
constexpr double kLeft = 74;
constexpr double kTop = 26;
constexpr double kBottom = 40;
constexpr double kRight = 14;  ///< Where no names are there.
constexpr double kReach = 16;
constexpr double kFailingRow = 12;

struct TimeTick {
  double seconds;
  const char* label;
};
// Steps of about ten, but where a person would say minutes, hours, days or years.
constexpr TimeTick kTimes[] = {{1e-9, "1 ns"},
                               {1e-8, "10 ns"},
                               {1e-7, "100 ns"},
                               {1e-6, "1 µs"},
                               {1e-5, "10 µs"},
                               {1e-4, "100 µs"},
                               {1e-3, "1 ms"},
                               {1e-2, "10 ms"},
                               {0.1, "100 ms"},
                               {1, "1 s"},
                               {10, "10 s"},
                               {60, "1 min"},
                               {600, "10 min"},
                               {3600, "1 h"},
                               {36000, "10 h"},
                               {86400, "1 day"},
                               {864000, "10 days"},
                               {8640000, "100 days"},
                               {31557600, "1 year"},
                               {315576000, "10 years"},
                               {3155760000, "100 years"}};

QString count_label(double value) {
  static constexpr std::pair<double, const char*> kUnits[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [unit, letter] : kUnits) {
    if (value >= unit * 0.999) return QString::number(value / unit, 'g', 4) + QLatin1String(letter);
  }
  return QString::number(value, 'g', 4);
}

/// A round step for about `wanted` ticks.
double round_step(double span, int wanted) {
  const double least = span / std::max(1, wanted);
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (power * times >= least * (1 - 1e-9)) return power * times;
  }
  return power * 10;
}

}  // namespace

QColor map_color(const Theme& theme, int style) {
  return theme.map[static_cast<std::size_t>(style) % theme.map.size()];
}

MapPicture::MapPicture(const MapContent& content, MapValue value, const Theme& theme, const QRectF& area,
                       MapNames names)
    : content_(content), value_(value), theme_(theme), area_(area) {
  const auto lay_plot = [&](double right, double bottom) {
    plot_ = area.adjusted(kLeft, kTop, -right, -kBottom - bottom);
    if (plot_.width() < 40 || plot_.height() < 40) plot_.setSize(QSizeF(40, 40).expandedTo(plot_.size()));
  };
  double least = INFINITY, most = 0;
  // What fails at once is no measure for what goes well.
  const bool any_goes_well = std::ranges::any_of(content.lines, [](const MapLine& line) {
    return std::ranges::any_of(line.items, [](const MapItem& item) { return item.kind != MapItem::Kind::end; });
  });
  for (std::size_t line = 0; line < content.lines.size(); ++line) {
    for (const MapItem& item : content.lines[line].items) {
      if (is_in_failing_row(content, item) && (failing_.empty() || failing_.back() != line)) failing_.push_back(line);
      if (any_goes_well && item.kind == MapItem::Kind::end) continue;
      const double v = value_of(item, value);
      const double around = interval_of(item, value);
      if (v > 0) least = std::min(least, v > around ? v - around : v);
      most = std::max(most, v + around);
    }
  }
  if (most <= 0) least = most = 1;
  // Lines that are flat (all take one second) are drawn in the middle of the plot, not on its frame.
  low_ = least / 2.2;
  high_ = most * 2.2;
  if (names == MapNames::none) {
    lay_plot(kRight, 0);
    return;
  }
  const QFontMetricsF metrics(theme.font(kText));
  double longest = 0;
  for (const MapLine& line : content.lines) longest = std::max(longest, metrics.horizontalAdvance(line.name));
  lay_plot(std::clamp(longest + 22, 40.0, area.width() * 0.32), 0);
  lay_labels();
  // Colours that several lines have are told apart by the key, which has their marks too.
  const bool shares_colors =
      std::ranges::any_of(content.lines, [](const MapLine& of) { return of.style >= kMapColors; });
  if (names == MapNames::beside || (!crowded_ && !shares_colors)) return;
  MapKey key(content, theme, area.width());
  if (!key.fits(area.height())) {
    height_for_names_ = key.least_height();
    // What is pointed at tells its name.
    std::erase_if(labels_, [](const Label& label) { return label.covers; });
    return;
  }
  labels_.clear();
  lay_plot(kRight, key.height());
  key_.emplace(std::move(key));
}

QPointF MapPicture::key_corner() const {
  return {area_.left(), area_.bottom() - key_->height()};
}

double MapPicture::x(double value) const {
  const MapAxis& axis = content_.x;
  double part = 0.5;
  if (axis.logarithmic)
    part = std::log(value / axis.low) / std::log(axis.high / axis.low);
  else if (axis.high > axis.low)
    part = (value - axis.low) / (axis.high - axis.low);
  // Some space at both ends, so that no glyph is on the frame.
  constexpr double kAir = 0.02;
  return plot_.left() + plot_.width() * (kAir + std::clamp(part, 0.0, 1.0) * (1 - 2 * kAir));
}

double MapPicture::failing_height() const {
  return std::min(static_cast<double>(failing_.size()) * kFailingRow, plot_.height() / 3);
}

double MapPicture::failing_row(std::size_t line) const {
  const auto row = static_cast<double>(std::ranges::find(failing_, line) - failing_.begin());
  return plot_.bottom() - failing_height() * (1 - (row + 0.5) / static_cast<double>(failing_.size()));
}

double MapPicture::y(double value) const {
  const double part = std::log(std::max(value, low_) / low_) / std::log(high_ / low_);
  const double bottom = plot_.bottom() - failing_height();
  return bottom - (bottom - plot_.top()) * std::clamp(part, 0.0, 1.0);
}

QPointF MapPicture::at(const MapPlace& place) const {
  const MapItem& item = content_.lines[place.line].items[place.item];
  return {x(item.x), is_in_failing_row(content_, item) ? failing_row(place.line) : y(value_of(item, value_))};
}

std::optional<MapPlace> MapPicture::nearest(const QPointF& position) const {
  std::optional<MapPlace> best;
  double distance = kReach;
  for (std::size_t line = 0; line < content_.lines.size(); ++line) {
    for (std::size_t item = 0; item < content_.lines[line].items.size(); ++item) {
      const QPointF away = at({line, item}) - position;
      const double here = std::hypot(away.x(), away.y());
      if (here >= distance) continue;
      distance = here;
      best = MapPlace{line, item};
    }
  }
  return best;
}

std::vector<MapPicture::Tick> MapPicture::x_ticks() const {
  const MapAxis& axis = content_.x;
  std::vector<Tick> ticks;
  const auto add = [&](double value, const QString& label) {
    if (value >= axis.low * (1 - 1e-9) && value <= axis.high * (1 + 1e-9)) ticks.push_back({value, label});
  };
  if (axis.unit == MapAxis::Unit::names) {
    for (qsizetype i = 0; i < static_cast<qsizetype>(axis.names.size()); ++i)
      add(static_cast<double>(i + 1), axis.names[static_cast<std::size_t>(i)]);
    return ticks;
  }
  const auto label = [&](double value) {
    if (axis.unit == MapAxis::Unit::bytes) return to_qstring(format_bytes(Bytes{std::llround(value)}));
    if (axis.unit == MapAxis::Unit::seconds) return to_qstring(format_duration(Duration(std::llround(value * 1e9))));
    return count_label(value);
  };
  if (axis.logarithmic && axis.unit == MapAxis::Unit::bytes) {
    for (double value = std::exp2(std::ceil(std::log2(axis.low))); value <= axis.high * 1.001; value *= 2)
      add(value, label(value));
  } else if (axis.logarithmic) {
    for (double value = std::pow(10, std::ceil(std::log10(axis.low) - 1e-9)); value <= axis.high * 1.001; value *= 10)
      add(value, label(value));
  } else if (axis.high > axis.low) {
    const int most = std::max(1, static_cast<int>(plot_.width() / 90));
    const double length = axis.high - axis.low;
    // Sizes are round in powers of two.
    const double step =
        axis.unit == MapAxis::Unit::bytes ? std::exp2(std::ceil(std::log2(length / most))) : round_step(length, most);
    for (double value = std::ceil(axis.low / step - 1e-9) * step; value <= axis.high + step * 1e-9; value += step)
      add(value, label(value));
  } else {
    add(axis.low, label(axis.low));
  }
  return ticks;
}

std::vector<MapPicture::Tick> MapPicture::y_ticks() const {
  std::vector<Tick> ticks;
  if (value_ == MapValue::memory) {
    const ValueAxis axis = value_axis(ChartUnit::bytes, true, low_, high_, static_cast<int>(plot_.height() / 42));
    for (const ValueTick& tick : axis.ticks) {
      if (tick.value >= low_ && tick.value <= high_) ticks.push_back({tick.value, to_qstring(tick.label)});
    }
    return ticks;
  }
  for (const TimeTick& tick : kTimes) {
    if (tick.seconds >= low_ && tick.seconds <= high_) ticks.push_back({tick.seconds, QString::fromUtf8(tick.label)});
  }
  if (ticks.size() >= 2) return ticks;
  // Within less than a decade there may be none of these.
  ticks.clear();
  const double step = round_step(high_ - low_, 4);
  for (double value = std::ceil(low_ / step) * step; value <= high_; value += step)
    ticks.push_back({value, to_qstring(format_duration(Duration(std::llround(value * 1e9))))});
  return ticks;
}

void MapPicture::paint(QPainter& painter, const std::optional<MapPlace>& marked) const {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  paint_axes(painter);
  for (std::size_t line = 0; line < content_.lines.size(); ++line) paint_line(painter, line);
  // Where a line ends is on top of all others.
  for (std::size_t line = 0; line < content_.lines.size(); ++line) {
    for (std::size_t item = 0; item < content_.lines[line].items.size(); ++item) {
      const MapItem& of = content_.lines[line].items[item];
      const QPointF here = at({line, item});
      if (is_in_failing_row(content_, of))
        paint_cross(painter, here, kMapRowCross, map_color(theme_, content_.lines[line].style));
      else if (of.kind == MapItem::Kind::end)
        paint_cross(painter, here, kMapCross, theme_.failure);
      if (of.fails_at_times) paint_cross(painter, here, kMapSmallCross, theme_.failure);
    }
  }
  paint_labels(painter);
  if (key_) key_->paint(painter, key_corner());
  if (marked && marked->line < content_.lines.size() && marked->item < content_.lines[marked->line].items.size()) {
    const QPointF here = at(*marked);
    painter.setPen(QPen(theme_.crosshair, 1, Qt::DotLine));
    painter.drawLine(QPointF(here.x(), plot_.top()), QPointF(here.x(), plot_.bottom()));
    painter.drawLine(QPointF(plot_.left(), here.y()), QPointF(plot_.right(), here.y()));
    const MapLine& line = content_.lines[marked->line];
    paint_map_glyph(painter, theme_, line.style, here, kMapGlyph + 4, true);
    if (line.items[marked->item].kind == MapItem::Kind::end) paint_cross(painter, here, kMapCross + 1, theme_.failure);
  }
  painter.restore();
}

void MapPicture::paint_labels(QPainter& painter) const {
  painter.setFont(theme_.font(kText));
  // First what leads to them, which may pass below another one.
  painter.setPen(QPen(theme_.frame, 1));
  for (const Label& label : labels_) {
    if (label_distance(label.anchor, label.where) <= kLine) continue;
    const bool to_the_left = label.where.right() < label.anchor.x();
    painter.drawLine(label.anchor, QPointF(to_the_left ? label.where.right() + 2 : label.where.left() - 2,
                                           label.where.top() + kLine / 2));
  }
  for (const Label& label : labels_) {
    const QColor color = map_color(theme_, content_.lines[label.line].style);
    QColor behind = theme_.base;
    behind.setAlpha(225);
    painter.fillRect(label.where, behind);
    painter.setPen(color);
    painter.drawText(QRectF(label.where.left() + 2, label.where.top(), label.where.width(), kLine),
                     Qt::AlignLeft | Qt::AlignVCenter, label.name);
    if (label.end.isEmpty()) continue;
    painter.setPen(theme_.failure_text);
    painter.drawText(QRectF(label.where.left() + 2, label.where.top() + kLine, label.where.width(), kLine),
                     Qt::AlignLeft | Qt::AlignVCenter, label.end);
  }
}

void MapPicture::paint_axes(QPainter& painter) const {
  const QFont plain = theme_.font(kText);
  const QFontMetricsF metrics(plain);
  painter.setFont(theme_.font(kText + 1, true));
  painter.setPen(theme_.text);
  painter.drawText(QRectF(area_.left() + 8, area_.top() + 2, area_.width() - 16, kTop - 6),
                   Qt::AlignLeft | Qt::AlignVCenter,
                   value_ == MapValue::time ? QStringLiteral("Completion time")
                                            : QStringLiteral("Memory: resident and the kernel's"));
  painter.setFont(plain);
  double last = -INFINITY;
  for (const Tick& tick : x_ticks()) {
    const double here = std::round(x(tick.value)) + 0.5;
    painter.setPen(QPen(theme_.grid, 1));
    painter.drawLine(QPointF(here, plot_.top()), QPointF(here, plot_.bottom()));
    const double half = metrics.horizontalAdvance(tick.label) / 2 + 3;
    if (here - half < last) continue;
    last = here + half;
    painter.setPen(theme_.muted);
    painter.drawText(QRectF(here - half, plot_.bottom() + 4, 2 * half, kLine), Qt::AlignCenter, tick.label);
  }
  double above = INFINITY;
  for (const Tick& tick : y_ticks()) {
    const double here = std::round(y(tick.value)) + 0.5;
    painter.setPen(QPen(theme_.grid, 1));
    painter.drawLine(QPointF(plot_.left(), here), QPointF(plot_.right(), here));
    if (here > above - kLine) continue;
    above = here;
    painter.setPen(theme_.muted);
    painter.drawText(QRectF(area_.left(), here - kLine / 2, kLeft - 6, kLine), Qt::AlignRight | Qt::AlignVCenter,
                     tick.label);
  }
  painter.setPen(theme_.muted);
  painter.drawText(QRectF(plot_.left(), plot_.bottom() + 4 + kLine, plot_.width(), kBottom - kLine - 4),
                   Qt::AlignHCenter | Qt::AlignVCenter, content_.x.title);
  paint_failing_rows(painter);
  painter.setPen(QPen(theme_.frame, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(QRectF(plot_.toRect()).adjusted(-0.5, -0.5, 0.5, 0.5));
}

void MapPicture::paint_failing_rows(QPainter& painter) const {
  if (failing_.empty()) return;
  const double top = std::round(plot_.bottom() - failing_height()) + 0.5;
  painter.setPen(QPen(theme_.frame, 1));
  painter.drawLine(QPointF(plot_.left(), top), QPointF(plot_.right(), top));
  painter.setPen(theme_.failure_text);
  painter.drawText(QRectF(area_.left(), (top + plot_.bottom() - kLine) / 2, kLeft - 6, kLine),
                   Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("fails"));
}

void MapPicture::paint_line(QPainter& painter, std::size_t number) const {
  const MapLine& line = content_.lines[number];
  const QColor color = map_color(theme_, line.style);
  QPen pen = theme_.pen(WorldKind::modeled, color, 1.6);
  // Lines that lie on each other share it dash by dash.
  pen.setDashOffset(static_cast<double>(line.style % 3) * 2.2);
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  QPainterPath path;
  for (std::size_t i = 0; i < line.items.size(); ++i) {
    const QPointF here = at({number, i});
    // Over a point that is not there yet, or fails, no line is drawn.
    const bool joined = i > 0 && are_joined(line.items[i - 1], line.items[i]);
    joined ? path.lineTo(here) : path.moveTo(here);
  }
  painter.drawPath(path);
  paint_intervals(painter, line, color);
  const std::size_t lines = content_.lines.size();
  for (std::size_t i = 0; i < line.items.size(); ++i) {
    const QPointF here = at({number, i});
    if (line.items[i].kind == MapItem::Kind::end) continue;
    // For the same reason their glyphs take turns.
    const bool turn = lines <= 3 || (static_cast<std::size_t>(line.items[i].order) + number) % 3 == 0;
    // What no line leads to would not be seen without its glyph.
    const bool alone = (i == 0 || !are_joined(line.items[i - 1], line.items[i])) &&
                       (i + 1 == line.items.size() || !are_joined(line.items[i], line.items[i + 1]));
    if (turn || alone) paint_map_glyph(painter, theme_, line.style, here, kMapGlyph, false);
  }
}

bool MapPicture::are_joined(const MapItem& before, const MapItem& after) const {
  const int ends = (before.kind == MapItem::Kind::end ? 1 : 0) + (after.kind == MapItem::Kind::end ? 1 : 0);
  // Between two ends it fails; and a machine, say, that fails lies not on the way to the next one.
  if (ends == 2 || (ends == 1 && content_.x.unit == MapAxis::Unit::names)) return false;
  return after.order - before.order <= 1.01;
}

void MapPicture::paint_intervals(QPainter& painter, const MapLine& line, const QColor& color) const {
  constexpr double kWide = 3;  // The bar's end, to either side.
  painter.setPen(QPen(color, 1));
  for (const MapItem& item : line.items) {
    const double around = interval_of(item, value_);
    if (around <= 0) continue;
    const double value = value_of(item, value_), here = x(item.x);
    const double above = y(value + around), below = y(value - around);
    if (below - above < 1) continue;  // No larger than the line is wide.
    painter.drawLine(QPointF(here, above), QPointF(here, below));
    for (const double end : {above, below}) painter.drawLine(QPointF(here - kWide, end), QPointF(here + kWide, end));
  }
}

void MapPicture::paint_cross(QPainter& painter, const QPointF& at, double size, const QColor& color) const {
  const double r = size / 2;
  painter.setPen(QPen(theme_.base, kMapHalo));
  painter.drawLine(at + QPointF(-r, -r), at + QPointF(r, r));
  painter.drawLine(at + QPointF(-r, r), at + QPointF(r, -r));
  painter.setPen(QPen(color, 2.4));
  painter.drawLine(at + QPointF(-r, -r), at + QPointF(r, r));
  painter.drawLine(at + QPointF(-r, r), at + QPointF(r, -r));
}

}  // namespace spawnpoint::gui
