// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_header.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "gui/text/to_qstring.hpp"

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

namespace {

/// One line or world of the legend.
struct Entry {
  QString text;
  QPen pen;
  std::optional<QCPScatterStyle> glyph;
};

constexpr int kRow = 18;
constexpr double kLeft = 8;
constexpr double kLongSample = 24;  ///< Of a line.
constexpr double kShortSample = 16;
constexpr double kTightSample = 12;
constexpr double kApart = 12;
constexpr double kTight = 6;
constexpr double kBeforeText = 6;

double width_of(const Entry& entry, double sample, double apart, const QFontMetricsF& metrics) {
  return metrics.horizontalAdvance(entry.text) + 2 + sample + kBeforeText + apart;
}

double width_of(const std::vector<Entry>& entries, double sample, double apart, const QFontMetricsF& metrics) {
  double all = 0;
  for (const Entry& entry : entries) all += width_of(entry, sample, apart, metrics);
  return all;
}

/// What is in the legend, from the right.
struct Legend {
  std::vector<Entry> worlds;
  std::vector<std::vector<Entry>> lines;  ///< In rows below each other.
  double sample = kLongSample;
  double apart = kApart;
  bool worlds_by_title = true;  ///< Else they have a row of their own below it.
  bool lines_by_title = true;

  int rows() const { return 1 + !worlds_by_title + (lines_by_title ? 0 : static_cast<int>(lines.size())); }
};

/// As many a row as there is room for, the first ones in the first row.
std::vector<std::vector<Entry>> in_rows(const std::vector<Entry>& entries, const Legend& legend, double room,
                                        const QFontMetricsF& metrics) {
  std::vector<std::vector<Entry>> rows(1);
  double used = 0;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const double width = width_of(*entry, legend.sample, legend.apart, metrics);
    if (!rows.back().empty() && used + width - legend.apart > room) {
      rows.emplace_back();
      used = 0;
    }
    used += width;
    rows.back().insert(rows.back().begin(), *entry);
  }
  return rows;
}

Legend legend_of(const ChartContent& content, const Theme& theme, double width, double right_margin) {
  Legend legend;
  bool worlds[2] = {false, false};
  for (const ChartLine& line : content.lines) worlds[static_cast<std::size_t>(line.world)] = true;
  for (const WorldKind world : {WorldKind::live, WorldKind::modeled}) {
    if (!worlds[static_cast<std::size_t>(world)]) continue;
    legend.worlds.push_back({to_qstring(short_name(world)), theme.pen(world, theme.text, 1.6), std::nullopt});
  }
  QStringList named;
  std::vector<Entry> lines;
  for (auto line = content.lines.rbegin(); line != content.lines.rend(); ++line) {
    if (named.contains(line->name)) continue;
    named += line->name;
    // Drawn as in the live world only where that has such a line; points alone have none.
    bool live = false, live_line = false, any_line = false;
    for (const ChartLine& other : content.lines) {
      if (other.name != line->name) continue;
      const bool of_live = other.world == WorldKind::live;
      live = live || of_live;
      any_line = any_line || !other.looks;
      live_line = live_line || (of_live && !other.looks);
    }
    ChartLine sample = *line;
    sample.world = live ? WorldKind::live : WorldKind::modeled;
    const WorldKind drawn_as = live_line ? WorldKind::live : WorldKind::modeled;
    const QPen pen = any_line ? theme.pen(drawn_as, line->color, 1.6) : QPen(Qt::NoPen);
    lines.push_back({line->name, pen, chart_glyph(sample, theme)});
  }
  const QFontMetricsF metrics(theme.font(kChartTextPixels));
  const double title = QFontMetricsF(theme.font(kChartTextPixels + 1, true)).horizontalAdvance(content.title) + 16;
  const double room = width - right_margin;
  const auto needed = [&](double sample) {
    return title + width_of(legend.worlds, sample, kApart, metrics) + width_of(lines, sample, kApart, metrics);
  };
  if (needed(legend.sample) > room) legend.sample = kShortSample;
  legend.lines = {lines};
  if (needed(legend.sample) <= room) return legend;
  legend.lines_by_title = false;
  legend.worlds_by_title = title + width_of(legend.worlds, legend.sample, kApart, metrics) <= room;
  const double row = room - kLeft;
  if (!legend.worlds_by_title || width_of(lines, legend.sample, kApart, metrics) - kApart > row) {
    legend.sample = kTightSample;
    legend.apart = kTight;
  }
  legend.lines = in_rows(lines, legend, row, metrics);
  return legend;
}

