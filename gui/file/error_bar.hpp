// SPDX-License-Identifier: GPL-3.0-or-later
// ErrorBar: over the pages while the text has errors: what is shown then is of another text, and nothing can be run.
#pragma once

#include <QFrame>
#include <QTimer>

#include "gui/workspace/document.hpp"

class QLabel;

namespace spawnpoint::gui {

class ErrorBar : public QFrame {
  Q_OBJECT

 public:
  explicit ErrorBar(const Document& document, QWidget* parent = nullptr);

 signals:
  void first_error_wanted();

 private:
  void show_state();

  const Document& document_;
  QLabel* words_;
  QTimer patience_;
};

}  // namespace spawnpoint::gui
