// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/toml_highlighter.hpp"

#include <QRegularExpression>

namespace spawnpoint::gui {
namespace {
/// What a line begins in: a string that spans lines, by its quotes.
enum State { kOutside = -1, kBasic = 1, kLiteral = 2 };
}  // namespace

TomlHighlighter::TomlHighlighter(QTextDocument* document, const SyntaxColors& colors) : QSyntaxHighlighter(document) {
  table_.setFontWeight(QFont::Bold);
  comment_.setFontItalic(true);
  set_colors(colors);
}

void TomlHighlighter::set_colors(const SyntaxColors& colors) {
  table_.setForeground(colors.table);
  key_.setForeground(colors.key);
  string_.setForeground(colors.string);
  number_.setForeground(colors.number);
  comment_.setForeground(colors.comment);
  rehighlight();
}

void TomlHighlighter::highlightBlock(const QString& text) {
  static const QRegularExpression header(QStringLiteral(R"(^\s*\[\[?[^\]#]*\]\]?)"));
  static const QRegularExpression key(QStringLiteral(R"(([A-Za-z0-9_.-]+|"[^"]*")\s*(?==))"));
  static const QRegularExpression number(QStringLiteral(R"(\b[+-]?[0-9][0-9_]*(\.[0-9]+)?\b|\b(true|false)\b)"));

  setCurrentBlockState(kOutside);
  qsizetype at = 0;
  const auto span = [&](State state) {  // Colours to the closing quotes, or to the line's end.
    const QString quotes = state == kBasic ? QStringLiteral("\"\"\"") : QStringLiteral("'''");
    const qsizetype end = text.indexOf(quotes, at);
    const qsizetype stop = end < 0 ? text.size() : end + 3;
    setFormat(static_cast<int>(at), static_cast<int>(stop - at), string_);
    if (end < 0) setCurrentBlockState(state);
    at = stop;
  };
  if (previousBlockState() == kBasic || previousBlockState() == kLiteral) {
    span(static_cast<State>(previousBlockState()));
  } else if (const auto match = header.match(text); match.hasMatch()) {
    setFormat(0, static_cast<int>(match.capturedLength()), table_);
    at = match.capturedLength();
  }
  while (at < text.size()) {
    const QChar c = text[at];
    const auto apply = [&](const QRegularExpression& pattern, const QTextCharFormat& format) {
      const auto match =
          pattern.match(text, at, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption);
      if (!match.hasMatch()) return false;
      setFormat(static_cast<int>(at), static_cast<int>(match.capturedLength()), format);
      at = match.capturedEnd();
      return true;
    };
    if (c == '#') {
      setFormat(static_cast<int>(at), static_cast<int>(text.size() - at), comment_);
      return;
    }
    if (QStringView(text).mid(at).startsWith(u"\"\"\"") || QStringView(text).mid(at).startsWith(u"'''")) {
      const State state = c == '"' ? kBasic : kLiteral;
      setFormat(static_cast<int>(at), 3, string_);
      at += 3;
      span(state);
      continue;
    }
    if (apply(key, key_)) continue;
    if (c == '"' || c == '\'') {
      qsizetype end = at + 1;
      while (end < text.size() && text[end] != c) end += text[end] == '\\' && c == '"' ? 2 : 1;
      const qsizetype stop = std::min(end + 1, text.size());
      setFormat(static_cast<int>(at), static_cast<int>(stop - at), string_);
      at = stop;
      continue;
    }
    if (apply(number, number_)) continue;
    if (c.isLetterOrNumber()) {  // A bare word: skipped whole, so that no number is seen inside it.
      while (at < text.size() && (text[at].isLetterOrNumber() || text[at] == '_')) ++at;
    } else {
      ++at;
    }
  }
}

}  // namespace spawnpoint::gui