/// From `right` to the left; gives the place of the next one.
double paint_entries(QPainter& painter, const Theme& theme, const std::vector<Entry>& entries, const Legend& legend,
                     double right, const QRectF& row) {
  const double sample = legend.sample;
  const QFontMetricsF metrics(painter.font());
  const double middle = std::round(row.center().y());
  for (const Entry& entry : entries) {
    const double width = metrics.horizontalAdvance(entry.text) + 2;
    const double line = right - width - sample - kBeforeText;
    if (line < row.left()) break;
    painter.setPen(theme.muted);
    painter.drawText(QRectF(right - width, row.top(), width, row.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     entry.text);
    painter.setPen(entry.pen);
    painter.drawLine(QPointF(line, middle), QPointF(line + sample, middle));
    if (entry.glyph) paint_glyph(painter, *entry.glyph, {line + sample / 2, middle});
    right = line - legend.apart;
  }
  return right;
}

constexpr int kNoteLine = 15;

QStringList notes_of(const ChartContent& content, const QString& also) {
  QStringList notes{content.note, also};
  notes.removeAll(QString());
  return notes;
}

/// Words as many a line as there is room for.
QStringList wrapped(const QString& text, const QFontMetricsF& metrics, double width) {
  QStringList lines;
  for (const QString& word : text.split(u' ')) {
    const QString longer = lines.isEmpty() ? word : lines.back() + u' ' + word;
    if (!lines.isEmpty() && metrics.horizontalAdvance(longer) <= width)
      lines.back() = longer;
    else
      lines += word;
  }
  return lines;
}

/// Where the words beside the title begin.
double notes_begin(const ChartContent& content, const Theme& theme) {
  return kLeft + QFontMetricsF(theme.font(kChartTextPixels + 1, true)).horizontalAdvance(content.title) + 12;
}

}  // namespace

QStringList chart_notes_below(const ChartContent& content, const Theme& theme, double width, double right_margin,
                              const QString& also) {
  const QStringList notes = notes_of(content, also);
  const QString words = notes.join(QStringLiteral(" · "));
  const Legend legend = legend_of(content, theme, width, right_margin);
  const QFontMetricsF metrics(theme.font(kChartTextPixels));
  double end = width - right_margin;
  if (legend.worlds_by_title) end -= width_of(legend.worlds, legend.sample, legend.apart, metrics);
  if (legend.lines_by_title) end -= width_of(legend.lines.front(), legend.sample, legend.apart, metrics);
  if (notes.isEmpty() || notes_begin(content, theme) + metrics.horizontalAdvance(words) + 2 <= end) return {};
  QStringList lines;
  for (const QString& note : notes) lines += wrapped(note, metrics, width - right_margin - kLeft);
  return lines;
}

double chart_notes_height(const QStringList& lines) {
  return static_cast<double>(lines.size()) * kNoteLine;
}

void paint_chart_notes(QPainter& painter, const QRectF& where, const Theme& theme, const QStringList& lines) {
  painter.setFont(theme.font(kChartTextPixels));
  painter.setPen(theme.muted);
  QRectF line(where.left() + kLeft, where.top(), where.width() - kLeft, kNoteLine);
  for (const QString& words : lines) {
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, words);
    line.translate(0, kNoteLine);
  }
}

int chart_header_height(const ChartContent& content, const Theme& theme, double width, double right_margin) {
  return legend_of(content, theme, width, right_margin).rows() * kRow;
}

void paint_chart_header(QPainter& painter, const QRectF& where, const ChartContent& content, const Theme& theme,
                        double right_margin, const QString& also) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme.font(kChartTextPixels + 1, true));
  painter.setPen(theme.text);
  const QRectF title(where.left() + kLeft, where.top(), where.width() - kLeft, kRow);
  painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter, content.title);
  painter.setFont(theme.font(kChartTextPixels));
  const Legend legend = legend_of(content, theme, where.width(), right_margin);
  const double right = where.right() - right_margin;
  const auto row = [&](int number) { return title.translated(0, number * kRow); };
  const double next = paint_entries(painter, theme, legend.worlds, legend, right, row(legend.worlds_by_title ? 0 : 1));
  double end = legend.worlds_by_title ? next : right;
  if (legend.lines_by_title) end = paint_entries(painter, theme, legend.lines.front(), legend, next, title);
  const int first = legend.worlds_by_title ? 1 : 2;
  for (std::size_t i = 0; i < legend.lines.size() && !legend.lines_by_title; ++i)
    paint_entries(painter, theme, legend.lines[i], legend, right, row(first + static_cast<int>(i)));
  const double begin = where.left() + notes_begin(content, theme);
  for (QStringList notes = notes_of(content, also); !notes.isEmpty(); notes.removeLast()) {
    const QString note = notes.join(QStringLiteral(" · "));
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(note) + 2;
    if (begin + width > end) continue;
    painter.setPen(theme.muted);
    painter.drawText(QRectF(begin, title.top(), width, kRow), Qt::AlignLeft | Qt::AlignVCenter, note);
    break;
  }
  painter.restore();
}

}  // namespace spawnpoint::gui
