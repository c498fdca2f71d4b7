// SPDX-License-Identifier: GPL-3.0-or-later
// FilePanel: the scenario's text, what is over it without being in it, and the list of its mistakes.
#pragma once

#include <QWidget>

#include "gui/theme/theme.hpp"
#include "gui/workspace/workspace.hpp"

class QLabel;
class QListWidget;

namespace spawnpoint::gui {

class CodeEdit;

class FilePanel : public QWidget {
  Q_OBJECT

 public:
  explicit FilePanel(Workspace& workspace, QWidget* parent = nullptr);

  CodeEdit& edit() { return *edit_; }
  void set_theme(const Theme& theme);
  /// Replaces what differs, as one step that can be undone; `joined`: together with the step before.
  void replace_text(const QString& text, bool joined = false);
  /// To the mistake of this row.
  void go_to_problem(int row);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void show_diagnostics();
  void show_settings();
  void fit_problems();

  Document& document_;
  CodeEdit* edit_;
  QWidget* over_;
  QLabel* over_words_;
  QListWidget* problems_;
  QLabel* summary_;
};

}  // namespace spawnpoint::gui
