// SPDX-License-Identifier: GPL-3.0-or-later
// StatusLine: how far the run is, what it takes, how long it will last, and a way to stop it.
#pragma once

#include <QWidget>

#include "gui/workspace/runs.hpp"

class QLabel;
class QProgressBar;
class QToolButton;

namespace spawnpoint::gui {

class StatusLine : public QWidget {
  Q_OBJECT

 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void show_run(const Runs& runs);
  void show_words(const QString& words);
  QString words() const;

 signals:
  void stop_wanted();

 private:
  QLabel* words_;
  QProgressBar* bar_;
  QToolButton* stop_;
};

}  // namespace spawnpoint::gui
