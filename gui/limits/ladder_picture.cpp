// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/limits/ladder_picture.hpp"

#include <QObject>
#include <QPainter>
#include <QString>
#include <algorithm>
#include <cmath>

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kNames = 150;
constexpr int kNamesWithLevels = 206;  // "pids.max of the container"
constexpr int kRight = 96;

/// The room for names, left of the bars.
int room_for_names(const LimitLadder& ladder) {
  const bool levels = std::ranges::any_of(ladder.rungs, [](const LimitRung& rung) { return !rung.level.empty(); });
  return levels ? kNamesWithLevels : kNames;
}

/// What this machine is called among the profiles.
constexpr std::string_view kHost = "host";

/// "1", "10", "100", "1k" … "100M", "1G": short, since the decades are close together.
QString decade_label(int decade) {
  static constexpr const char* kThousands[] = {"", "k", "M", "G", "T"};
  const char* unit = kThousands[std::min(decade / 3, 4)];
  return QString::number(std::llround(std::pow(10.0, decade % 3))) + QLatin1String(unit);
}

}  // namespace

QString limits_title(const Machine& machine, const Runtime& runtime, const LimitLadder& ladder) {
  const LimitRung* binding = ladder.binding();
  const QString name = machine.name == kHost ? QObject::tr("This machine") : to_qstring(machine.name);
  if (binding == nullptr) return QObject::tr("%1 sets no limit on threads").arg(name);
  if (binding->limit->per_thread)
    return QObject::tr("%1: no thread can do its job, as it would use more than its stack of %2")
        .arg(name, to_qstring(format_value(*binding->limit, binding->value)));
  return QObject::tr("%1 allows %2 besides %3: %4 binds")
      .arg(name, to_qstring(format_count(ladder.threads, "thread")),
           to_qstring(own_threads_words(runtime.base_threads)), to_qstring(name_of(*binding)));
}

int rows_of(const LimitLadder& ladder) {
  return static_cast<int>(ladder.rungs.size() + ladder.exempt.size());
}

bool is_exempt(const LimitLadder& ladder, int row) {
  return row >= static_cast<int>(ladder.rungs.size());
}

const LimitRung& rung_at(const LimitLadder& ladder, int row) {
  const auto at = static_cast<std::size_t>(row);
  return is_exempt(ladder, row) ? ladder.exempt[at - ladder.rungs.size()] : ladder.rungs[at];
}

void LadderPicture::paint(QPainter& painter, int selected) const {
  const int rows = rows_of(ladder_);
  if (ladder_.rungs.empty()) return;
  painter.setRenderHint(QPainter::Antialiasing);
  std::int64_t largest = std::max<std::int64_t>(wanted_, 10);
  for (int i = 0; i < rows; ++i) largest = std::max(largest, rung_at(ladder_, i).threads);
  const double decades = std::ceil(std::log10(static_cast<double>(largest)));
  const double left = room_for_names(ladder_), wide = std::max(50.0, width_ - left - kRight);
  const auto x = [&](std::int64_t threads) {
    return left + wide * std::log10(static_cast<double>(std::max<std::int64_t>(threads, 1))) / decades;
  };

  painter.setFont(theme_.font(11));
  double last = -1e9;
  for (int decade = 0; decade <= static_cast<int>(decades); ++decade) {
    const double at = x(static_cast<std::int64_t>(std::llround(std::pow(10.0, decade))));
    painter.setPen(QPen(theme_.grid, 1));
    painter.drawLine(QPointF(at, kTop - 4), QPointF(at, height()));
    const QString label = decade_label(decade);
    const double half = painter.fontMetrics().horizontalAdvance(label) / 2.0 + 2;
    if (at - half < last) continue;  // On a narrow page.
    last = at + half;
    painter.setPen(theme_.muted);
    painter.drawText(QRectF(at - 60, 2, 120, kTop - 6), Qt::AlignHCenter | Qt::AlignVCenter, label);
  }
  if (wanted_ > 0) {
    painter.setPen(QPen(theme_.text, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(x(wanted_), kTop - 4), QPointF(x(wanted_), row(rows).top()));
    const QString words = QObject::tr("%1 wanted").arg(to_qstring(format_count(wanted_, "thread")));
    const double half = painter.fontMetrics().horizontalAdvance(words) / 2.0 + 2;
    const double middle = std::clamp(x(wanted_), half, std::max(half, width_ - half));
    painter.drawText(QRectF(middle - half, row(rows).top(), 2 * half, kFoot), Qt::AlignCenter, words);
  }
  const double line = wanted_ > 0 ? x(wanted_) : -1e9;
  for (int i = 0; i < rows; ++i) paint_row(painter, i, i == selected, {left, x(rung_at(ladder_, i).threads), line});
}

bool LadderPicture::is_too_low(int row) const {
  return row == ended_ || (!is_exempt(ladder_, row) && rung_at(ladder_, row).threads < wanted_);
}

double LadderPicture::place_of_count(double to, double wide, double line, double width) {
  constexpr double kBeside = 4;
  const double most = width - wide;
  const double left = std::min(to + kBeside, most);
  const bool is_over = line > left - kBeside && line < left + wide + kBeside;
  return is_over && line + kBeside <= most ? line + kBeside : left;
}

void LadderPicture::paint_row(QPainter& painter, int number, bool selected, const Bar& of) const {
  const LimitRung& rung = rung_at(ladder_, number);
  const bool exempt = is_exempt(ladder_, number);
  const QRectF area = row(number);
  if (selected) painter.fillRect(area, theme_.selection);
  const bool binds = number == 0;
  const bool too_low = is_too_low(number);
  painter.setFont(theme_.font(12, binds));
  painter.setPen(too_low ? theme_.failure_text : exempt ? theme_.muted : theme_.text);
  painter.drawText(
      area.adjusted(8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
      painter.fontMetrics().elidedText((too_low ? QStringLiteral("✕ ") : QString()) + to_qstring(name_of(rung)),
                                       Qt::ElideRight, room_for_names(ladder_) - 12));
  const QRectF bar(of.from, area.top() + 8, std::max(2.0, of.to - of.from), kRow - 16);
  painter.setPen(Qt::NoPen);
  QColor colour = too_low ? theme_.failure : theme_.accent;
  if (!binds) colour.setAlpha(130);
  painter.setBrush(colour);
  if (exempt) {  // It holds for others: an outline.
    painter.setPen(QPen(theme_.muted, 1));
    painter.setBrush(Qt::NoBrush);
  }
  painter.drawRect(bar);
  painter.setPen(exempt ? theme_.muted : theme_.text);
  painter.setFont(theme_.font(12, binds));
  const QString threads = to_qstring(format_count(rung.threads));
  const QString count = exempt ? QObject::tr("%1, root is exempt").arg(threads) : threads;
  const double wide = painter.fontMetrics().horizontalAdvance(count) + 6;
  const QRectF label(place_of_count(bar.right(), wide, of.line, width_), area.top() + 6, wide, kRow - 12);
  painter.fillRect(label, theme_.base);  // The dashed line must not run through the digits.
  if (selected) painter.fillRect(label, theme_.selection);
  painter.drawText(label, Qt::AlignCenter, count);
}

}  // namespace spawnpoint::gui
