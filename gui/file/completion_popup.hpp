// SPDX-License-Identifier: GPL-3.0-or-later
// CompletionPopup: the list of completions at the cursor of an editor, each with a short help text.
#pragma once

#include <QCompleter>
#include <QStandardItemModel>
#include <vector>

#include "models/scenario/edit/completion.hpp"

class QWidget;

namespace spawnpoint::gui {

class CompletionPopup : public QCompleter {
  Q_OBJECT

 public:
  explicit CompletionPopup(QWidget* editor);

  /// Shows them below `cursor` (of the editor's viewport); none: hides the list.
  void show_choices(const std::vector<WordChoice>& choices, const QRect& cursor);
  bool is_shown() const;
  void hide();
  QStringList shown_choices() const;

 signals:
  /// The row of the choice, in the order given.
  void chosen(int row);

 private:
  QStandardItemModel model_;
};

}  // namespace spawnpoint::gui
