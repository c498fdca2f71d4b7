// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/label_room.hpp"

#include <algorithm>
#include <cmath>

namespace spawnpoint::gui {
namespace {

constexpr double kAir = 2;     ///< Above and below a line.
constexpr double kBeside = 5;  ///< From a mark's line to its label.
constexpr double kStep = 4;    ///< From one place that is tried to the next.

}  // namespace

LabelRoom::LabelRoom(const QRectF& area, From from, double first)
    : area_(area),
      from_(from),
      first_(first),
      columns_(static_cast<std::size_t>(std::ceil(std::clamp(area.width(), 0.0, 32'000.0))) + 1) {}

std::size_t LabelRoom::column(double x) const {
  const double at = std::clamp(std::floor(x - area_.left()), 0.0, static_cast<double>(columns_.size() - 1));
  return static_cast<std::size_t>(at);
}

void LabelRoom::add_in(std::size_t column, Taken taken) {
  for (Taken& other : columns_[column]) {
    if (taken.top > other.bottom || taken.bottom < other.top) continue;
    other = {std::min(other.top, taken.top), std::max(other.bottom, taken.bottom)};
    return;
  }
  columns_[column].push_back(taken);
}

void LabelRoom::add_line(const QLineF& piece) {
  const QPointF begin = piece.x1() <= piece.x2() ? piece.p1() : piece.p2();
  const QPointF end = piece.x1() <= piece.x2() ? piece.p2() : piece.p1();
  if (end.x() < area_.left() || begin.x() > area_.right()) return;
  const double run = end.x() - begin.x();
  const auto y = [&](double x) {
    return run > 0 ? begin.y() + (end.y() - begin.y()) * std::clamp((x - begin.x()) / run, 0.0, 1.0) : begin.y();
  };
  const std::size_t last = column(end.x());
  for (std::size_t at = column(begin.x()); at <= last; ++at) {
    const double left = area_.left() + static_cast<double>(at);
    const double a = y(left), b = run > 0 ? y(left + 1) : end.y();
    add_in(at, {std::min(a, b) - kAir, std::max(a, b) + kAir});
  }
}

void LabelRoom::add(const QRectF& taken) {
  if (taken.right() < area_.left() || taken.left() > area_.right()) return;
  const std::size_t last = column(taken.right());
  for (std::size_t at = column(taken.left()); at <= last; ++at) add_in(at, {taken.top(), taken.bottom()});
}

bool LabelRoom::is_free(const QRectF& where) const {
  const std::size_t last = column(where.right());
  for (std::size_t at = column(where.left()); at <= last; ++at)
    for (const Taken& taken : columns_[at])
      if (taken.bottom > where.top() && taken.top < where.bottom()) return false;
  return true;
}

std::optional<LabelPlace> LabelRoom::take(const LabelWish& wish) {
  for (std::size_t text = 0; text < wish.sizes.size(); ++text) {
    const QSizeF size = wish.sizes[text];
    // Where there is more room comes first.
    const double right_of = wish.right + kBeside;
    const double left_of = wish.left - kBeside - size.width();
    const bool right_first = area_.right() - wish.right >= wish.left - area_.left();
    for (double away = first_; away + size.height() <= area_.height(); away += kStep) {
      const double top = from_ == From::top ? area_.top() + away : area_.bottom() - away - size.height();
      for (const double left : {right_first ? right_of : left_of, right_first ? left_of : right_of}) {
        const QRectF where(QPointF(left, top), size);
        if (left < area_.left() || where.right() > area_.right() || !is_free(where)) continue;
        add(where);
        return LabelPlace{where, text};
      }
    }
  }
  return std::nullopt;
}

}  // namespace spawnpoint::gui
