// SPDX-License-Identifier: GPL-3.0-or-later
// How a timeline gets its picture: at once or in the background, and what is shown until then.
#include "gui/timeline/timeline_state.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/hover.hpp"
#include "gui/time/mark_text.hpp"

#include <QPainter>
#include <cmath>
#include <utility>

#include "gui/time/accessible.hpp"
#include "gui/timeline/state_legend.hpp"
#include "gui/timeline/timeline_hover.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// Records up to this size are prepared and drawn at once, larger ones in the background.
constexpr std::size_t kSmall = 20'000;

std::size_t size_of(const Trace& trace) {
  return std::max(trace.segments.size(), trace.turns.size());
}

}  // namespace

TimelineWidget::State::State(TimelineWidget& widget_of, TimeView& view_of, WorldKind world_of)
    : widget(widget_of),
      view(view_of),
      world(world_of),
      // What fails, for lack of memory, leaves the picture as it is.
      preparing([this](auto fresh) {
        if (fresh) take_prepared(*std::move(fresh));
        if (prepare_again) prepare();
      }),
      drawing([this](auto late) {
        if (late) take_drawn(*std::move(late));
      }) {}

void TimelineWidget::State::forget() {
  preparing.cancel();
  drawing.cancel();
  prepare_again = false;
  job_to_show = kNoJob;
  trace.reset();
  take_data(nullptr);
}

void TimelineWidget::State::prepare() {
  if (preparing.is_running()) {
    prepare_again = true;
    return;
  }
  prepare_again = false;
  if (size_of(*trace) + trace->jobs.size() <= kSmall) {
    take_data(std::make_shared<const TimelineData>(trace, rows));
    return;
  }
  widget.viewport()->update();
  preparing.start([newest = trace, mode = rows, place = scene(), within = frame()](std::stop_token) {
    return prepare_timeline(newest, mode, place, within);
  });
}

void TimelineWidget::State::take_prepared(PreparedTimeline fresh) {
  // Even when a newer record waits: a run that grows faster than it is prepared must be seen to grow.
  if (fresh.data->mode() == rows) {
    take_data(std::move(fresh.data));
    if (fresh.scene.same_place(scene())) {  // else the view has been moved meanwhile
      picture_is_old = false;
      take_picture(std::move(fresh.picture), fresh.scene);
    }
  }
}

void TimelineWidget::State::take_data(std::shared_ptr<const TimelineData> fresh) {
  data = std::move(fresh);
  if (!data) picture = QImage();
  update_scroll_bar();
  describe();
  make_old();
  if (data && job_to_show != kNoJob) widget.show_job(job_to_show);
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
  if (drawing.is_running()) return;
  picture_is_old = false;
  TimelineScene wanted = scene();
  if (size_of(data->trace()) <= kSmall) {
    take_picture(draw_plot(wanted), wanted);
    return;
  }
  drawing.start([wanted](std::stop_token) { return Drawn{draw_plot(wanted), wanted}; });
}

void TimelineWidget::State::take_drawn(Drawn late) {
  const bool newer_is_shown = data != late.scene.data && !picture_is_old;
  if (data->mode() == late.scene.data->mode() && !newer_is_shown) take_picture(std::move(late.picture), late.scene);
  widget.viewport()->update();
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
  // It shows the place, and is not what says it: a record that grows has fewer rows at first.
  const QSignalBlocker quiet(bar);
  bar->setRange(0, beyond);
  bar->setPageStep(static_cast<int>(rows_now.height));
  bar->setSingleStep(static_cast<int>(std::max(8.0, rows_now.row_height)));
  bar->setValue(static_cast<int>(std::lround(rows_now.scroll)));
  const double fitting = widget.fitting_row_height();
  if (std::exchange(own_fitting, fitting) != fitting) emit widget.fitting_changed();
}

void TimelineWidget::State::set_place(const RowPlace& wanted) {
  if (wanted == place) return;
  place = wanted;
  update_scroll_bar();
  make_old();
}

void TimelineWidget::State::move_rows(const RowPlace& wanted) {
  set_place(wanted);
  emit widget.rows_moved(place);
}

void TimelineWidget::State::set_row_height_about(double pixels, double y) {
  const RowLayout before = layout();
  if (before.rows == 0) return move_rows({std::min(pixels, kHighestRow), place.top});
  const double fitting = frame().fitting(before.rows);
  if (pixels <= fitting * 1.001) return move_rows({});
  const double height = std::min(pixels, kHighestRow);
  const double row = (y + before.scroll) / before.row_height;
  const double last = std::max(0.0, static_cast<double>(before.rows) - before.height / height);
  move_rows({height, std::clamp(row - y / height, 0.0, last)});
}

