// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/timeline_picture.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "gui/text/to_qstring.hpp"
#include "gui/timeline/band_image.hpp"
#include "gui/timeline/bands.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

CellQuery query_of(const TimelineScene& scene, std::size_t columns) {
  return {scene.layout.first_row(), scene.layout.visible_rows(), scene.layout.rows_per_band(), scene.range, columns};
}

/// Lines of a hatch within `rect`, cut at its edges: not every format can clip.
void add_hatch(QVector<QLineF>& lines, Hatch hatch, const QRectF& rect, double spacing) {
  switch (hatch) {
    case Hatch::none:
      return;
    case Hatch::horizontal:
      for (double y = std::ceil(rect.top() / spacing) * spacing; y < rect.bottom(); y += spacing) {
        lines.append({rect.left(), y, rect.right(), y});
      }
      return;
    case Hatch::vertical:
      for (double x = std::ceil(rect.left() / spacing) * spacing; x < rect.right(); x += spacing) {
        lines.append({x, rect.top(), x, rect.bottom()});
      }
      return;
    case Hatch::diagonal:
      // x + y = c, cut where it enters and leaves the rectangle.
      for (double c = std::ceil((rect.left() + rect.top()) / spacing) * spacing; c < rect.right() + rect.bottom();
           c += spacing) {
        const double x0 = std::max(rect.left(), c - rect.bottom());
        const double x1 = std::min(rect.right(), c - rect.top());
        if (x1 > x0) lines.append({x0, c - x0, x1, c - x1});
      }
      return;
  }
}

void paint_hatch(QPainter& painter, const StateStyle& style, const QVector<QLineF>& lines, WorldKind world) {
  if (lines.isEmpty()) return;
  painter.setPen(QPen(style.hatch_color(world), world == WorldKind::live ? 1.0 : 0.7));
  painter.drawLines(lines);
}

QString bar_label(const TimelineData& data, const Segment& s, double width, const QFontMetricsF& metrics) {
  const QString number = to_qstring(format_count(std::int64_t{s.job} + 1));
  const QString words = to_qstring(to_string(s.state));
  const QString length = to_qstring(format_duration(s.end - s.begin));
  QStringList choices;
  if (data.mode() == TimelineRows::cores) {
    const QString thread = turn_name(s);
    choices = {thread + u' ' + length, thread};
    if (s.lane != kNoLane && s.lane > 0) choices += to_qstring(format_count(s.lane));
  } else if (data.mode() == TimelineRows::jobs) {
    choices = {words + u' ' + length, words};
  } else {
    choices = {QStringLiteral("job %1 · %2 %3").arg(number, words, length), QStringLiteral("job %1").arg(number),
               number};
  }
  for (const QString& choice : choices) {
    if (metrics.horizontalAdvance(choice) + 8 <= width) return choice;
  }
  return {};
}

