// SPDX-License-Identifier: GPL-3.0-or-later
// FittingToolBar: a toolbar of which some buttons lose their words, and keep their icons, where it has not room for
// all.
#pragma once

#include <QToolBar>
#include <vector>

class QToolButton;

namespace spawnpoint::gui {

class FittingToolBar : public QToolBar {
  Q_OBJECT

 public:
  using QToolBar::QToolBar;

  /// Adds the action's button; the one that was added first loses its words first. They stay in its tooltip and in what
  /// a screen reader says.
  void add_shrinking(QAction* action);

 protected:
  bool event(QEvent* event) override;

 private:
  struct Button {
    QToolButton* widget = nullptr;
    int words = 0;  ///< How much wider it is with them; known once it has lost them.
  };

  void fit();

  std::vector<Button> buttons_;
};

}  // namespace spawnpoint::gui
