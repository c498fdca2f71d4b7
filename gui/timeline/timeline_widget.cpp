// SPDX-License-Identifier: GPL-3.0-or-later
// The widget: what it is told, how it is painted, and what mouse and keys do.
#include "gui/timeline/timeline_widget.hpp"

#include <QCoreApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "gui/charts/chart_view.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/accessible.hpp"
#include "gui/timeline/timeline_hover.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "gui/timeline/timeline_state.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {

/// The timeline at its size on the screen, with the rows and the time that are seen, and labels at its time axis.
class TimelineDrawing final : public Drawing {
 public:
  explicit TimelineDrawing(TimelineWidget::State& state) : state_(state) {}
  double width() const override { return state_.widget.viewport()->width(); }
  double height() const override { return state_.plot().bottom() + TimelineWidget::State::kFooter; }
  void paint(FigurePainter& painter, double pixels) override {
    const QRectF area = state_.plot();
    painter->fillRect(QRectF(0, 0, width(), height()), state_.theme.base);
    state_.paint_header(*painter);
    TimelineScene scene = state_.scene();
    scene.scale = pixels;
    if (pixels > 0)
      painter->drawImage(area, draw_plot(scene));
    else
      paint_plot(*painter, scene, area);
    state_.paint_around(*painter, /*time_labels=*/true);
    painter->setPen(state_.theme.frame);
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
  }

 private:
  TimelineWidget::State& state_;
};

TimelineWidget::TimelineWidget(TimeView& view, WorldKind world, QWidget* parent)
    : QAbstractScrollArea(parent), state_(std::make_unique<State>(*this, view, world)) {
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  // Always there, or the plots' right edges would not stay aligned.
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setMouseTracking(true);
  viewport()->setAutoFillBackground(false);
  viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
  make_accessible_chart(
      *this, world == WorldKind::modeled ? tr("Timeline of the modeled run") : tr("Timeline of the live run"));
  set_empty_text(world == WorldKind::modeled
                     ? tr("Not modeled yet: %1 runs it on the simulated kernel.").arg(keys::kRunModel)
                     : tr("Not run live yet: %1 runs it on this machine.").arg(keys::kRunLive));
  connect(&view, &TimeView::visible_changed, this, [this] { state_->make_old(); });
  for (const auto signal : {&TimeView::crosshair_changed, &TimeView::selection_changed, &TimeView::markers_changed,
                            &TimeView::selected_job_changed}) {
    connect(&view, signal, viewport(), qOverload<>(&QWidget::update));
  }
  connect(&view, &TimeView::selected_job_changed, this, [this] { state_->job_to_show = kNoJob; });
  connect(&view, &TimeView::fitted, this, [this] { state_->set_place({}); });
  connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int pixels) {
    State& s = *state_;
    const double row_height = s.layout().row_height;
    if (row_height > 0) s.move_rows({s.place.row_height, pixels / row_height});
  });
}

TimelineWidget::~TimelineWidget() = default;

void TimelineWidget::set_run(std::size_t run, const std::string& concurrency) {
  state_->concurrency = concurrency;
  if (std::exchange(state_->of_run, run) != run) state_->forget();
}

void TimelineWidget::set_trace(std::shared_ptr<const Trace> trace) {
  if (trace == state_->trace) return;
  if (!trace) {
    state_->forget();
    return;
  }
  state_->trace = std::move(trace);
  state_->prepare();
}

std::shared_ptr<const Trace> TimelineWidget::trace() const {
  return state_->trace;
}

void TimelineWidget::set_theme(const Theme& theme) {
  state_->theme = theme;
  state_->make_old();
}

void TimelineWidget::set_rows(TimelineRows rows) {
  if (rows == state_->rows) return;
  state_->rows = rows;
  state_->place = {};
  if (state_->trace) state_->prepare();
}

TimelineRows TimelineWidget::rows() const {
  return state_->rows;
}

void TimelineWidget::set_summary(const QString& summary) {
  if (summary == state_->summary) return;
  const int before = state_->header();
  state_->summary = summary;
  state_->describe();
  viewport()->update(0, 0, viewport()->width(), state_->header());
  if (state_->header() == before) return;
  state_->update_scroll_bar();
  state_->make_old();
}

const QStringList& TimelineWidget::shown_summary() const {
  return state_->header_layout().summary;
}

void TimelineWidget::set_failure(const QString& words) {
  if (words == state_->failure) return;
  state_->failure = words;
  viewport()->update();
}

void TimelineWidget::set_empty_text(const QString& text) {
  state_->empty_text = text;
  state_->describe();
  viewport()->update();
}

