// SPDX-License-Identifier: GPL-3.0-or-later
// CodeEdit: the scenario's text, with line numbers, colours, mistakes underlined where they are, and help: what may be
// written at the cursor, and what the key under the mouse means.
#pragma once

#include <QPlainTextEdit>
#include <vector>

#include "gui/theme/theme.hpp"
#include "models/scenario/edit/completion.hpp"

namespace spawnpoint::gui {

class CompletionPopup;
class TomlHighlighter;

class CodeEdit : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit CodeEdit(QWidget* parent = nullptr);

  /// Underlines them and marks their lines in the margin.
  void set_diagnostics(const std::vector<Diagnostic>& diagnostics);
  /// Puts the cursor there; lines and columns count from 1, columns in characters.
  void go_to(int line, int column);
  void set_theme(const Theme& theme);
  /// Profiles that are offered by name.
  void set_profiles(ProfileNames profiles) { profiles_ = std::move(profiles); }
  /// Offers what may be written at the cursor (Ctrl+Space).
  void offer_completions();
  CompletionPopup& completions() { return *completion_popup_; }

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
  /// `only_if_begun`: something has been typed already, and is not yet one of the choices.
  void show_completions(bool only_if_begun);
  void take_completion(int row);
  QString help_at(const QPoint& inside) const;

  Theme theme_ = make_theme(ThemeKind::light);
  QWidget* margin_;
  TomlHighlighter* highlighter_;
  std::vector<Diagnostic> diagnostics_;
  CompletionPopup* completion_popup_;
  ProfileNames profiles_;
  WordChoices offered_;
};

}  // namespace spawnpoint::gui
