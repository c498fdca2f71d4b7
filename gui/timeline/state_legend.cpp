// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/state_legend.hpp"

#include <QFontMetricsF>
#include <QObject>
#include <algorithm>
#include <cmath>

#include "gui/text/to_qstring.hpp"
#include "gui/time/mark_text.hpp"
#include "gui/timeline/bands.hpp"
#include "gui/timeline/timeline_picture.hpp"

namespace spawnpoint::gui {
namespace {

constexpr double kSwatch = 12;
constexpr double kBesideSwatch = 4;
constexpr double kApart = 12;

/// From the right end to the left.
std::vector<JobState> states_of(const TimelineData& data) {
  std::vector<JobState> states;
  // A run that is killed fails as a whole, with no job that does.
  if (data.has(JobState::failed) || std::ranges::any_of(data.trace().marks, is_failure))
    states.push_back(JobState::failed);
  for (std::size_t k = kStackedStates; k-- > 0;)
    if (data.has(kStacked[k])) states.push_back(kStacked[k]);
  return states;
}

QString name_of(JobState state, const TimelineData& data, WorldKind world) {
  if (data.mode() != TimelineRows::cores || state != JobState::running) return to_qstring(to_string(state));
  // A live run knows its core only while it computes.
  return world == WorldKind::live ? QObject::tr("has the core and computes") : QObject::tr("has the core");
}

}  // namespace

StateLegend::StateLegend(const Theme& theme, const TimelineData& data, WorldKind world, int pixels)
    : theme_(theme), world_(world), pixels_(pixels) {
  const QFontMetricsF metrics(theme.font(pixels));
  for (const JobState state : states_of(data)) {
    const QString name = name_of(state, data, world);
    entries_.push_back({state, name, kSwatch + kBesideSwatch + std::ceil(metrics.horizontalAdvance(name)) + kApart});
  }
}

double StateLegend::width() const {
  double width = 0;
  for (const Entry& entry : entries_) width += entry.width;
  return width;
}

std::vector<std::vector<StateLegend::Entry>> StateLegend::in_lines(double width) const {
  std::vector<std::vector<Entry>> lines(1);
  double left = width;
  // They are kept from the right end on.
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (left < entry->width && !lines.back().empty()) {
      lines.emplace_back();
      left = width;
    }
    left -= entry->width;
    lines.back().push_back(*entry);
  }
  return lines;
}

int StateLegend::lines(double width) const {
  return static_cast<int>(in_lines(width).size());
}

void StateLegend::paint(QPainter& painter, const QRectF& where, double line_height) const {
  painter.save();
  painter.setFont(theme_.font(pixels_));
  double top = where.top();
  for (const auto& line : in_lines(where.width())) {
    double right = where.right();
    for (auto entry = line.rbegin(); entry != line.rend(); ++entry) {
      const double left = std::round(right - entry->width + kApart);
      const double words = left + kSwatch + kBesideSwatch;
      paint_state_swatch(painter, theme_, world_, entry->state,
                         QRectF(left, std::round(top + line_height / 2 - 5), kSwatch, 10));
      painter.setPen(theme_.muted);
      painter.drawText(QRectF(words, top, right - words, line_height), Qt::AlignLeft | Qt::AlignVCenter, entry->name);
      right -= entry->width;
    }
    top += line_height;
  }
  painter.restore();
}

}  // namespace spawnpoint::gui