void TimelineWidget::set_time_labels(bool shown) {
  state_->time_labels = shown;
  state_->update_scroll_bar();
  state_->make_old();
}

void TimelineWidget::set_shift(Duration shift) {
  if (shift == state_->shift) return;
  state_->shift = shift;
  state_->make_old();
}

void TimelineWidget::set_row_height(double pixels) {
  if (pixels <= 0)
    state_->move_rows({});
  else
    state_->set_row_height_about(pixels, /*y=*/0);
}

void TimelineWidget::set_row_place(const RowPlace& place) {
  state_->set_place(place);
}

const RowPlace& TimelineWidget::row_place() const {
  return state_->place;
}

double TimelineWidget::fitting_row_height() const {
  const std::size_t rows = state_->data ? state_->data->rows() : 0;
  return rows == 0 ? std::numeric_limits<double>::infinity() : RowLayout::fitting(rows, state_->plot().height());
}

void TimelineWidget::set_highest_fitting(double pixels) {
  if (std::exchange(state_->highest_fitting, pixels) == pixels) return;
  state_->update_scroll_bar();
  state_->make_old();
}

double TimelineWidget::row_height() const {
  return state_->layout().row_height;
}

void TimelineWidget::show_job(JobId job) {
  State& s = *state_;
  s.view.select_job(job);
  const auto row = s.data ? s.data->row_of(job) : std::nullopt;
  // Its record may still be prepared.
  s.job_to_show = !row && s.trace ? job : kNoJob;
  if (!row) return;
  const RowLayout layout = s.layout();
  const double top = layout.top(*row);
  const bool is_read = layout.row_height >= State::kReadableRow;
  if (is_read && top >= 0 && top + layout.row_height <= layout.height) return;
  const double height = is_read ? layout.row_height : State::kReadableRow;
  const double seen = layout.height / height;
  const double last = std::max(0.0, static_cast<double>(layout.rows) - seen);
  s.move_rows({height, std::clamp(static_cast<double>(*row) + 0.5 - seen / 2, 0.0, last)});
}

void TimelineWidget::focus_job() {
  state_->focus_job();
}

std::unique_ptr<Drawing> TimelineWidget::drawing() {
  return state_->data ? std::make_unique<TimelineDrawing>(*state_) : nullptr;
}

QString TimelineWidget::text_at(const QPoint& point) const {
  const State& s = *state_;
  if (point.y() < s.header())
    return s.summary.isEmpty() ? QString() : world_name(s.world) + kPartsApart.toString() + s.summary;
  if (!s.data) return {};
  return hover_text(*s.data, s.concurrency, s.layout(), s.own_axis(), s.plot(), point);
}

bool TimelineWidget::is_settled() const {
  const State& s = *state_;
  return !s.preparing.is_running() && !s.prepare_again && !s.drawing.is_running() && !(s.picture_is_old && s.data);
}

void TimelineWidget::settle() {
  while (!is_settled()) {
    if (!state_->preparing.is_running()) state_->draw();
    state_->preparing.wait();
    state_->drawing.wait();
    QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents);
  }
}

void TimelineWidget::paintEvent(QPaintEvent*) {
  State& s = *state_;
  s.draw();
  QPainter painter(viewport());
  const QRectF all = viewport()->rect();
  const QRectF area = s.plot();
  painter.fillRect(all, s.theme.base);
  s.paint_header(painter);
  if (!s.data) {
    painter.setPen(s.theme.muted);
    painter.setFont(s.theme.font(State::kTextPixels + 2));
    const QString words =
        s.preparing.is_running()
            ? tr("Preparing %1 …").arg(to_qstring(format_count(static_cast<std::int64_t>(s.trace->jobs.size()), "job")))
            : s.empty_text;
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, words);
  } else {
    s.paint_picture(painter);
    s.paint_around(painter, s.time_labels);
  }
  s.paint_cursor(painter);
  painter.setPen(hasFocus() ? s.theme.accent : s.theme.frame);
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
}

void TimelineWidget::resizeEvent(QResizeEvent*) {
  state_->update_scroll_bar();
  state_->make_old();
}

void TimelineWidget::scrollContentsBy(int, int) {
  state_->make_old();
}

