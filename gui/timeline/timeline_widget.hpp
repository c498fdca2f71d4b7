// SPDX-License-Identifier: GPL-3.0-or-later
// TimelineWidget: one run over time, a row for each thread or each job. Any zoom is exact: columns with many segments
// become stacked bars (running below, waiting above), few ones are drawn as they are; failures lie on top of all.
#pragma once

#include <QAbstractScrollArea>
#include <memory>

#include "gui/charts/drawing.hpp"
#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"
#include "gui/timeline/row_layout.hpp"
#include "gui/timeline/timeline_data.hpp"

namespace spawnpoint::gui {

class TimelineWidget : public QAbstractScrollArea, public DrawingSource {
  Q_OBJECT

 public:
  TimelineWidget(TimeView& view, WorldKind world, QWidget* parent = nullptr);
  ~TimelineWidget() override;

  /// Which of the scenario's runs the records are of: what was drawn of another one goes, and never arrives late. Its
  /// concurrency model says what a job waits for.
  void set_run(std::size_t run, const std::string& concurrency);
  /// The record to draw, or null. Call it again with a newer one while a live run grows: the view stays where it is.
  /// Preparing a large one happens in the background; until then the run's last picture stays.
  void set_trace(std::shared_ptr<const Trace> trace);
  std::shared_ptr<const Trace> trace() const;
  void set_theme(const Theme& theme);
  void set_rows(TimelineRows rows);
  TimelineRows rows() const;
  /// The header's text after the world's name: "simulated kernel · 1.04 s · 507 threads · 18 MiB".
  void set_summary(const QString& summary);
  /// Its lines, as there is room for them.
  const QStringList& shown_summary() const;
  /// What is written at the mark of the run's failure; empty: what the program's user sees, which may be long.
  void set_failure(const QString& words);
  /// What is written where there is no run.
  void set_empty_text(const QString& text);
  /// Labels under the time axis; off where another view below has them.
  void set_time_labels(bool shown);
  /// The record is drawn this much later on the shared axis, as to align its failure with another's.
  void set_shift(Duration shift);
  /// Pixels per row, the first one that is seen staying where it is; 0: all rows fit into the view. As done by the
  /// user: other timelines follow.
  void set_row_height(double pixels);
  double row_height() const;
  /// Where the rows are, as other timelines have them too.
  void set_row_place(const RowPlace& place);
  const RowPlace& row_place() const;
  /// The height at which all its rows fit; infinite: it has none.
  double fitting_row_height() const;
  /// Where all rows fit, they are no higher than this. What is compared has rows of one height, gathered alike.
  void set_highest_fitting(double pixels);
  /// Selects the job, and scrolls so that its row is seen, high enough to be read.
  void show_job(JobId job);
  /// Zooms to the selected job.
  void focus_job();

  std::unique_ptr<Drawing> drawing() override;

  /// What is under a point of the viewport, in words; empty over nothing.
  QString text_at(const QPoint& point) const;
  /// True while nothing is being prepared or drawn in the background.
  bool is_settled() const;
  /// Waits until the picture is that of the newest data and view: for tests and screenshots.
  void settle();

  QSize sizeHint() const override { return {800, 240}; }
  QSize minimumSizeHint() const override { return {kNarrowestPlot, 90}; }

 signals:
  /// A click or Enter on a segment of the job.
  void job_activated(spawnpoint::JobId job);
  /// The newest data are drawn.
  void drawn();
  /// `fitting_row_height` is another.
  void fitting_changed();
  /// Somebody has scrolled the rows, or made them taller or shorter.
  void rows_moved(const spawnpoint::gui::RowPlace& place);

 protected:
  bool viewportEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;

 private:
  friend class TimelineDrawing;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace spawnpoint::gui
