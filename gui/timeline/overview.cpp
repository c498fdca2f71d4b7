// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/overview.hpp"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/charts/chart_content.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/accessible.hpp"
#include "gui/time/mark_text.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr double kTop = 3;
constexpr double kBottom = 5;
constexpr double kGripWidth = 6;

/// Threads, or tasks where those are the many.
const Series& activity(const Trace& trace) {
  const Series& threads = trace[SeriesKind::threads];
  const Series& tasks = trace[SeriesKind::tasks];
  return tasks.maximum() > threads.maximum() ? tasks : threads;
}

}  // namespace

Overview::Overview(TimeView& view, QWidget* parent) : QWidget(parent), view_(view) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  make_accessible_chart(*this, tr("Overview of the whole run"));
  connect(&view, &TimeView::visible_changed, this, [this] {
    describe();
    update();
  });
  connect(&view, &TimeView::crosshair_changed, this, qOverload<>(&QWidget::update));
  connect(&view, &TimeView::selection_changed, this, qOverload<>(&QWidget::update));
  connect(&view, &TimeView::extent_changed, this, [this] {
    picture_is_old_ = true;
    update();
  });
}

QSize Overview::sizeHint() const {
  return {800, 46};
}

void Overview::set_traces(std::shared_ptr<const Trace> modeled, std::shared_ptr<const Trace> live) {
  // What grows is another one each time, though it may be at the same place in memory.
  if (modeled == traces_[0] && live == traces_[1] && (!live || !live->growing)) return;
  traces_[0] = std::move(modeled);
  traces_[1] = std::move(live);
  picture_is_old_ = true;
  describe();
  update();
}

void Overview::describe() {
  if (!traces_[0] && !traces_[1]) return set_accessible_text(*this, tr("Nothing has run yet."));
  const auto moment = [](Instant at) { return to_qstring(format_duration(at.time_since_epoch())); };
  QString words = tr("Showing %1 to %2 of %3.")
                      .arg(moment(view_.visible().begin), moment(view_.visible().end), moment(view_.extent().end));
  for (const auto& [trace, name] :
       {std::pair(traces_[0], tr("The model")), std::pair(traces_[1], tr("The live run"))}) {
    if (trace) words += ' ' + tr("%1 ends at %2.").arg(name, moment(trace->end));
  }
  set_accessible_text(*this, words);
}

void Overview::set_shifts(Duration modeled, Duration live) {
  if (shifts_[0] == modeled && shifts_[1] == live) return;
  shifts_[0] = modeled;
  shifts_[1] = live;
  picture_is_old_ = true;
  update();
}

void Overview::set_theme(const Theme& theme) {
  theme_ = theme;
  picture_is_old_ = true;
  update();
}

TimeAxis Overview::axis() const {
  TimeAxis axis = view_.axis(width());
  axis.range = view_.extent();
  return axis;
}

void Overview::draw_picture() {
  const double scale = devicePixelRatioF();
  picture_ = QImage((QSizeF(size()) * scale).toSize(), QImage::Format_RGB32);
  picture_.setDevicePixelRatio(scale);
  picture_.fill(theme_.base);
  picture_is_old_ = false;
  QPainter painter(&picture_);
  const TimeAxis time_axis = axis();
  const QRectF area(time_axis.left, kTop, time_axis.width, std::max(1.0, height() - kTop - kBottom));
  double highest = 0;
  for (const auto& trace : traces_) {
    if (trace) highest = std::max(highest, activity(*trace).maximum());
  }
  painter.setRenderHint(QPainter::Antialiasing);
  // LIVE first, filled; MODEL's dashed line over it.
  if (highest > 0)
    for (const int which : {1, 0}) draw_activity(painter, which, time_axis, area, highest);
  for (const int which : {0, 1}) draw_failures(painter, which, time_axis, area);
  painter.setPen(QPen(theme_.frame, 1));
  painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5));
  painter.setPen(theme_.muted);
  painter.setFont(theme_.font(11));
  painter.drawText(QRectF(4, kTop, area.left() - 14, area.height() / 2), Qt::AlignRight | Qt::AlignVCenter,
                   tr("whole run"));
  painter.setFont(theme_.font(10));
  painter.drawText(QRectF(4, kTop + area.height() / 2, area.left() - 14, area.height() / 2),
                   Qt::AlignRight | Qt::AlignVCenter,
                   traces_[0] || traces_[1] ? to_qstring(format_duration(time_axis.range.length())) : QString());
}

void Overview::draw_activity(QPainter& painter, int which, const TimeAxis& time_axis, const QRectF& area,
                             double highest) const {
  const auto& trace = traces_[which];
  if (!trace) return;
  const TimeRange own{time_axis.range.begin - shifts_[which], time_axis.range.end - shifts_[which]};
  const auto points = corners(activity(*trace), own, trace->end, static_cast<int>(area.width()));
  if (points.empty()) return;
  QPainterPath line;
  QPainterPath fill;
  const auto y = [&](double value) { return area.bottom() - value / highest * (area.height() - 2); };
  const auto x = [&](double seconds) {
    return time_axis.x(Instant(Duration(std::llround(seconds * 1e9))) + shifts_[which]);
  };
  line.moveTo(x(points.front().at), y(points.front().value));
  fill.moveTo(x(points.front().at), area.bottom());
  for (const Corner& corner : points) {
    line.lineTo(x(corner.at), y(corner.value));
    fill.lineTo(x(corner.at), y(corner.value));
  }
  fill.lineTo(x(points.back().at), area.bottom());
  if (which == 0) return painter.strokePath(line, theme_.pen(WorldKind::modeled, theme_.text, 1.2));
  const QColor color = theme_.color(SeriesKind::threads);
  QColor inside = color;
  inside.setAlpha(110);
  painter.fillPath(fill, inside);
  painter.strokePath(line, theme_.pen(WorldKind::live, color, 1.2));
}

