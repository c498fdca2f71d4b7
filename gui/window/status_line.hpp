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

  /// `name`: of the run, where there are several.
  void show_run(const Runs& runs, const QString& name);
  void show_words(const QString& words);
  QString words() const;

 signals:
  void stop_wanted();

 private:
  void set_text(const QString& words);

  QLabel* words_;
  QProgressBar* bar_;
  QToolButton* stop_;
};

}  // namespace spawnpoint::gui
