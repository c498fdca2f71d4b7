// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing a timeline: onto an image for the screen (fast, in any thread) or with a painter into a vector file.
#pragma once

#include <QFontMetricsF>
#include <QImage>
#include <QRectF>
#include <QStringList>
#include <memory>
#include <vector>

#include "gui/theme/theme.hpp"
#include "gui/timeline/row_layout.hpp"
#include "gui/timeline/timeline_data.hpp"

class QPainter;

namespace spawnpoint::gui {

/// Ticks of a time axis are at least so far apart.
inline constexpr double kTickSpacing = 88;

struct TimelineScene {
  std::shared_ptr<const TimelineData> data;
  RowLayout layout;
  TimeRange range;   ///< In the record's own time.
  Duration shift{};  ///< Grid lines are at round moments this much later.
  double width = 0;  ///< Of the plot, in logical pixels; its height is the layout's.
  double scale = 1;  ///< Device pixels per logical one.
  WorldKind world = WorldKind::modeled;
  Theme theme = make_theme(ThemeKind::light);
  int label_pixels = 10;  ///< Text on bars.

  /// Of the same record they would be the same picture.
  bool same_place(const TimelineScene& other) const;
};

/// All that is within the plot: rows, segments, failures. Callable from any thread.
QImage draw_plot(const TimelineScene& scene);

/// A record that is ready to draw, and the first picture of it: both come from one job in the background, as the
/// window's thread has the charts to draw meanwhile.
struct PreparedTimeline {
  std::shared_ptr<const TimelineData> data;
  TimelineScene scene;
  QImage picture;
};
PreparedTimeline prepare_timeline(std::shared_ptr<const Trace> trace, TimelineRows rows, TimelineScene place,
                                  const RowFrame& within);

/// The same as vectors, at `where`. What is drawn grows with the area, not with the number of segments.
void paint_plot(QPainter& painter, const TimelineScene& scene, const QRectF& where);

/// A row's name beside the plot.
struct RowName {
  double top = 0;  ///< From the plot's top, in pixels.
  double height = 0;
  QString text;
};
/// As many as there is room for beside a plot of this height, in text of so many pixels.
std::vector<RowName> row_names(const TimelineScene& scene, double height, int pixels);
/// The rows' names right-aligned in `where`, whose height is the plot's; as many as there is room for.
void paint_row_names(QPainter& painter, const TimelineScene& scene, const QRectF& where, int pixels);
/// What is missing of the rows, in words, within `where`, which is the plot.
void paint_missing_rows(QPainter& painter, const TimelineScene& scene, const QRectF& where, int pixels);
/// Small strokes at the ticks below `where`, and their labels where `labels` is set. Grid lines are the plot's own.
void paint_time_ticks(QPainter& painter, const Theme& theme, const TimeAxis& axis, const QRectF& where, bool labels,
                      int pixels);
/// Failure points and other marks: a dashed line through all rows, and words. Those of a job that failed are in its
/// row, which has its ✕, and nowhere else: another row would look as if it had failed. `where` is the plot.
void paint_marks(QPainter& painter, const TimelineScene& scene, const TimeAxis& axis, const std::vector<Mark>& marks,
                 const QRectF& where, int pixels);
/// Between the parts of a summary, of which the first counts most.
inline constexpr QStringView kPartsApart = u" · ";
/// As many whole parts of the summary as fit, from the first on.
QString fitting_parts(const QString& summary, const QFontMetricsF& metrics, double width);
/// The summary's parts in lines of these widths, as few as are needed; of the last one only what fits.
QStringList wrapped_parts(const QString& summary, const QFontMetricsF& metrics, const std::vector<double>& widths);
/// "MODEL ┄┄ words" or "LIVE ── words", in `where`.
void paint_world_header(QPainter& painter, const Theme& theme, WorldKind world, const QString& words,
                        const QRectF& where, int pixels);
/// Where the summary begins, from the left of `where`.
double world_header_indent(const Theme& theme, int pixels);
/// How jobs in this state are drawn, as a legend shows it.
void paint_state_swatch(QPainter& painter, const Theme& theme, WorldKind world, JobState state, const QRectF& box);
/// How far the strokes of an ✕ reach from its middle.
constexpr double cross_reach(double radius) {
  return radius * 1.05;
}
/// An ✕ with a halo.
void paint_cross(QPainter& painter, const Theme& theme, const QPointF& center, double radius);

}  // namespace spawnpoint::gui
