// SPDX-License-Identifier: GPL-3.0-or-later
// Overview: a strip with the whole run, always. The visible window lies on it, to drag and to resize.
#pragma once

#include <QImage>
#include <QWidget>
#include <memory>

#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"

class QPainter;

namespace spawnpoint::gui {

class Overview : public QWidget {
  Q_OBJECT

 public:
  explicit Overview(TimeView& view, QWidget* parent = nullptr);

  /// Either may be null. The height of the strip is what runs: threads that exist, or tasks.
  void set_traces(std::shared_ptr<const Trace> modeled, std::shared_ptr<const Trace> live);
  /// The records are drawn this much later.
  void set_shifts(Duration modeled, Duration live);
  void set_theme(const Theme& theme);

  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  enum class Grip { none, window, begin, end };
  /// The whole run over the plot's width.
  TimeAxis axis() const;
  Grip grip_at(double x) const;
  void draw_picture();
  /// Of the model (0) or the live run (1): the line of its threads or tasks.
  void draw_activity(QPainter& painter, int which, const TimeAxis& time_axis, const QRectF& area, double highest) const;
  void draw_failures(QPainter& painter, int which, const TimeAxis& time_axis, const QRectF& area) const;
  /// For screen readers: what is visible of how much.
  void describe();

  TimeView& view_;
  Theme theme_ = make_theme(ThemeKind::light);
  std::shared_ptr<const Trace> traces_[2];
  Duration shifts_[2] = {};
  QImage picture_;  ///< All but the window; drawn again only when the data or the size change.
  bool picture_is_old_ = true;
  Grip grip_ = Grip::none;
  Duration grip_offset_{};
};

}  // namespace spawnpoint::gui
