// SPDX-License-Identifier: GPL-3.0-or-later
// What a TimelineWidget keeps: its record, the picture of it, and what runs in the background. Private to the
// widget.
#pragma once

#include <QImage>
#include <QScrollBar>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/background/latest_job.hpp"
#include "gui/time/time_axis.hpp"
#include "gui/timeline/row_layout.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "gui/timeline/timeline_widget.hpp"

namespace spawnpoint::gui {

struct TimelineWidget::State {
  static constexpr int kHeaderLine = 22;
  static constexpr int kLegendLine = 18;
  static constexpr double kHeaderLeft = 8;
  /// Below this width the legend always has lines of its own,
  static constexpr int kOneLine = 900;
  /// and the picture keeps this height from the summary's.
  static constexpr int kLeastPicture = 76;
  static constexpr int kFooter = 20;
  static constexpr int kTextPixels = 11;
  static constexpr double kHighestRow = 48;
  static constexpr double kReadableRow = 14;  ///< With its name beside it.

  State(TimelineWidget& widget_of, TimeView& view_of, WorldKind world_of);

  TimelineWidget& widget;
  TimeView& view;
  WorldKind world;
  Theme theme = make_theme(ThemeKind::light);
  JobId job_to_show = kNoJob;  ///< As soon as there is a row of it, if it is still selected then.
  QString summary;
  QString failure;  ///< What its mark says.
  QString empty_text;
  std::size_t of_run = 0;
  std::string concurrency;
  bool time_labels = true;
  TimelineRows rows = TimelineRows::threads;
  RowPlace place;
  double highest_fitting = std::numeric_limits<double>::infinity();
  double own_fitting = std::numeric_limits<double>::infinity();  ///< As others were told last.
  Duration shift{};

  std::shared_ptr<const Trace> trace;        ///< The newest.
  std::shared_ptr<const TimelineData> data;  ///< The newest that is prepared.
  QImage picture;
  TimelineScene drawn;  ///< What `picture` shows.
  bool picture_is_old = true;
  bool prepare_again = false;

  enum class Drag { none, pressed, select, pan };
  Drag drag = Drag::none;
  QPoint pressed_at;
  Instant pressed_time{};
  TimeRange pressed_range;
  /// A newer record is prepared while another is drawn: the view can be moved meanwhile.
  LatestJob<PreparedTimeline> preparing;
  struct Drawn {
    QImage picture;
    TimelineScene scene;
  };
  LatestJob<Drawn> drawing;

  /// How the header is laid out: the summary's lines, and those of the legend, the first of which the last line of the
  /// summary may share.
  struct Header {
    QStringList summary;
    double indent = 0;   ///< Of the summary's lines after the first.
    int legend_top = 0;  ///< The line in which the legend begins: 0 is the first.
    int lines = 1;
  };
  // Of a record and a summary, within a size: asked for at each move of the mouse.
  struct HeaderKey {
    std::weak_ptr<const TimelineData> data;
    QString summary;
    QSize size;
  };
  mutable HeaderKey header_of;
  mutable std::optional<Header> laid_header;

  const Header& header_layout() const;
  Header lay_header() const;
  int header() const { return kHeaderLine + kLegendLine * (header_layout().lines - 1); }
  QRectF plot() const {
    const QRectF all = widget.viewport()->rect();
    const PlotMargins margins = view.margins();
    const double below = time_labels ? kFooter : 4;
    return {static_cast<double>(margins.left), static_cast<double>(header()),
            std::max(1.0, all.width() - margins.left - margins.right), std::max(1.0, all.height() - header() - below)};
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
  RowFrame frame() const { return {plot().height(), place, highest_fitting}; }
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

  /// There is nothing to show, and what is on its way is of no use any more.
  void forget();
  void prepare();
  void take_prepared(PreparedTimeline fresh);
  void take_data(std::shared_ptr<const TimelineData> fresh);
  void make_old();
  void draw();
  void take_drawn(Drawn late);
  void take_picture(QImage image, const TimelineScene& of);
  void update_scroll_bar();
  void set_place(const RowPlace& wanted);
  /// By the user: other timelines follow.
  void move_rows(const RowPlace& wanted);
  void set_row_height_about(double pixels, double y);
  /// Whose timeline it is, and what the colours mean.
  void paint_header(QPainter& painter) const;
  void paint_picture(QPainter& painter) const;
  /// Times, names of rows, and marks.
  void paint_around(QPainter& painter, bool with_time_labels) const;
  void paint_cursor(QPainter& painter) const;
  /// Around the selected job's bar; null where no row of it is seen.
  QRectF selected_frame() const;
  /// On rows of cores: the turns that the selected job's thread has from the job's start to its end.
  std::vector<QRectF> selected_turns() const;
  void focus_job();
  void describe() const;
};

}  // namespace spawnpoint::gui
