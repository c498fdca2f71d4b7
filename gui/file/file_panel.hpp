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
  /// To the mistake of this row; of one in another file, to where the text names that.
  void go_to_problem(int row);
  void go_to_first_error();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void show_diagnostics();
  bool is_here(const Diagnostic& diagnostic) const;
  /// Where a mistake is: "5:3", "machines/mine.toml:5:3".
  QString place_words(const Diagnostic& diagnostic) const;
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
