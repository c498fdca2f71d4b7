// SPDX-License-Identifier: GPL-3.0-or-later
// Tour: a few steps through the window. What a step is about is left bright; a card beside it says what it is for.
#pragma once

#include <QPointer>
#include <QWidget>
#include <functional>
#include <vector>

#include "gui/theme/theme.hpp"

class QFrame;
class QLabel;
class QPushButton;

namespace spawnpoint::gui {

struct TourStep {
  QString title;
  QString words;
  std::function<QWidget*()> show;  ///< Brings the step's part of the window up and returns it; may be null.
};

/// Lies over its parent until it ends; Enter and → go on, ← goes back, Esc ends.
class Tour : public QWidget {
  Q_OBJECT

 public:
  Tour(std::vector<TourStep> steps, const Theme& theme, QWidget* parent);

  std::size_t step() const { return step_; }
  void go_to(std::size_t step);

 signals:
  void ended();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void next();
  void end();
  void place();
  QRect target() const;

  std::vector<TourStep> steps_;
  QColor shade_;
  std::size_t step_ = 0;
  QPointer<QWidget> shown_;
  QFrame* card_;
  QLabel* title_;
  QLabel* words_;
  QLabel* count_;
  QPushButton* back_;
  QPushButton* next_;
};

}  // namespace spawnpoint::gui
