// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/timeline_widget.hpp"

#include <QCoreApplication>
#include <QFutureWatcher>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QThreadPool>
#include <QToolTip>
#include <QWheelEvent>
#include <QtConcurrentRun>
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "gui/timeline/accessible.hpp"
#include "gui/timeline/timeline_hover.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "models/lab/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kHeader = 22;
constexpr int kFooter = 20;
constexpr int kTextPixels = 11;
constexpr double kHighestRow = 48;
/// Records up to this size are prepared and drawn at once, larger ones in the background.
constexpr std::size_t kSmall = 20'000;

}  // namespace

struct TimelineWidget::State {
  State(TimelineWidget& widget_of, TimeView& view_of, WorldKind world_of)
      : widget(widget_of), view(view_of), world(world_of) {
    // One to prepare a newer record while the other draws: the view can be moved meanwhile.
    pool.setMaxThreadCount(2);
  }
  ~State() { pool.waitForDone(); }

  TimelineWidget& widget;
  TimeView& view;
  WorldKind world;
  Theme theme = make_theme(ThemeKind::light);
  QString summary;
  QString empty_text;
  std::string concurrency;
  bool time_labels = true;
  TimelineRows rows = TimelineRows::threads;
  double wanted_row_height = 0;
  Duration shift{};

  std::shared_ptr<const Trace> trace;        ///< The newest.
  std::shared_ptr<const TimelineData> data;  ///< The newest that is prepared.
  QImage picture;
  TimelineScene drawn;  ///< What `picture` shows.
  bool picture_is_old = true;
  bool preparing = false;
  bool prepare_again = false;
  bool drawing = false;

  enum class Drag { none, pressed, select, pan };
  Drag drag = Drag::none;
  QPoint pressed_at;
  Instant pressed_time{};
  TimeRange pressed_range;
  QThreadPool pool;  // Last: its jobs end before anything else of this goes.

  QRectF plot() const {
    const QRectF all = widget.viewport()->rect();
    const PlotMargins margins = view.margins();
    const double below = time_labels ? kFooter : 4;
    return {static_cast<double>(margins.left), kHeader, std::max(1.0, all.width() - margins.left - margins.right),
            std::max(1.0, all.height() - kHeader - below)};
  }
  TimeAxis axis() const {
    const QRectF area = plot();
    return {view.visible(), area.left(), area.width()};
  }
  /// What is visible, and the axis, in the record's own time.
  TimeRange own_visible() const { return {view.visible().begin - shift, view.visible().end - shift}; }
  TimeAxis own_axis() const {
    TimeAxis result = axis();
    result.range = own_visible();
    return result;
  }
  RowLayout layout() const { return frame().layout(data ? data->rows() : 0); }
  RowFrame frame() const { return {plot().height(), wanted_row_height, double(widget.verticalScrollBar()->value())}; }
  TimelineScene scene() const {
    TimelineScene result;
    result.data = data;
    result.layout = layout();
    result.range = own_visible();
    result.shift = shift;
    result.width = plot().width();
    result.scale = widget.viewport()->devicePixelRatioF();
    result.world = world;
    result.theme = theme;
    return result;
  }

  void prepare();
  void take_data(std::shared_ptr<const TimelineData> fresh);
  void make_old();
  void draw();
  void take_picture(QImage image, const TimelineScene& of);
  void update_scroll_bar();
  void set_row_height_about(double pixels, double y);
  void paint_picture(QPainter& painter) const;
  void paint_cursor(QPainter& painter) const;
  void focus_job();
  void describe() const;
};

void TimelineWidget::State::prepare() {
  if (preparing) {
    prepare_again = true;
    return;
  }
  prepare_again = false;
  if (!trace) {
    take_data(nullptr);
    return;
  }
  if (trace->segments.size() + trace->jobs.size() <= kSmall) {
    take_data(std::make_shared<const TimelineData>(trace, rows));
    return;
  }
  preparing = true;
  widget.viewport()->update();
  auto* watcher = new QFutureWatcher<PreparedTimeline>(&widget);
  QObject::connect(watcher, &QFutureWatcherBase::finished, &widget, [this, watcher] {
    preparing = false;
    PreparedTimeline fresh = watcher->result();
    watcher->deleteLater();
    // Even when a newer record waits: a run that grows faster than it is prepared must be seen to grow.
    if (trace && fresh.data->mode() == rows) {
      take_data(std::move(fresh.data));
      if (fresh.scene.same_place(scene())) {  // else the view has been moved meanwhile
        picture_is_old = false;
        take_picture(std::move(fresh.picture), fresh.scene);
      }
    }
    if (prepare_again) prepare();
  });
  watcher->setFuture(QtConcurrent::run(&pool, [newest = trace, mode = rows, place = scene(), within = frame()] {
    return prepare_timeline(newest, mode, place, within);
  }));
}

void TimelineWidget::State::take_data(std::shared_ptr<const TimelineData> fresh) {
  data = std::move(fresh);
  if (!data) picture = QImage();
  update_scroll_bar();
  describe();
  make_old();
}