bool TimelineWidget::viewportEvent(QEvent* event) {
  State& s = *state_;
  if (event->type() == QEvent::Leave) s.view.set_crosshair(std::nullopt);
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = text_at(help->pos());
    if (text.isEmpty()) {
      QToolTip::hideText();
    } else {
      QToolTip::showText(help->globalPos(), text, viewport());
    }
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

void TimelineWidget::mousePressEvent(QMouseEvent* event) {
  State& s = *state_;
  if (event->button() == Qt::LeftButton) {
    s.drag = State::Drag::pressed;
  } else if (event->button() == Qt::MiddleButton) {
    s.drag = State::Drag::pan;
  } else {
    event->ignore();
    return;
  }
  s.pressed_at = event->pos();
  s.pressed_time = s.axis().time(event->position().x());
  s.pressed_range = s.view.visible();
}

void TimelineWidget::mouseMoveEvent(QMouseEvent* event) {
  constexpr int kDragDistance = 4;
  State& s = *state_;
  const Instant at = s.axis().time(event->position().x());
  const bool over = s.plot().contains(event->position());
  if (s.drag == State::Drag::pressed && std::abs(event->pos().x() - s.pressed_at.x()) >= kDragDistance) {
    s.drag = State::Drag::select;
  }
  if (s.drag == State::Drag::select) s.view.set_selection(TimeRange{s.pressed_time, at});
  if (s.drag == State::Drag::pan) {
    TimeAxis axis = s.axis();
    axis.range = s.pressed_range;
    const Duration by = axis.time(s.pressed_at.x()) - axis.time(event->position().x());
    s.view.set_visible(panned(s.pressed_range, by, s.view.bounds()));
    return;
  }
  s.view.set_crosshair(over || s.drag == State::Drag::select ? std::optional(at) : std::nullopt);
}

void TimelineWidget::mouseReleaseEvent(QMouseEvent* event) {
  State& s = *state_;
  const auto drag = std::exchange(s.drag, State::Drag::none);
  if (drag == State::Drag::pan) s.view.commit();
  if (drag != State::Drag::pressed) return;
  // A click, not a drag.
  s.view.set_selection(std::nullopt);
  if (!s.data) return;
  const QRectF area = s.plot();
  if (!area.contains(event->position())) return;
  const std::size_t row = s.layout().row_at(event->position().y() - area.top());
  const auto segment = s.data->segment_at(row, s.own_axis().time(event->position().x()));
  const JobId job = segment ? segment->job : kNoJob;
  s.view.select_job(job);
  if (job != kNoJob) emit job_activated(job);
}

void TimelineWidget::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && state_->view.selected_job() != kNoJob) state_->focus_job();
}

void TimelineWidget::wheelEvent(QWheelEvent* event) {
  State& s = *state_;
  const double steps = event->angleDelta().y() / 120.0;
  const double sideways = event->angleDelta().x() / 120.0;
  if (event->modifiers() & Qt::ControlModifier) {
    const double y = event->position().y() - s.plot().top();
    s.set_row_height_about(s.layout().row_height * std::pow(1.2, steps), y);
  } else if (event->modifiers() & Qt::ShiftModifier) {
    // Some platforms turn the wheel sideways where Shift is held.
    const double rows = steps != 0 ? steps : sideways;
    QScrollBar* bar = verticalScrollBar();
    bar->setValue(bar->value() - static_cast<int>(rows * 3 * bar->singleStep()));
  } else {
    if (steps != 0) s.view.zoom(s.axis().time(event->position().x()), std::pow(0.8, steps));
    if (sideways != 0)
      s.view.pan(
          Duration(static_cast<std::int64_t>(-sideways * static_cast<double>(s.view.visible().length().count()) / 16)));
  }
  event->accept();
}

void TimelineWidget::keyPressEvent(QKeyEvent* event) {
  State& s = *state_;
  if (handle_navigation_key(s.view, *event)) return;
  QScrollBar* bar = verticalScrollBar();
  switch (event->key()) {
    case Qt::Key_F:
      s.focus_job();
      return;
    case Qt::Key_Up:
      bar->triggerAction(QScrollBar::SliderSingleStepSub);
      return;
    case Qt::Key_Down:
      bar->triggerAction(QScrollBar::SliderSingleStepAdd);
      return;
    case Qt::Key_PageUp:
      bar->triggerAction(QScrollBar::SliderPageStepSub);
      return;
    case Qt::Key_PageDown:
      bar->triggerAction(QScrollBar::SliderPageStepAdd);
      return;
    case Qt::Key_Plus:
      s.set_row_height_about(s.layout().row_height * 1.2, s.plot().height() / 2);
      return;
    case Qt::Key_Minus:
      s.set_row_height_about(s.layout().row_height / 1.2, s.plot().height() / 2);
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (s.view.selected_job() != kNoJob) emit job_activated(s.view.selected_job());
      return;
    default:
      event->ignore();
  }
}

}  // namespace spawnpoint::gui
