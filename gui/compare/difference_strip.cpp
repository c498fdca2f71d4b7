// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/difference_strip.hpp"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "gui/text/to_qstring.hpp"
#include "gui/time/accessible.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kTextPixels = 11;

QString count_of(double value, const QString& noun) {
  return to_qstring(format_count(std::llround(std::abs(value)), noun.toStdString()));
}

}  // namespace

DifferenceStrip::DifferenceStrip(TimeView& view, QWidget* parent) : QWidget(parent), view_(view) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setFixedHeight(DifferenceStrip::sizeHint().height());
  setAttribute(Qt::WA_OpaquePaintEvent);
  make_accessible_chart(*this, tr("Where model and live run differ"));
  for (const auto signal : {&TimeView::visible_changed, &TimeView::crosshair_changed, &TimeView::selection_changed})
    connect(&view, signal, this, qOverload<>(&QWidget::update));
  set_runs({}, {});
}

void DifferenceStrip::set_runs(ShiftedTrace modeled, ShiftedTrace live) {
  if (modeled == runs_[0] && live == runs_[1] && has_both()) return;
  runs_[0] = std::move(modeled);
  runs_[1] = std::move(live);
  largest_ = largest_difference(runs_[0], runs_[1]);
  QString words = tr("Nothing to compare yet.");
  if (has_both()) {
    words = largest_.value == 0
                ? tr("Both runs have the same number of %1s at all times.").arg(noun())
                : tr("At %1 %2 has %3 more, the largest difference.")
                      .arg(to_qstring(format_duration(largest_.at.time_since_epoch())),
                           largest_.value > 0 ? tr("the live run") : tr("the model"), count_of(largest_.value, noun()));
  }
  set_accessible_text(*this, words);
  update();
}

void DifferenceStrip::set_empty_text(const QString& text) {
  empty_text_ = text;
  update();
}

void DifferenceStrip::set_theme(const Theme& theme) {
  theme_ = theme;
  update();
}

QString DifferenceStrip::noun() const {
  if (compared_series(*runs_[0].trace, *runs_[1].trace) == SeriesKind::tasks) return tr("task");
  return runs_[0].own_threads > 1 || runs_[1].own_threads > 1 ? tr("job thread") : tr("thread");
}

QString DifferenceStrip::text_at(Instant at) const {
  if (!has_both() || at >= comparable_until(runs_[0], runs_[1])) return {};
  const SeriesKind kind = compared_series(*runs_[0].trace, *runs_[1].trace);
  const double modeled = compared_value(runs_[0], kind, at), live = compared_value(runs_[1], kind, at);
  QString words =
      tr("%1: model %2, live %3")
          .arg(to_qstring(format_duration(at.time_since_epoch())), count_of(modeled, noun()), count_of(live, noun()));
  if (modeled != live)
    words += QStringLiteral(" (%1%2)")
                 .arg(live > modeled ? QStringLiteral("+") : QStringLiteral("−"))
                 .arg(std::llround(std::abs(live - modeled)));
  return words;
}

void DifferenceStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme_.window);
  const TimeAxis axis = view_.axis(width());
  const QRectF plot(axis.left, 2, axis.width, height() - 4);
  painter.fillRect(plot, theme_.base);
  paint_label(painter, axis);
  if (has_both()) {
    paint_bars(painter, plot, axis);
    if (largest_.value == 0) paint_no_difference(painter, plot);
  } else {
    painter.drawText(plot, Qt::AlignCenter,
                     painter.fontMetrics().elidedText(empty_text_, Qt::ElideRight, static_cast<int>(plot.width())));
  }
  paint_selected(painter, plot, axis);
  painter.setPen(hasFocus() ? theme_.accent : theme_.frame);
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(plot.adjusted(-0.5, -0.5, 0.5, 0.5));
}

