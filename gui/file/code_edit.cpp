// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/code_edit.hpp"

#include <QFontDatabase>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QTextBlock>
#include <QToolTip>
#include <algorithm>

#include "gui/file/completion_popup.hpp"
#include "gui/file/toml_highlighter.hpp"
#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {
namespace {

const QColor& mark_colour(Severity severity, const Theme& theme) {
  return severity == Severity::error ? theme.failure : theme.warning;
}

QString words(const Diagnostic& diagnostic) {
  QString text = to_qstring(diagnostic.message);
  if (!diagnostic.hint.empty()) text += "\n" + to_qstring(diagnostic.hint);
  return text;
}

}  // namespace

/// The line numbers; a widget of their own, since it must not scroll sideways.
class CodeEdit::Margin : public QWidget {
 public:
  explicit Margin(CodeEdit* edit) : QWidget(edit), edit_(edit) {}
  QSize sizeHint() const override { return {edit_->margin_width(), 0}; }

 protected:
  void paintEvent(QPaintEvent* event) override { edit_->paint_margin(event); }

 private:
  CodeEdit* edit_;
};

CodeEdit::CodeEdit(QWidget* parent)
    : QPlainTextEdit(parent),
      margin_(new Margin(this)),
      highlighter_(new TomlHighlighter(document(), theme_.syntax)),
      completion_popup_(new CompletionPopup(this)) {
  setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  setLineWrapMode(QPlainTextEdit::WidgetWidth);  // The panel is narrow.
  setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  setTabStopDistance(4 * fontMetrics().horizontalAdvance(' '));
  setAccessibleName(tr("Scenario text"));
  connect(this, &QPlainTextEdit::blockCountChanged, this, &CodeEdit::place_margin);
  connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& area, int dy) {
    dy != 0 ? margin_->scroll(0, dy) : margin_->update(0, area.y(), margin_->width(), area.height());
  });
  connect(completion_popup_, &CompletionPopup::chosen, this, &CodeEdit::take_completion);
  place_margin();
}

void CodeEdit::set_theme(const Theme& theme) {
  theme_ = theme;
  highlighter_->set_colors(theme_.syntax);
  underline();
}

void CodeEdit::set_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  diagnostics_ = diagnostics;
  underline();
  margin_->update();
}

QTextCursor CodeEdit::cursor_for(const Diagnostic& diagnostic) const {
  const QTextBlock block = document()->findBlockByNumber(diagnostic.line - 1);
  QTextCursor cursor(block);
  if (!block.isValid()) return cursor;
  // The parser counts characters, Qt counts UTF-16 units.
  const auto units = [&](int characters) {
    const QString text = block.text();
    qsizetype at = 0;
    for (int i = 0; i < characters && at < text.size(); ++i) {
      at += text[at].isHighSurrogate() && at + 1 < text.size() ? 2 : 1;
    }
    return static_cast<int>(at);
  };
  const int first = units(diagnostic.column - 1);
  const int last = units(diagnostic.column - 1 + std::max(1, diagnostic.length));
  cursor.setPosition(block.position() + first);
  cursor.setPosition(block.position() + last, QTextCursor::KeepAnchor);
  return cursor;
}

void CodeEdit::underline() {
  QList<QTextEdit::ExtraSelection> marks;
  for (const Diagnostic& diagnostic : diagnostics_) {
    if (diagnostic.line < 1 || diagnostic.line > document()->blockCount()) continue;
    const QColor colour = mark_colour(diagnostic.severity, theme_);
    QTextEdit::ExtraSelection line;
    line.cursor = QTextCursor(document()->findBlockByNumber(diagnostic.line - 1));
    line.format.setProperty(QTextFormat::FullWidthSelection, true);
    QColor shade = colour;
    shade.setAlpha(28);
    line.format.setBackground(shade);
    marks.append(line);
    QTextEdit::ExtraSelection word;
    word.cursor = cursor_for(diagnostic);
    word.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    word.format.setUnderlineColor(colour);
    word.format.setToolTip(words(diagnostic));
    marks.append(word);
  }
  setExtraSelections(marks);
}

QStringList CodeEdit::underlined() const {
  QStringList found;
  for (const auto& mark : extraSelections()) {
    if (mark.format.underlineStyle() == QTextCharFormat::WaveUnderline) found.append(mark.cursor.selectedText());
  }
  return found;
}

void CodeEdit::go_to(int line, int column) {
  const Diagnostic place{.line = line, .column = column, .length = 1};
  QTextCursor cursor = cursor_for(place);
  cursor.setPosition(cursor.selectionStart());
  setTextCursor(cursor);
  centerCursor();
  setFocus();
}

int CodeEdit::margin_width() const {
  const int digits = std::max(2, static_cast<int>(QString::number(std::max(1, blockCount())).size()));
  return fontMetrics().horizontalAdvance('9') * (digits + 1) + fontMetrics().height();
}

void CodeEdit::place_margin() {
  setViewportMargins(margin_width(), 0, 0, 0);
  const QRect area = contentsRect();
  margin_->setGeometry(area.left(), area.top(), margin_width(), area.height());
}

void CodeEdit::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  place_margin();
  // The list of errors opens below, and the line that is written stays in sight.
  if (hasFocus() && event->size().height() < event->oldSize().height()) ensureCursorVisible();
}

void CodeEdit::changeEvent(QEvent* event) {
  QPlainTextEdit::changeEvent(event);
  if (event->type() == QEvent::FontChange) place_margin();
}

