// SPDX-License-Identifier: GPL-3.0-or-later
// Another program has changed the open file: a line that says so where it is, and the question what counts, with both
// texts compared.
#pragma once

#include <QDialog>
#include <QFrame>
#include <cstdint>
#include <vector>

#include "gui/workspace/document.hpp"

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace spawnpoint::gui {

enum class OutsideAnswer : std::uint8_t { reload, keep, cancel };

/// The question, with what differs between the text here and the file's, line by line.
class OutsideChangeDialog : public QDialog {
  Q_OBJECT

 public:
  /// `saving`: keeping the own text writes over the file now.
  OutsideChangeDialog(const Document& document, bool saving, QWidget* parent = nullptr);

  OutsideAnswer answer() const { return answer_; }
  /// The comparison, as it is read.
  QPlainTextEdit& comparison() { return *comparison_; }

 private:
  void show_comparison(const QString& own, const QString& outside);

  QPlainTextEdit* comparison_;
  OutsideAnswer answer_ = OutsideAnswer::cancel;
};

/// Over the pages while nobody has decided.
class OutsideChangeBar : public QFrame {
  Q_OBJECT

 public:
  explicit OutsideChangeBar(Document& document, QWidget* parent = nullptr);

 signals:
  void comparison_wanted();

 private:
  void show_state();

  Document& document_;
  QLabel* words_;
  std::vector<QPushButton*> answers_;
};

}  // namespace spawnpoint::gui
