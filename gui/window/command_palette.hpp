// SPDX-License-Identifier: GPL-3.0-or-later
// CommandPalette: everything that the window can do, found by typing some letters of it (Ctrl+K).
#pragma once

#include <QDialog>
#include <QString>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace spawnpoint::gui {

struct Command {
  QString title;
  QString detail;  ///< Its keys, or what kind of thing it is.
  QString words;   ///< What else it is found by; what the title says counts for more.
  std::function<void()> run;
};

/// How well `words` fit a title: the lower, the better; negative: not at all. Every word must occur, or the title's
/// words must begin with their letters: "nf" or "nefa" for "Next failure".
int command_distance(const QString& title, const QString& words);

class CommandPalette : public QDialog {
  Q_OBJECT

 public:
  CommandPalette(std::vector<Command> commands, QWidget* parent);

  QLineEdit& search() { return *search_; }
  /// The titles that are listed, the best first.
  QStringList listed() const;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void list();
  void run_current();

  std::vector<Command> commands_;
  QLineEdit* search_;
  QListWidget* list_;
};

}  // namespace spawnpoint::gui