void CodeEdit::paint_margin(QPaintEvent* event) {
  QPainter painter(margin_);
  painter.fillRect(event->rect(), palette().color(QPalette::AlternateBase));
  painter.setFont(font());
  const int side = fontMetrics().height();
  for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
    const QRectF area = blockBoundingGeometry(block).translated(contentOffset());
    if (area.top() > event->rect().bottom()) break;
    if (area.bottom() < event->rect().top()) continue;
    const int line = block.blockNumber() + 1;
    const auto worst =
        std::min_element(diagnostics_.begin(), diagnostics_.end(), [line](const Diagnostic& a, const Diagnostic& b) {
          return std::pair(a.line != line, a.severity) < std::pair(b.line != line, b.severity);
        });
    const QRectF place(0, area.top(), margin_->width(), fontMetrics().height());
    if (worst != diagnostics_.end() && worst->line == line) {
      painter.setPen(QPen(mark_colour(worst->severity, theme_), 2));
      // A cross, as failures have it everywhere: never by colour alone.
      const QRectF cross = QRectF(place.left(), place.top(), side, side).adjusted(4, 4, -4, -4);
      painter.drawLine(cross.topLeft(), cross.bottomRight());
      painter.drawLine(cross.topRight(), cross.bottomLeft());
    }
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(place.adjusted(0, 0, -fontMetrics().horizontalAdvance('9') / 2.0, 0),
                     Qt::AlignRight | Qt::AlignVCenter, QString::number(line));
  }
}

QString CodeEdit::help_at(const QPoint& inside) const {
  const QTextCursor cursor = cursorForPosition(inside);
  const int line = cursor.blockNumber() + 1;
  QStringList told;
  for (const Diagnostic& diagnostic : diagnostics_) {
    if (diagnostic.line == line) told.append(words(diagnostic));
  }
  if (!told.isEmpty()) return told.join("\n\n");
  const QString all = toPlainText();
  const auto at = static_cast<std::size_t>(QStringView(all).left(cursor.position()).toUtf8().size());
  const auto key = key_at(all.toStdString(), at);
  if (!key) return {};
  return QStringLiteral("%1  (%2)\n%3").arg(to_qstring(key->key), to_qstring(key->type), to_qstring(key->help));
}

bool CodeEdit::event(QEvent* event) {
  // The window's undo also takes back what went over the text.
  if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Undo)) {
    event->ignore();
    return true;
  }
  if (event->type() != QEvent::ToolTip) return QPlainTextEdit::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const QPoint inside = viewport()->mapFromGlobal(help->globalPos());
  const QString text = help_at(QPoint(std::max(0, inside.x()), inside.y()));
  text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, this);
  return true;
}

void CodeEdit::keyPressEvent(QKeyEvent* event) {
  if (completion_popup_->is_shown()) {
    switch (event->key()) {
      case Qt::Key_Enter:
      case Qt::Key_Return:
      case Qt::Key_Escape:
      case Qt::Key_Tab:
      case Qt::Key_Backtab:
        event->ignore();  // They are the list's.
        return;
      default:
        break;
    }
  }
  if (event->key() == Qt::Key_Space && event->modifiers() == Qt::ControlModifier) return offer_completions();
  // TOML indents with spaces; Tab leaves the field with Ctrl, so that the keyboard can get out.
  if (event->key() == Qt::Key_Tab && event->modifiers() == Qt::NoModifier) {
    insertPlainText("  ");
    return;
  }
  QPlainTextEdit::keyPressEvent(event);
  const QString typed = event->text();
  const bool of_word = !typed.isEmpty() && (typed[0].isLetterOrNumber() || QStringLiteral("_.\"[-").contains(typed[0]));
  if (of_word) {
    show_completions(/*only_if_begun=*/true);
  } else if (completion_popup_->is_shown()) {
    event->key() == Qt::Key_Backspace ? show_completions(/*only_if_begun=*/true) : completion_popup_->hide();
  }
}

void CodeEdit::offer_completions() {
  show_completions(/*only_if_begun=*/false);
}

void CodeEdit::show_completions(bool only_if_begun) {
  const QTextCursor cursor = textCursor();
  const QByteArray text = toPlainText().toUtf8();
  const auto at = static_cast<std::size_t>(QStringView(toPlainText()).left(cursor.position()).toUtf8().size());
  offered_ = complete({text.constData(), static_cast<std::size_t>(text.size())}, at, profiles_);
  const std::string_view begun(text.constData() + offered_.from, at - offered_.from);
  const bool opens_value = offered_.from > 0 && text[static_cast<qsizetype>(offered_.from) - 1] == '"';
  const bool all_written = offered_.choices.size() == 1 && offered_.choices.front().shown == begun;
  // While somebody types, a list that says nothing new is in the way.
  if (only_if_begun && ((begun.empty() && !opens_value) || all_written)) return completion_popup_->hide();
  QRect place = cursorRect();
  place.translate(viewport()->pos());
  completion_popup_->show_choices(offered_.choices, place);
}

void CodeEdit::take_completion(int row) {
  if (row < 0 || static_cast<std::size_t>(row) >= offered_.choices.size()) return;
  QString insert = to_qstring(offered_.choices[static_cast<std::size_t>(row)].insert);
  const QString all = toPlainText();
  const auto from = QString::fromUtf8(all.toUtf8().left(static_cast<qsizetype>(offered_.from))).size();
  QTextCursor cursor = textCursor();
  // What follows may be there already: the closing quote, or the key's value.
  const QStringView rest = QStringView(all).mid(cursor.position());
  if (insert.endsWith('"') && rest.startsWith('"')) insert.chop(1);
  if (insert.endsWith(QStringLiteral(" = ")) && rest.left(rest.indexOf('\n')).trimmed().startsWith('=')) insert.chop(3);
  cursor.setPosition(static_cast<int>(from), QTextCursor::KeepAnchor);
  cursor.insertText(insert);
  setTextCursor(cursor);
}

}  // namespace spawnpoint::gui