void TimelineWidget::State::make_old() {
  picture_is_old = true;
  widget.viewport()->update();
}

void TimelineWidget::State::draw() {
  if (!picture_is_old || !data) {
    picture_is_old = picture_is_old && data;
    return;
  }
  if (drawing) return;
  picture_is_old = false;
  TimelineScene wanted = scene();
  if (data->trace().segments.size() <= kSmall) {
    take_picture(draw_plot(wanted), wanted);
    return;
  }
  drawing = true;
  auto* watcher = new QFutureWatcher<QImage>(&widget);
  QObject::connect(watcher, &QFutureWatcherBase::finished, &widget, [this, watcher, wanted] {
    drawing = false;
    const bool newer_is_shown = data != wanted.data && !picture_is_old;
    if (data && data->mode() == wanted.data->mode() && !newer_is_shown) take_picture(watcher->result(), wanted);
    watcher->deleteLater();
    widget.viewport()->update();
  });
  watcher->setFuture(QtConcurrent::run(&pool, [wanted] { return draw_plot(wanted); }));
}

void TimelineWidget::State::take_picture(QImage image, const TimelineScene& of) {
  picture = std::move(image);
  picture.setDevicePixelRatio(of.scale);
  drawn = of;
  if (!picture_is_old) emit widget.drawn();
}

void TimelineWidget::State::update_scroll_bar() {
  const RowLayout rows_now = layout();
  QScrollBar* bar = widget.verticalScrollBar();
  const int beyond = static_cast<int>(std::ceil(std::max(0.0, rows_now.content() - rows_now.height)));
  bar->setRange(0, beyond);
  bar->setPageStep(static_cast<int>(rows_now.height));
  bar->setSingleStep(static_cast<int>(std::max(8.0, rows_now.row_height)));
}

void TimelineWidget::State::set_row_height_about(double pixels, double y) {
  const RowLayout before = layout();
  if (before.rows == 0) return;
  const double fitting = RowLayout::fitting(before.rows, before.height);
  wanted_row_height = pixels <= fitting * 1.001 ? 0 : std::min(pixels, kHighestRow);
  update_scroll_bar();
  const double row = (y + before.scroll) / before.row_height;
  widget.verticalScrollBar()->setValue(static_cast<int>(std::lround(row * layout().row_height - y)));
  make_old();
}

void TimelineWidget::State::paint_picture(QPainter& painter) const {
  const QRectF area = plot();
  painter.fillRect(area, theme.base);
  if (picture.isNull() || !data) return;
  const RowLayout now = layout();
  if (drawn.range == own_visible() && drawn.width == area.width() && drawn.layout.height == now.height &&
      drawn.layout.row_height == now.row_height && drawn.layout.scroll == now.scroll) {
    painter.drawImage(area.topLeft(), picture);
    return;
  }
  // Until the new picture comes, the last one where its time and rows are now.
  painter.save();
  painter.setClipRect(area);
  const TimeAxis time_axis = own_axis();
  const double left = time_axis.x(drawn.range.begin);
  const double right = time_axis.x(drawn.range.end);
  const double stretch = drawn.layout.row_height > 0 ? now.row_height / drawn.layout.row_height : 1;
  const double top = area.top() + drawn.layout.scroll * stretch - now.scroll;
  painter.drawImage(QRectF(left, top, right - left, drawn.layout.height * stretch), picture);
  painter.restore();
}