/// Bars that are wide enough to be seen as such, over the stacked columns, which hold every segment already.
void paint_bars(QPainter& painter, const TimelineScene& scene, const QPointF& origin, double scale) {
  const RowLayout& layout = scene.layout;
  if (layout.gathers()) return;
  const TimelineData& data = *scene.data;
  const auto segments =
      data.segments(layout.first_row(), layout.visible_rows(), scene.range, static_cast<std::size_t>(scene.width) * 4);
  if (!segments) return;
  const TimeAxis axis{scene.range, 0, scene.width};
  const QFont font = scene.theme.font(scene.label_pixels);
  const QFontMetricsF metrics(font);
  painter.setFont(font);
  const bool live = scene.world == WorldKind::live;
  for (const auto& [row, s] : *segments) {
    if (data.overlaps(row)) continue;
    const bool begins = s.begin >= scene.range.begin;
    const double left = std::max(axis.x(s.begin), 0.0);
    const double right = std::min(axis.x(s.end), scene.width);
    const double width = right - left;
    if (width < 3) continue;
    const Band place = band_place(layout, row, 1, scale);
    double top = place.top / scale;
    double height = place.height / scale;
    const double bottom = std::min(top + height, layout.height);
    top = std::max(top, 0.0);
    height = bottom - top;
    if (height <= 0) continue;
    const QRectF rect(origin.x() + left, origin.y() + top, width, height);
    const StateStyle& style = scene.theme.style(s.state);
    QVector<QLineF> lines;
    add_hatch(lines, style.hatch, rect, kHatchSpacing);
    if (live) {
      painter.fillRect(rect, style.color);
      paint_hatch(painter, style, lines, scene.world);
      if (begins && left > 0 && width >= 4)
        painter.fillRect(QRectF(rect.left(), rect.top(), 1, rect.height()), scene.theme.base);
    } else {
      painter.fillRect(rect, style.hollow);
      paint_hatch(painter, style, lines, scene.world);
      painter.setPen(scene.theme.pen(scene.world, style.color, 1));
      painter.setBrush(Qt::NoBrush);
      painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (width < 14 || place.height / scale < scene.label_pixels + 1) continue;
    const QString label = bar_label(data, s, width, metrics);
    if (label.isEmpty()) continue;
    if (style.hatch != Hatch::none) {
      // Words are not read through a hatch.
      painter.fillRect(QRectF(rect.left() + 3, rect.top() + 1, metrics.horizontalAdvance(label) + 2, rect.height() - 2),
                       live ? style.color : style.hollow);
    }
    painter.setPen(live ? style.label : scene.theme.text);
    painter.drawText(QRectF(rect.left() + 4, origin.y() + place.top / scale, width - 6, place.height / scale),
                     Qt::AlignLeft | Qt::AlignVCenter, label);
  }
}

/// Each failure is seen at any zoom: its column in the failure's colour, and an ✕, which only another ✕ may take the
/// place of.
void paint_failures(QPainter& painter, const TimelineScene& scene, const CellGrid& grid, const QPointF& origin,
                    double column_width) {
  const std::size_t per_band = scene.layout.rows_per_band();
  const std::size_t first = scene.layout.first_row();
  for (std::size_t band = 0; band < grid.bands; ++band) {
    const std::uint8_t* failed = grid.failed_row(band);
    const Band place = band_place(scene.layout, first + band * per_band, per_band, 1);
    const double top = std::max<double>(place.top, 0);
    const double height = std::min<double>(place.top + place.height, scene.layout.height) - top;
    if (height <= 0) continue;
    const double radius = std::clamp(height / 2 - 1, 2.5, 5.0);
    double last = -1e9;
    for (std::size_t column = 0; column < grid.columns; ++column) {
      if (!failed[column]) continue;
      const double x = (static_cast<double>(column) + 0.5) * column_width;
      painter.fillRect(QRectF(origin.x() + std::clamp(x - 1, 0.0, scene.width - 2), origin.y() + top, 2, height),
                       scene.theme.failure);
      if (x - last < radius * 2) continue;
      last = x;
      // All of it, in a row that is seen in part, too.
      const double reach = cross_reach(radius);
      const auto within = [reach](double at, double length) {
        return std::clamp(at, std::min(reach, length / 2), std::max(length - reach, length / 2));
      };
      paint_cross(painter, scene.theme,
                  origin + QPointF(within(x, scene.width), within(top + height / 2, scene.layout.height)), radius);
    }
  }
}

/// What lies under the segments: every other row a little darker, and the grid lines.
void paint_ground(QPainter& painter, const TimelineScene& scene, const QPointF& origin) {
  const RowLayout& layout = scene.layout;
  if (!layout.gathers()) {
    for (std::size_t row = layout.first_row(); row < layout.first_row() + layout.visible_rows(); ++row) {
      if (row % 2 == 0) continue;
      const double top = std::clamp(layout.top(row), 0.0, layout.height);
      const double bottom = std::clamp(layout.top(row + 1), 0.0, layout.height);
      painter.fillRect(QRectF(origin.x(), origin.y() + top, scene.width, bottom - top), scene.theme.band);
    }
  }
  painter.setPen(QPen(scene.theme.grid, 1));
  const TimeAxis axis{{scene.range.begin + scene.shift, scene.range.end + scene.shift}, origin.x(), scene.width};
  for (const Tick& tick : ticks(axis, kTickSpacing)) {
    const double x = axis.x(tick.at);
    painter.drawLine(QPointF(x, origin.y()), QPointF(x, origin.y() + layout.height));
  }
}

/// A state's part of a band.
struct BandPart {
  QPainterPath path;
  QPainterPath outline;  ///< Without the edges where bands touch: what continues in the next one has no line between.
  QVector<QLineF> hatch;
};

/// Where a band lies, and how its columns are scaled.
struct BandPlace {
  QRectF rect;
  double column_width = 0;
  int levels = 1;

  double x(std::size_t column) const { return rect.left() + static_cast<double>(column) * column_width; }
  double y(int level) const { return rect.bottom() - rect.height() * level / levels; }
};

/// A stretch in which state `k` occurs, from column `begin` on: along its top edge to the right, back along its bottom
/// edge. Gives the column behind it.
std::size_t trace_stretch(BandPart& part, const TimelineScene& scene, const std::vector<Stack>& stacks,
                          const BandPlace& place, std::size_t k, std::size_t begin) {
  std::vector<QPointF> back;
  std::size_t column = begin;
  while (column < stacks.size() && stacks[column][k] != stacks[column][k + 1]) {
    std::size_t end = column + 1;
    while (end < stacks.size() && stacks[end][k] == stacks[column][k] && stacks[end][k + 1] == stacks[column][k + 1])
      ++end;
    const double x0 = place.x(column), x1 = place.x(end);
    const double low = place.y(stacks[column][k]), high = place.y(stacks[column][k + 1]);
    if (column == begin) {
      part.path.moveTo(x0, high);
      part.outline.moveTo(x0, low);
    } else {
      part.path.lineTo(x0, high);
    }
    part.path.lineTo(x1, high);
    part.outline.lineTo(x0, high);
    if (stacks[column][k + 1] == place.levels && scene.layout.gathers()) {
      part.outline.moveTo(x1, high);
    } else {
      part.outline.lineTo(x1, high);
    }
    back.emplace_back(x0, low);
    back.emplace_back(x1, low);
    add_hatch(part.hatch, scene.theme.style(kStacked[k]).hatch, QRectF(QPointF(x0, high), QPointF(x1, low)),
              kHatchSpacing);
    column = end;
  }
  part.outline.lineTo(back.back());
  for (std::size_t i = back.size(); i-- > 0;) part.path.lineTo(back[i]);
  part.path.closeSubpath();
  return column;
}

/// A band's stacked columns as one outline per state: columns of equal height become one step.
void paint_band(QPainter& painter, const TimelineScene& scene, const CellGrid& grid, std::size_t band,
                const QRectF& rect, double column_width) {
  // Quarters of a unit: finer steps are not seen and only make the file larger.
  const BandPlace place{rect, column_width, std::max(1, static_cast<int>(rect.height() * 4))};
  std::vector<Stack> stacks(grid.columns);
  for (std::size_t x = 0; x < grid.columns; ++x) stacks[x] = stack_of(grid, band, x, place.levels);
  for (std::size_t k = 0; k < kStackedStates; ++k) {
    BandPart part;
    for (std::size_t column = 0; column < grid.columns;) {
      const bool occurs = stacks[column][k] != stacks[column][k + 1];
      column = occurs ? trace_stretch(part, scene, stacks, place, k, column) : column + 1;
    }
    if (part.path.isEmpty()) continue;
    const StateStyle& style = scene.theme.style(kStacked[k]);
    const bool live = scene.world == WorldKind::live;
    painter.setPen(Qt::NoPen);
    painter.setBrush(live ? style.color : style.hollow);
    painter.drawPath(part.path);
    if (!live) {
      painter.setPen(scene.theme.pen(scene.world, style.color, 0.6));
      painter.setBrush(Qt::NoBrush);
      painter.drawPath(part.outline);
    }
    paint_hatch(painter, style, part.hatch, scene.world);
  }
}

}  // namespace

