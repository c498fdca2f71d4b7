// SPDX-License-Identifier: GPL-3.0-or-later
// ChartView: a line chart over the shared time axis, with its crosshair. Only this folder knows QCustomPlot.
#pragma once

#include <QWidget>
#include <memory>

#include "gui/charts/chart_content.hpp"
#include "gui/charts/drawing.hpp"
#include "gui/time/time_view.hpp"

class QPaintDevice;
class QPainter;

namespace spawnpoint::gui {

/// A painter for figures: charts need QCustomPlot's own kind of QPainter.
class FigurePainter {
 public:
  explicit FigurePainter(QPaintDevice& device);
  FigurePainter(const FigurePainter&) = delete;
  FigurePainter& operator=(const FigurePainter&) = delete;
  ~FigurePainter();

  QPainter& operator*() const;
  QPainter* operator->() const { return &**this; }

 private:
  friend class ChartView;
  struct State;
  std::unique_ptr<State> state_;
};

class ChartView : public QWidget, public DrawingSource {
  Q_OBJECT

 public:
  explicit ChartView(TimeView& view, QWidget* parent = nullptr);
  ~ChartView() override;

  void set_content(ChartContent content);
  const ChartContent& content() const;
  /// Of all its lines.
  const ValueSpan& values() const;
  void set_theme(const Theme& theme);
  /// A logarithmic value axis: resident and virtual memory differ by a factor of 200.
  void set_logarithmic(bool logarithmic);
  bool is_logarithmic() const;
  /// The value axis has room for these values, too: those of charts beside it, so that heights can be compared.
  void set_beside(const ValueSpan& values);
  /// The value at the upper end of the axis.
  double top_value() const;
  /// Labels under the time axis; off where another view below has them.
  void set_time_labels(bool shown);
  bool has_time_labels() const;
  /// What is written where there is nothing to draw.
  void set_empty_text(const QString& text);

  /// The chart without crosshair at `where`, which the painter's device has in logical pixels.
  void paint(FigurePainter& painter, const QRectF& where);

  std::unique_ptr<Drawing> drawing() override;

  /// The lines' values at a moment, a line each: "resident 18.2 MiB". What the tooltip says.
  QString values_at(Instant at) const;

  QSize sizeHint() const override { return {800, 150}; }
  QSize minimumSizeHint() const override { return {kNarrowestPlot, 80}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct State;
  /// Data and axes for the visible range.
  void refresh();

  std::unique_ptr<State> state_;
};

}  // namespace spawnpoint::gui
