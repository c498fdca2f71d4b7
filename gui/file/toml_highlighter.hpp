// SPDX-License-Identifier: GPL-3.0-or-later
// Colours for TOML: tables, keys, strings, numbers, comments. Only for reading; mistakes are the parser's business.
#pragma once

#include <QSyntaxHighlighter>
#include <QTextCharFormat>

namespace spawnpoint::gui {

class TomlHighlighter : public QSyntaxHighlighter {
 public:
  explicit TomlHighlighter(QTextDocument* document);
  void set_dark(bool dark);

 protected:
  void highlightBlock(const QString& text) override;

 private:
  QTextCharFormat table_;
  QTextCharFormat key_;
  QTextCharFormat string_;
  QTextCharFormat number_;
  QTextCharFormat comment_;
};

}  // namespace spawnpoint::gui