const TimelineWidget::State::Header& TimelineWidget::State::header_layout() const {
  const bool is_same = !header_of.data.owner_before(data) && !data.owner_before(header_of.data) &&
                       header_of.summary == summary && header_of.size == widget.viewport()->size();
  if (!laid_header || !is_same) {
    header_of = {data, summary, widget.viewport()->size()};
    laid_header = lay_header();
  }
  return *laid_header;
}

TimelineWidget::State::Header TimelineWidget::State::lay_header() const {
  const QSize size = widget.viewport()->size();
  const double width = size.width() - view.margins().right - kHeaderLeft;
  const QFontMetricsF metrics(theme.font(kTextPixels + 1));
  const double room = std::max(0.0, width - world_header_indent(theme, kTextPixels + 1));
  const bool wide = size.width() >= kOneLine;
  double legend_width = 0;
  int legend_lines = wide ? 0 : 1;
  if (data) {
    const StateLegend legend(theme, *data, world, kTextPixels);
    legend_width = legend.width() + 8;
    legend_lines = wide && legend.width() < width / 2 ? 0 : legend.lines(width);
  }
  Header header;
  header.indent = world_header_indent(theme, kTextPixels + 1);
  // In a narrow column the lines after the first begin at its left edge.
  constexpr double kNarrow = 260;
  if (room < kNarrow) header.indent = 0;
  const double later = width - header.indent;
  // One line; a second one beside the legend, where that has a line; more before it, where the picture stays high.
  std::vector<double> widths{legend_lines == 0 ? room - legend_width : room};
  const auto fits = [&] {
    const QStringList lines = wrapped_parts(summary, metrics, widths);
    return lines.isEmpty() || !lines.back().endsWith(u'…');
  };
  const bool shared = !fits() && legend_lines == 1 && later - legend_width > later / 4;
  if (shared) widths.push_back(later - legend_width);
  const int around = kHeaderLine + kLegendLine * legend_lines + (time_labels ? kFooter : 4);
  for (int more = 1; !fits() && size.height() - around - kLegendLine * more >= kLeastPicture; ++more)
    widths.insert(widths.begin() + 1, later);
  header.summary = wrapped_parts(summary, metrics, widths);
  // The beginning of a part beside the legend tells nothing.
  const auto only_begins = [](const QString& line) { return line.endsWith(u'…') && !line.contains(kPartsApart); };
  bool shares = shared && header.summary.size() == static_cast<qsizetype>(widths.size());
  if (shares && only_begins(header.summary.back())) {
    shares = false;
    widths.pop_back();
    header.summary = wrapped_parts(summary, metrics, widths);
  }
  if (legend_lines > 0) header.legend_top = std::max(1, static_cast<int>(header.summary.size()) - (shares ? 1 : 0));
  header.lines = std::max(static_cast<int>(header.summary.size()), header.legend_top + std::max(legend_lines, 1));
  return header;
}

void TimelineWidget::State::paint_header(QPainter& painter) const {
  const Header& header = header_layout();
  const double width = plot().right() - kHeaderLeft;
  const auto top = [](int line) { return line == 0 ? 0 : kHeaderLine + kLegendLine * (line - 1); };
  const auto height = [](int line) { return line == 0 ? kHeaderLine : kLegendLine; };
  if (data)
    StateLegend(theme, *data, world, kTextPixels)
        .paint(painter, QRectF(kHeaderLeft, top(header.legend_top), width, 0), height(header.legend_top));
  paint_world_header(painter, theme, world, header.summary.value(0), QRectF(kHeaderLeft, 0, width, kHeaderLine),
                     kTextPixels + 1);
  const double indent = kHeaderLeft + header.indent;
  painter.setFont(theme.font(kTextPixels + 1));
  painter.setPen(theme.muted);
  for (int line = 1; line < header.summary.size(); ++line)
    painter.drawText(QRectF(indent, top(line), width, kLegendLine), Qt::AlignLeft | Qt::AlignVCenter,
                     header.summary[line]);
}

