// SPDX-License-Identifier: GPL-3.0-or-later
// CodeEdit: the scenario's text, with line numbers, colours, and mistakes underlined where they are.
#pragma once

#include <QPlainTextEdit>
#include <vector>

#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

class TomlHighlighter;

class CodeEdit : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit CodeEdit(QWidget* parent = nullptr);

  /// Underlines them and marks their lines in the margin.
  void set_diagnostics(const std::vector<Diagnostic>& diagnostics);
  /// Puts the cursor there; lines and columns count from 1, columns in characters.
  void go_to(int line, int column);
  void set_dark(bool dark);

  /// What is underlined, as the tests see it: the text under each mark, in the order of the mistakes.
  QStringList underlined() const;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  class Margin;
  friend class Margin;

  void paint_margin(QPaintEvent* event);
  int margin_width() const;
  void place_margin();
  void underline();
  QTextCursor cursor_for(const Diagnostic& diagnostic) const;

  QWidget* margin_;
  TomlHighlighter* highlighter_;
  std::vector<Diagnostic> diagnostics_;
  bool dark_ = false;
};

}  // namespace spawnpoint::gui