void Overview::draw_failures(QPainter& painter, int which, const TimeAxis& time_axis, const QRectF& area) const {
  const auto& trace = traces_[which];
  if (!trace) return;
  for (const Mark& mark : trace->marks) {
    if (!is_failure(mark)) continue;
    const double x = time_axis.x(mark.at + shifts_[which]);
    painter.setPen(QPen(theme_.failure, 1.2, Qt::DashLine));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    paint_cross(painter, theme_, {x, area.top() + 6}, 4.5);
  }
}

void Overview::paintEvent(QPaintEvent*) {
  if (picture_is_old_ || picture_.size() != (QSizeF(size()) * devicePixelRatioF()).toSize()) draw_picture();
  QPainter painter(this);
  painter.drawImage(0, 0, picture_);
  const TimeAxis time_axis = axis();
  const double top = kTop;
  const double bottom = height() - kBottom;
  const double left = time_axis.x(view_.visible().begin);
  const double right = std::max(left + 2, time_axis.x(view_.visible().end));
  QColor veil = theme_.window;
  veil.setAlpha(190);
  painter.fillRect(QRectF(time_axis.left, top, std::max(0.0, left - time_axis.left), bottom - top), veil);
  painter.fillRect(QRectF(right, top, std::max(0.0, time_axis.left + time_axis.width - right), bottom - top), veil);
  if (const auto selection = view_.selection()) {
    const double x = time_axis.x(selection->begin);
    painter.fillRect(QRectF(x, top, std::max(1.0, time_axis.x(selection->end) - x), bottom - top), theme_.selection);
  }
  if (const auto at = view_.crosshair()) {
    const double x = std::round(time_axis.x(*at)) + 0.5;
    painter.setPen(theme_.crosshair);
    painter.drawLine(QPointF(x, top), QPointF(x, bottom));
  }
  painter.setPen(QPen(hasFocus() ? theme_.accent : theme_.muted, hasFocus() ? 2 : 1));
  painter.drawRect(QRectF(left + 0.5, top + 0.5, std::max(1.0, right - left - 1), bottom - top - 1));
  const double middle = (top + bottom) / 2;
  for (const double x : {left, right}) painter.fillRect(QRectF(x - 1.5, middle - 7, 3, 14), theme_.muted);
}

void Overview::resizeEvent(QResizeEvent*) {
  picture_is_old_ = true;
}

Overview::Grip Overview::grip_at(double x) const {
  const TimeAxis time_axis = axis();
  const double left = time_axis.x(view_.visible().begin);
  const double right = time_axis.x(view_.visible().end);
  // Ends before the window: a narrow window can still be made wider. Half of a grip lies outside.
  const double inside = std::min(kGripWidth, (right - left) / 3);
  if (x >= left - kGripWidth && x <= left + inside) return Grip::begin;
  if (x >= right - inside && x <= right + kGripWidth) return Grip::end;
  if (x > left && x < right) return Grip::window;
  return Grip::none;
}

void Overview::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  view_.commit();
  const double x = event->position().x();
  const Instant at = axis().time(x);
  grip_ = grip_at(x);
  if (grip_ == Grip::none) {
    // Beside the window: it comes here, and can be dragged on.
    view_.go_to(at);
    grip_ = Grip::window;
  }
  const TimeRange& visible = view_.visible();
  grip_offset_ = at - (grip_ == Grip::end ? visible.end : visible.begin);
}

void Overview::mouseMoveEvent(QMouseEvent* event) {
  const double x = event->position().x();
  const Instant at = axis().time(x);
  const TimeRange visible = view_.visible();
  switch (grip_) {
    case Grip::none: {
      const Grip under = grip_at(x);
      setCursor(under == Grip::window ? Qt::OpenHandCursor : under == Grip::none ? Qt::ArrowCursor : Qt::SizeHorCursor);
      return;
    }
    case Grip::window:
      view_.pan(at - grip_offset_ - visible.begin);
      return;
    case Grip::begin: {
      const Instant begin = std::clamp(at - grip_offset_, view_.extent().begin, visible.end - view_.bounds().shortest);
      view_.set_visible({begin, visible.end});
      return;
    }
    case Grip::end: {
      const Instant end = std::max(visible.begin + view_.bounds().shortest, at - grip_offset_);
      view_.set_visible({visible.begin, std::min(end, view_.extent().end)});
      return;
    }
  }
}

void Overview::mouseReleaseEvent(QMouseEvent*) {
  grip_ = Grip::none;
  view_.commit();
}

void Overview::mouseDoubleClickEvent(QMouseEvent*) {
  view_.fit();
}

void Overview::wheelEvent(QWheelEvent* event) {
  const TimeRange& visible = view_.visible();
  const Instant at = std::clamp(axis().time(event->position().x()), visible.begin, visible.end);
  view_.zoom(at, std::pow(0.8, event->angleDelta().y() / 120.0));
  event->accept();
}

void Overview::keyPressEvent(QKeyEvent* event) {
  if (!handle_navigation_key(view_, *event)) QWidget::keyPressEvent(event);
}

}  // namespace spawnpoint::gui
