// SPDX-License-Identifier: GPL-3.0-or-later
// Colours for TOML: tables, keys, strings, numbers, comments. Only for reading; mistakes are the parser's business.
#pragma once

#include <QSyntaxHighlighter>
#include <QTextCharFormat>

#include "gui/theme/theme.hpp"

namespace spawnpoint::gui {

class TomlHighlighter : public QSyntaxHighlighter {
 public:
  TomlHighlighter(QTextDocument* document, const SyntaxColors& colors);
  void set_colors(const SyntaxColors& colors);

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