void DifferenceStrip::paint_label(QPainter& painter, const TimeAxis& axis) const {
  painter.setFont(theme_.font(kTextPixels));
  painter.setPen(theme_.muted);
  const bool scaled = has_both() && largest_.value != 0;
  const QRectF label(4, 0, axis.left - 14, scaled ? height() / 2.0 : height());
  painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, tr("live − model"));
  if (!scaled) return;
  // What a bar from the middle to the edge stands for.
  painter.setFont(theme_.font(kTextPixels - 1));
  QString words = QStringLiteral("±") + count_of(largest_.value, noun());
  if (painter.fontMetrics().horizontalAdvance(words) > label.width()) {  // the number matters more than of what
    words = QStringLiteral("±") + to_qstring(format_count(std::llround(std::abs(largest_.value))));
  }
  painter.drawText(label.translated(0, height() / 2.0), Qt::AlignRight | Qt::AlignVCenter, words);
  painter.setFont(theme_.font(kTextPixels));
}

void DifferenceStrip::paint_bars(QPainter& painter, const QRectF& plot, const TimeAxis& axis) const {
  const double middle = std::round(plot.center().y()) + 0.5;
  painter.setPen(QPen(theme_.grid, 1));
  painter.drawLine(QPointF(plot.left(), middle), QPointF(plot.right(), middle));
  const auto cells = differences(runs_[0], runs_[1], axis.range, static_cast<int>(plot.width()));
  const double most = std::max(1.0, std::abs(largest_.value));
  const double room = plot.height() / 2 - 1;
  // What is there at all is seen: at least a pixel.
  const auto high = [&](double value) { return std::max(1.0, std::abs(value) / most * room); };
  painter.setPen(Qt::NoPen);
  for (std::size_t x = 0; x < cells.size(); ++x) {
    const double left = plot.left() + static_cast<double>(x);
    if (cells[x].high > 0) {
      const double up = high(cells[x].high);
      painter.fillRect(QRectF(left, middle - 0.5 - up, 1, up), theme_.accent);
    }
    // The model's, hollow: every other column, so that the two can be told apart without the colour.
    if (cells[x].low < 0 && x % 2 == 0)
      painter.fillRect(QRectF(left, middle + 0.5, 1, high(cells[x].low)), theme_.text);
  }
}

void DifferenceStrip::paint_no_difference(QPainter& painter, const QRectF& plot) const {
  painter.setPen(theme_.muted);
  const bool comparable = comparable_until(runs_[0], runs_[1]) > Instant{};
  painter.drawText(
      plot, Qt::AlignCenter,
      comparable ? tr("no difference in %1s").arg(noun()) : tr("stopped before there was anything to compare"));
}

void DifferenceStrip::paint_selected(QPainter& painter, const QRectF& plot, const TimeAxis& axis) const {
  if (const auto selection = view_.selection()) {
    const double left = std::max(axis.x(selection->begin), plot.left());
    const double right = std::min(axis.x(selection->end), plot.right());
    if (right > left) painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), theme_.selection);
  }
  if (const auto at = view_.crosshair(); at && view_.visible().contains(*at)) {
    const double x = std::round(axis.x(*at)) + 0.5;
    painter.setPen(QPen(theme_.crosshair, 1));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  }
}

void DifferenceStrip::keyPressEvent(QKeyEvent* event) {
  if (!handle_navigation_key(view_, *event)) QWidget::keyPressEvent(event);
}

void DifferenceStrip::mouseMoveEvent(QMouseEvent* event) {
  const TimeAxis axis = view_.axis(width());
  const double x = event->position().x();
  view_.set_crosshair(x >= axis.left && x <= axis.left + axis.width ? std::optional(axis.time(x)) : std::nullopt);
}

void DifferenceStrip::leaveEvent(QEvent*) {
  view_.set_crosshair(std::nullopt);
}

void DifferenceStrip::wheelEvent(QWheelEvent* event) {
  const double steps = event->angleDelta().y() / 120.0;
  if (steps != 0) view_.zoom(view_.axis(width()).time(event->position().x()), std::pow(0.8, steps));
  event->accept();
}

bool DifferenceStrip::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString words = text_at(view_.axis(width()).time(help->pos().x()));
    words.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), words, this);
    return true;
  }
  return QWidget::event(event);
}

}  // namespace spawnpoint::gui
