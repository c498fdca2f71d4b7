// SPDX-License-Identifier: GPL-3.0-or-later
// DifferenceStrip: a thin strip between both worlds' timelines that shows where they differ: above the middle the live
// run has more, below it the model.
#pragma once

#include <QWidget>

#include "gui/compare/difference.hpp"
#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"

class QPainter;

namespace spawnpoint::gui {

class DifferenceStrip : public QWidget {
  Q_OBJECT

 public:
  explicit DifferenceStrip(TimeView& view, QWidget* parent = nullptr);

  void set_runs(ShiftedTrace modeled, ShiftedTrace live);
  void set_theme(const Theme& theme);
  /// Shown as long as there are not both runs.
  void set_empty_text(const QString& text);
  /// The difference at a moment in words; empty without two runs.
  QString text_at(Instant at) const;

  QSize sizeHint() const override { return {800, 30}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void paint_label(QPainter& painter, const TimeAxis& axis) const;
  void paint_bars(QPainter& painter, const QRectF& plot, const TimeAxis& axis) const;
  void paint_no_difference(QPainter& painter, const QRectF& plot) const;
  void paint_selected(QPainter& painter, const QRectF& plot, const TimeAxis& axis) const;
  bool has_both() const { return runs_[0].trace && runs_[1].trace; }
  QString noun() const;

  TimeView& view_;
  Theme theme_ = make_theme(ThemeKind::light);
  ShiftedTrace runs_[2];
  LargestDifference largest_;
  QString empty_text_;
};

}  // namespace spawnpoint::gui