QImage draw_plot(const TimelineScene& scene) {
  const int width = std::max(1, static_cast<int>(std::lround(scene.width * scene.scale)));
  const int height = std::max(1, static_cast<int>(std::lround(scene.layout.height * scene.scale)));
  QImage image(width, height, QImage::Format_RGB32);
  image.fill(scene.theme.base);
  if (!scene.data) return image;
  QPainter painter;
  painter.begin(&image);
  painter.scale(scene.scale, scene.scale);
  paint_ground(painter, scene, {});
  painter.end();

  const CellQuery query = query_of(scene, static_cast<std::size_t>(width));
  CellGrid grid = scene.data->grid_of(query);
  draw_bands(scene, query, grid, image);

  painter.begin(&image);
  painter.scale(scene.scale, scene.scale);
  paint_bars(painter, scene, {}, scene.scale);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_failures(painter, scene, grid, {}, 1 / scene.scale);
  painter.end();
  return image;
}

bool TimelineScene::same_place(const TimelineScene& other) const {
  return range == other.range && shift == other.shift && width == other.width && scale == other.scale &&
         theme.kind == other.theme.kind && layout == other.layout;
}

PreparedTimeline prepare_timeline(std::shared_ptr<const Trace> trace, TimelineRows rows, TimelineScene place,
                                  const RowFrame& within) {
  PreparedTimeline prepared;
  prepared.data = std::make_shared<const TimelineData>(std::move(trace), rows);
  place.data = prepared.data;
  place.layout = within.layout(prepared.data->rows());
  prepared.picture = draw_plot(place);
  prepared.scene = std::move(place);
  return prepared;
}

