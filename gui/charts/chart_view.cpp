// SPDX-License-Identifier: GPL-3.0-or-later
// The view: what it is told, how it is painted, and what mouse and keys do.
#include "gui/charts/chart_view.hpp"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "gui/charts/chart_header.hpp"
#include "gui/charts/chart_plot.hpp"
#include "gui/charts/value_axis.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/accessible.hpp"
#include "gui/time/hover.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {

struct FigurePainter::State {
  QCPPainter painter;
};

FigurePainter::FigurePainter(QPaintDevice& device) : state_(std::make_unique<State>()) {
  state_->painter.begin(&device);
  state_->painter.setModes(QCPPainter::pmVectorized | QCPPainter::pmNoCaching);
}
FigurePainter::~FigurePainter() {
  state_->painter.end();
}
QPainter& FigurePainter::operator*() const {
  return state_->painter;
}

ChartView::ChartView(TimeView& view, QWidget* parent) : QWidget(parent), state_(std::make_unique<State>(*this, view)) {
  setFocusPolicy(Qt::StrongFocus);
  make_accessible_chart(*this, tr("Chart"));
  state_->set_up();
  state_->plot->installEventFilter(this);
  connect(&view, &TimeView::visible_changed, this, [this] { refresh(); });
  for (const auto signal : {&TimeView::crosshair_changed, &TimeView::selection_changed, &TimeView::markers_changed}) {
    connect(&view, signal, this, [this] {
      state_->update_cursor();
      // The overlay has a buffer of its own: lines and axes are not drawn again.
      state_->plot->layer(QStringLiteral("overlay"))->replot();
    });
  }
  state_->describe();
  refresh();
}

ChartView::~ChartView() = default;

void ChartView::refresh() {
  State& s = *state_;
  s.plot->setVisible(!s.content.empty());
  if (s.content.empty()) {
    update();
    return;
  }
  s.update_data(s.plot->width(), s.plot->height());
  s.update_cursor();
  s.plot->replot(QCustomPlot::rpQueuedReplot);
}

void ChartView::set_content(ChartContent content) {
  State& s = *state_;
  s.content = std::move(content);
  s.own_values = values_of(s.content);
  setAccessibleName(s.content.title.isEmpty() ? tr("Chart") : s.content.title);
  s.describe();
  s.rebuild();
  // With the legend's entries its height may change.
  s.plot->setGeometry(s.plot_area(size()));
  refresh();
  update();
}

const ChartContent& ChartView::content() const {
  return state_->content;
}

void ChartView::set_theme(const Theme& theme) {
  state_->theme = theme;
  state_->apply_theme();
  refresh();
  update();
}

void ChartView::set_logarithmic(bool logarithmic) {
  if (logarithmic == state_->logarithmic) return;
  state_->logarithmic = logarithmic;
  refresh();
}

const ValueSpan& ChartView::values() const {
  return state_->own_values;
}

void ChartView::set_beside(const ValueSpan& values) {
  if (values == state_->beside) return;
  state_->beside = values;
  refresh();
}

double ChartView::top_value() const {
  return state_->plot->yAxis->range().upper;
}

bool ChartView::is_logarithmic() const {
  return state_->logarithmic;
}

void ChartView::set_time_labels(bool shown) {
  state_->time_labels = shown;
  refresh();
}

void ChartView::set_empty_text(const QString& text) {
  state_->empty_text = text;
  state_->describe();
  update();
}

void ChartView::paint(FigurePainter& painter, const QRectF& where) {
  State& s = *state_;
  painter->save();
  painter->translate(where.topLeft());
  const QSize size = where.size().toSize();
  QRect area = s.plot_area(size);
  s.update_data(area.width(), area.height(), 3);
  const QStringList notes =
      chart_notes_below(s.content, s.theme, size.width(), s.view.margins().right, s.about_bands());
  if (!notes.isEmpty()) {
    area.setTop(area.top() + static_cast<int>(chart_notes_height(notes)));
    s.update_data(area.width(), area.height(), 3);
  }
  s.paint_header(*painter, QRectF(0, 0, size.width(), s.header(size.width())), notes);
  painter->translate(area.topLeft());
  for (QCPAbstractItem* item :
       {static_cast<QCPAbstractItem*>(s.crosshair), static_cast<QCPAbstractItem*>(s.selection),
        static_cast<QCPAbstractItem*>(s.markers[0]), static_cast<QCPAbstractItem*>(s.markers[1])}) {
    item->setVisible(false);
  }
  s.plot->toPainter(&painter.state_->painter, area.width(), area.height());
  painter->restore();
  refresh();
}

namespace {

/// The chart at its size on the screen, with labels at its time axis even where another view has them on the screen.
class ChartDrawing final : public Drawing {
 public:
  explicit ChartDrawing(ChartView& chart) : chart_(chart) {}
  double width() const override { return chart_.width(); }
  double height() const override { return chart_.height() + kTimeLabels; }
  void paint(FigurePainter& painter, double /*pixels*/) override {
    const QRectF where(0, 0, width(), height());
    const bool labels = chart_.has_time_labels();
    chart_.set_time_labels(true);
    chart_.paint(painter, where);
    chart_.set_time_labels(labels);
  }