void TimelineWidget::State::paint_cursor(QPainter& painter) const {
  const QRectF area = plot();
  paint_selection(painter, theme, view, axis(), area, kTextPixels);
  const TimeAxis time_axis = axis();
  if (const auto crosshair = view.crosshair(); crosshair && view.visible().contains(*crosshair)) {
    const double x = std::round(time_axis.x(*crosshair)) + 0.5;
    painter.setPen(QPen(theme.crosshair, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
  }
  if (const JobId job = view.selected_job(); job != kNoJob && data) {
    if (const auto row = data->row_of(job)) {
      const RowLayout rows_now = layout();
      const double top = rows_now.top(*row);
      const double height = std::max(2.0, rows_now.row_height);
      if (top + height > 0 && top < area.height()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.setBrush(Qt::NoBrush);
        const QRectF mark(area.left() - 4, area.top() + std::clamp(top, 0.0, area.height()), 3,
                          std::min(height, area.height() - std::max(0.0, top)));
        painter.fillRect(mark, theme.accent);
      }
    }
  }
}

void TimelineWidget::State::focus_job() {
  const JobId job = view.selected_job();
  if (!data || job >= data->trace().jobs.size()) return;
  const JobTable& jobs = data->trace().jobs;
  const Instant begin = jobs.started[job] == kNever ? jobs.since[job] : jobs.started[job];
  const Instant end = jobs.ended[job] == kNever ? std::max(begin, data->trace().end) : jobs.ended[job];
  const Duration air = std::max<Duration>((end - begin) / 10, Duration(1000));
  view.set_visible({begin - air + shift, end + air + shift});
  widget.show_job(job);
}

void TimelineWidget::State::describe() const {
  if (!data) {
    set_accessible_text(widget, empty_text);
    return;
  }
  const Trace& run = data->trace();
  const std::string rows_text =
      format_count(static_cast<std::int64_t>(data->rows()), rows == TimelineRows::jobs ? "job" : "thread");
  QString text =
      QStringLiteral("%1 over %2. ")
          .arg(QString::fromStdString(rows_text), QString::fromStdString(format_duration(run.end.time_since_epoch())));
  for (std::size_t i = 0; i < std::min<std::size_t>(run.marks.size(), 5); ++i) {
    text +=
        QStringLiteral("At %1: %2. ")
            .arg(QString::fromStdString(format_duration(run.marks[i].at.time_since_epoch())), mark_text(run.marks[i]));
  }
  set_accessible_text(widget, text + summary);
}

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
  set_empty_text(world == WorldKind::modeled ? tr("Not modeled yet: F6 runs it on the simulated kernel.")
                                             : tr("Not run live yet: F7 runs it on this machine."));
  connect(&view, &TimeView::visible_changed, this, [this] { state_->make_old(); });
  for (const auto signal : {&TimeView::crosshair_changed, &TimeView::selection_changed, &TimeView::markers_changed,
                            &TimeView::selected_job_changed}) {
    connect(&view, signal, viewport(), qOverload<>(&QWidget::update));
  }
  connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { state_->make_old(); });
}

TimelineWidget::~TimelineWidget() = default;

void TimelineWidget::set_trace(std::shared_ptr<const Trace> trace) {
  if (trace == state_->trace) return;
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
  state_->wanted_row_height = 0;
  state_->prepare();
}

TimelineRows TimelineWidget::rows() const {
  return state_->rows;
}

void TimelineWidget::set_summary(const QString& summary) {
  if (summary == state_->summary) return;
  state_->summary = summary;
  state_->describe();
  viewport()->update(0, 0, viewport()->width(), kHeader);
}

void TimelineWidget::set_empty_text(const QString& text) {
  state_->empty_text = text;
  state_->describe();
  viewport()->update();
}

void TimelineWidget::set_concurrency(const std::string& concurrency) {
  state_->concurrency = concurrency;
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
  state_->wanted_row_height = std::clamp(pixels, 0.0, kHighestRow);
  state_->update_scroll_bar();
  state_->make_old();
}

double TimelineWidget::row_height() const {
  return state_->layout().row_height;
}

void TimelineWidget::show_job(JobId job) {
  State& s = *state_;
  s.view.select_job(job);
  if (!s.data) return;
  const auto row = s.data->row_of(job);
  if (!row) return;
  const RowLayout layout = s.layout();
  const double top = layout.top(*row);
  if (top < 0 || top + layout.row_height > layout.height) {
    verticalScrollBar()->setValue(static_cast<int>(static_cast<double>(*row) * layout.row_height - layout.height / 2));
  }
}

QString TimelineWidget::text_at(const QPoint& point) const {
  const State& s = *state_;
  if (!s.data) return {};
  return hover_text(*s.data, s.concurrency, s.layout(), s.own_axis(), s.plot(), point);
}

bool TimelineWidget::is_settled() const {
  const State& s = *state_;
  return !s.preparing && !s.prepare_again && !s.drawing && !(s.picture_is_old && s.data);
}

void TimelineWidget::settle() {
  while (!is_settled()) {
    if (!state_->preparing) state_->draw();
    state_->pool.waitForDone();
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
  double legend = 0;
  if (s.data) {
    legend = std::min(360.0, all.width() * 0.4);
    paint_state_legend(painter, s.theme, s.world, *s.data, QRectF(area.right() - legend, 0, legend, kHeader),
                       kTextPixels);
  }
  paint_world_header(painter, s.theme, s.world, s.summary, QRectF(8, 0, area.right() - 8 - legend - 8, kHeader),
                     kTextPixels + 1);
  if (!s.data) {
    painter.setPen(s.theme.muted);
    painter.setFont(s.theme.font(kTextPixels + 2));
    const QString words =
        s.preparing
            ? tr("Preparing %1 …")
                  .arg(QString::fromStdString(format_count(static_cast<std::int64_t>(s.trace->jobs.size()), "job")))
            : s.empty_text;
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, words);
  } else {
    s.paint_picture(painter);
    const TimeAxis axis = s.axis();
    paint_time_ticks(painter, s.theme, axis, area, s.time_labels, kTextPixels);
    paint_row_names(painter, s.scene(), QRectF(4, area.top(), area.left() - 14, area.height()), kTextPixels);
    paint_marks(painter, s.theme, s.own_axis(), s.data->trace().marks, area, kTextPixels);
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
  s.view.select_job(segment ? segment->job : kNoJob);
  if (segment) emit job_activated(segment->job);
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
