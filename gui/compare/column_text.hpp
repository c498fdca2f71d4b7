// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of text of a run's column: its name, where several runs stand side by side, and a line that may be wrapped.
#pragma once

#include <QLabel>
#include <QResizeEvent>
#include <algorithm>

namespace spawnpoint::gui {

inline QLabel* make_run_name(QWidget* parent) {
  auto* name = new QLabel(parent);
  name->setContentsMargins(8, 2, 8, 2);
  name->setMinimumWidth(1);
  name->setTextFormat(Qt::PlainText);
  QFont bold = name->font();
  bold.setBold(true);
  name->setFont(bold);
  return name;
}

/// As high as its text at its width: a splitter asks for no more than the least height. Beside others it is as high as
/// the highest of them, so that what is below lies on one height. Hidden where none of them has a text.
class WrappedLine : public QLabel {
 public:
  explicit WrappedLine(QWidget* parent) : QLabel(parent) {
    setWordWrap(true);
    setMinimumWidth(1);
  }
  void show_text(const QString& text) {
    setText(text);
    fit();
  }
  /// What its own text takes; 0: it has none.
  int own_height() {
    setMinimumHeight(0);  // Else the height for any width is at least what it was.
    const int height = text().isEmpty() ? 0 : std::max(heightForWidth(width()), 0);
    setMinimumHeight(std::max(height, beside_));
    return height;
  }
  /// The height of the highest of those beside it.
  void set_beside(int height) {
    beside_ = height;
    fit();
  }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    QLabel::resizeEvent(event);
    fit();
  }

 private:
  void fit() { setVisible(std::max(own_height(), beside_) > 0); }

  int beside_ = 0;
};

}  // namespace spawnpoint::gui