void TimelineWidget::State::paint_around(QPainter& painter, bool with_time_labels) const {
  const QRectF area = plot();
  paint_time_ticks(painter, theme, axis(), area, with_time_labels, kTextPixels);
  paint_row_names(painter, scene(), QRectF(4, area.top(), area.left() - 14, area.height()), kTextPixels);
  paint_missing_rows(painter, scene(), area, kTextPixels);
  paint_marks(painter, scene(), own_axis(), with_failure(data->trace().marks, failure), area, kTextPixels);
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
  for (const QRectF& turn : selected_turns()) {
    painter.setPen(QPen(theme.accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(turn);
  }
  if (const QRectF frame = selected_frame(); !frame.isNull()) {
    painter.fillRect(QRectF(area.left() - 4, frame.top(), 3, frame.height())
                         .intersected(QRectF(0, area.top(), area.right(), area.height())),
                     theme.accent);
    painter.save();
    painter.setClipRect(area.adjusted(-1, -1, 1, 1));
    painter.setPen(QPen(theme.accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(frame.adjusted(-1, 0, 1, 0));
    painter.restore();
  }
}

std::vector<QRectF> TimelineWidget::State::selected_turns() const {
  constexpr std::size_t kMost = 2000;  // More are not told apart.
  std::vector<QRectF> frames;
  const JobId job = view.selected_job();
  if (!data || data->mode() != TimelineRows::cores || job >= data->trace().jobs.size()) return frames;
  const JobTable& jobs = data->trace().jobs;
  const TimeRange whole = own_visible();
  const TimeRange of_job{std::max(whole.begin, jobs.started[job]), std::min(whole.end, jobs.ended[job])};
  const RowLayout rows_now = layout();
  if (of_job.begin >= of_job.end || rows_now.gathers()) return frames;
  const auto turns = data->segments(rows_now.first_row(), rows_now.visible_rows(), of_job, kMost);
  if (!turns) return frames;
  const QRectF area = plot();
  const TimeAxis time_axis = own_axis();
  for (const auto& [row, turn] : *turns) {
    if (turn.lane != jobs.lane[job]) continue;
    const double left = std::max(time_axis.x(turn.begin), area.left());
    const double right = std::min(time_axis.x(turn.end), area.right());
    frames.emplace_back(left, area.top() + rows_now.top(row), right - left, rows_now.row_height - 1);
  }
  return frames;
}

QRectF TimelineWidget::State::selected_frame() const {
  const JobId job = view.selected_job();
  if (!data || job >= data->trace().jobs.size()) return {};
  const auto row = data->row_of(job);
  if (!row) return {};
  const QRectF area = plot();
  const RowLayout rows_now = layout();
  const double top = rows_now.top(*row);
  const double height = std::max(3.0, rows_now.row_height - 1);
  if (top + height <= 0 || top >= area.height()) return {};
  const JobTable& jobs = data->trace().jobs;
  const Instant begin = jobs.started[job] == kNever ? jobs.since[job] : jobs.started[job];
  const Instant end = jobs.ended[job] == kNever ? std::max(begin, data->trace().end) : jobs.ended[job];
  const TimeAxis time_axis = own_axis();
  // Far outside of the view no pixel of it is seen, and a painter does not like such numbers.
  const auto x = [&](Instant at) { return std::clamp(time_axis.x(at), area.left() - 10, area.right() + 10); };
  return {x(begin), area.top() + top, x(end) - x(begin), height};
}

void TimelineWidget::State::focus_job() {
  const JobId job = view.selected_job();
  if (!data || job >= data->trace().jobs.size()) return;
  const JobTable& jobs = data->trace().jobs;
  const Instant begin = jobs.started[job] == kNever ? jobs.since[job] : jobs.started[job];
  const Instant end = jobs.ended[job] == kNever ? std::max(begin, data->trace().end) : jobs.ended[job];
  const Duration air = std::max<Duration>((end - begin) / 10, Duration(1000));
  view.commit();
  view.set_visible({begin - air + shift, end + air + shift});
  view.commit();
  widget.show_job(job);
}

void TimelineWidget::State::describe() const {
  if (!data) {
    set_accessible_text(widget, empty_text);
    return;
  }
  const Trace& run = data->trace();
  const std::string rows_text = format_count(static_cast<std::int64_t>(data->rows() - (data->has_queue_row() ? 1 : 0)),
                                             rows == TimelineRows::jobs    ? "job"
                                             : rows == TimelineRows::cores ? "core"
                                                                           : "thread");
  QString text = QStringLiteral("%1 over %2. ")
                     .arg(to_qstring(rows_text), to_qstring(format_duration(run.end.time_since_epoch())));
  for (std::size_t i = 0; i < std::min<std::size_t>(run.marks.size(), 5); ++i) {
    text += QStringLiteral("At %1: %2. ")
                .arg(to_qstring(format_duration(run.marks[i].at.time_since_epoch())), mark_text(run.marks[i]));
  }
  set_accessible_text(widget, text + summary);
}

}  // namespace spawnpoint::gui