 private:
  static constexpr double kTimeLabels = 16;
  ChartView& chart_;
};

}  // namespace

std::unique_ptr<Drawing> ChartView::drawing() {
  return state_->content.empty() ? nullptr : std::make_unique<ChartDrawing>(*this);
}

bool ChartView::has_time_labels() const {
  return state_->time_labels;
}

QString ChartView::values_at(Instant at) const {
  QStringList lines;
  for (const ChartLine& line : state_->content.lines) {
    if (at > line.end) continue;
    const QString world = to_qstring(short_name(line.world));
    QString words = QStringLiteral("%1 %2: %3")
                        .arg(world, line.name, to_qstring(value_label(state_->content.unit, line.series.at(at))));
    if (line.looks) {
      const auto after = std::ranges::upper_bound(line.series.time, at);
      if (after == line.series.time.begin()) continue;
      const Duration since = at - *std::prev(after);
      if (since > Duration::zero()) words += tr(" (seen %1 before)").arg(to_qstring(format_duration(since)));
    }
    lines += words;
  }
  return lines.join(u'\n');
}

void ChartView::paintEvent(QPaintEvent*) {
  State& s = *state_;
  QPainter painter(this);
  painter.fillRect(rect(), s.theme.base);
  s.paint_header(painter, QRectF(0, 0, width(), s.header(width())));
  if (s.content.empty()) {
    painter.setPen(s.theme.muted);
    painter.setFont(s.theme.font(kChartTextPixels + 2));
    painter.drawText(rect().adjusted(8, s.header(width()), -8, 0), Qt::AlignCenter | Qt::TextWordWrap, s.empty_words());
  }
  if (hasFocus()) {
    painter.fillRect(QRect(0, 2, 3, s.header(width()) - 4), s.theme.accent);
  }
}

void ChartView::resizeEvent(QResizeEvent*) {
  state_->plot->setGeometry(state_->plot_area(size()));
  refresh();
}

void ChartView::keyPressEvent(QKeyEvent* event) {
  if (handle_navigation_key(state_->view, *event)) return;
  if (event->key() == Qt::Key_L && event->modifiers() == Qt::NoModifier) {
    set_logarithmic(!is_logarithmic());
    return;
  }
  QWidget::keyPressEvent(event);
}

bool ChartView::eventFilter(QObject* watched, QEvent* event) {
  State& s = *state_;
  if (watched != s.plot) return QWidget::eventFilter(watched, event);
  const TimeAxis axis = s.view.axis(s.plot->width());
  switch (event->type()) {
    case QEvent::Wheel: {
      const auto* wheel = static_cast<QWheelEvent*>(event);
      const double steps = wheel->angleDelta().y() / 120.0;
      const double sideways = wheel->angleDelta().x() / 120.0;
      if (steps != 0) s.view.zoom(axis.time(wheel->position().x()), std::pow(0.8, steps));
      if (sideways != 0)
        s.view.pan(Duration(std::llround(-sideways * static_cast<double>(axis.range.length().count()) / 16)));
      event->accept();
      return true;
    }
    case QEvent::MouseButtonPress: {
      const auto* mouse = static_cast<QMouseEvent*>(event);
      setFocus(Qt::MouseFocusReason);
      if (mouse->button() == Qt::LeftButton) {
        s.pressed = axis.time(mouse->position().x());
        s.dragged = false;
      }
      return true;
    }
    case QEvent::MouseMove: {
      const double x = static_cast<QMouseEvent*>(event)->position().x();
      const Instant at = axis.time(x);
      constexpr double kDragDistance = 4;
      if (s.pressed && std::abs(axis.x(*s.pressed) - x) >= kDragDistance) s.dragged = true;
      if (s.pressed && s.dragged) s.view.set_selection(TimeRange{*s.pressed, at});
      const bool over = x >= axis.left && x <= axis.left + axis.width;
      s.view.set_crosshair(over ? std::optional(at) : std::nullopt);
      return true;
    }
    case QEvent::MouseButtonRelease:
      if (s.pressed && !s.dragged) s.view.set_selection(std::nullopt);
      s.pressed.reset();
      return true;
    case QEvent::MouseButtonDblClick:
      return true;
    case QEvent::Leave:
      s.view.set_crosshair(std::nullopt);
      return false;
    case QEvent::ToolTip: {
      const auto* help = static_cast<QHelpEvent*>(event);
      const Instant at = axis.time(help->pos().x());
      const QString text = values_at(at);
      if (!text.isEmpty()) {
        const QString when = to_qstring(format_instant(at, axis.pixel()));
        QToolTip::showText(help->globalPos(), when + u'\n' + text, s.plot);
      }
      return true;
    }
    default:
      return false;
  }
}

}  // namespace spawnpoint::gui