void paint_plot(QPainter& painter, const TimelineScene& scene, const QRectF& where) {
  painter.save();
  painter.fillRect(where, scene.theme.base);
  if (scene.data) {
    paint_ground(painter, scene, where.topLeft());
    // Two columns a unit on paper: finer than an eye sees, and the file's size follows the paper's.
    const auto columns = static_cast<std::size_t>(std::max(1.0, where.width()));
    const double column_width = where.width() / static_cast<double>(columns);
    const CellGrid grid = scene.data->cells(query_of(scene, columns));
    const std::size_t per_band = scene.layout.rows_per_band();
    const std::size_t first = scene.layout.first_row();
    for (std::size_t band = 0; band < grid.bands; ++band) {
      const Band place = band_place(scene.layout, first + band * per_band, per_band, 1);
      const double top = std::max<double>(place.top, 0);
      const double bottom = std::min<double>(place.top + place.height, where.height());
      if (bottom <= top) continue;
      paint_band(painter, scene, grid, band, QRectF(where.left(), where.top() + top, where.width(), bottom - top),
                 column_width);
    }
    paint_bars(painter, scene, where.topLeft(), 1);
    paint_failures(painter, scene, grid, where.topLeft(), column_width);
  }
  painter.restore();
}

void paint_state_swatch(QPainter& painter, const Theme& theme, WorldKind world, JobState state, const QRectF& box) {
  if (state == JobState::failed) {
    painter.setRenderHint(QPainter::Antialiasing);
    paint_cross(painter, theme, box.center(), 4.5);
    painter.setRenderHint(QPainter::Antialiasing, false);
    return;
  }
  const StateStyle& style = theme.style(state);
  painter.fillRect(box, world == WorldKind::live ? style.color : style.hollow);
  QVector<QLineF> lines;
  add_hatch(lines, style.hatch, box, kHatchSpacing);
  paint_hatch(painter, style, lines, world);
  if (world == WorldKind::live) return;
  painter.setPen(theme.pen(world, style.color, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
}

}  // namespace spawnpoint::gui
