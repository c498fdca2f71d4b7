// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/outside_change.hpp"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTextBlock>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "gui/file/line_changes.hpp"
#include "gui/text/keys.hpp"

namespace spawnpoint::gui {
namespace {

/// Lines that both texts have are shown where they are this near to one that differs.
constexpr std::size_t kLinesAround = 3;

}  // namespace

OutsideChangeDialog::OutsideChangeDialog(const Document& document, bool saving, QWidget* parent)
    : QDialog(parent), comparison_(new QPlainTextEdit(this)) {
  setWindowTitle(tr("Changed by another program"));
  setObjectName("outside_change");
  auto* words = new QLabel((saving ? tr("<b>Another program has changed %1.</b> Saving would write over its changes.")
                                   : tr("<b>Another program has changed %1.</b>"))
                                   .arg(document.name().toHtmlEscaped()) +
                               tr("<br>Lines with − are only here, lines with + only in the file."),
                           this);
  words->setWordWrap(true);
  comparison_->setReadOnly(true);
  comparison_->setAccessibleName(tr("What differs"));
  comparison_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  comparison_->setLineWrapMode(QPlainTextEdit::NoWrap);
  show_comparison(document.text(), document.outside_text().value_or(document.text()));
  auto* buttons = new QDialogButtonBox(this);
  const auto add = [&](const char* name, const QString& title, QDialogButtonBox::ButtonRole role,
                       OutsideAnswer answer) {
    QPushButton* button = buttons->addButton(title, role);
    button->setObjectName(name);
    connect(button, &QPushButton::clicked, this, [this, answer] {
      answer_ = answer;
      answer == OutsideAnswer::cancel ? reject() : accept();
    });
    return button;
  };
  add("reload", tr("&Reload the file"), QDialogButtonBox::AcceptRole, OutsideAnswer::reload)
      ->setToolTip(tr("The text here becomes the file's. %1 brings this one back").arg(keys::kUndo));
  add("keep", saving ? tr("&Write over it") : tr("&Keep mine"), QDialogButtonBox::DestructiveRole, OutsideAnswer::keep)
      ->setToolTip(saving ? tr("The file becomes the text here; the other program's changes are lost")
                          : tr("The text here stays; saving will write over the file"));
  QPushButton* cancel = add("cancel", tr("Cancel"), QDialogButtonBox::RejectRole, OutsideAnswer::cancel);
  cancel->setDefault(true);
  auto* column = new QVBoxLayout(this);
  column->addWidget(words);
  column->addWidget(comparison_, 1);
  column->addWidget(buttons);
  resize(640, 420);
}

void OutsideChangeDialog::show_comparison(const QString& own, const QString& outside) {
  const std::vector<LineChange> changes = line_changes(own, outside);
  const auto is_near = [&](std::size_t at) {
    const auto begin = changes.begin() + static_cast<std::ptrdiff_t>(at - std::min(at, kLinesAround));
    const auto end = changes.begin() + static_cast<std::ptrdiff_t>(std::min(at + kLinesAround + 1, changes.size()));
    return std::any_of(begin, end, [](const LineChange& change) { return change.kind != LineChange::Kind::same; });
  };
  QStringList lines;
  bool left_out = false;
  for (std::size_t at = 0; at < changes.size(); ++at) {
    if (!is_near(at)) {
      left_out = true;
      continue;
    }
    if (std::exchange(left_out, false) && !lines.isEmpty()) lines += QStringLiteral("  …");
    const LineChange& change = changes[at];
    lines += (change.kind == LineChange::Kind::same          ? QStringLiteral("  ")
              : change.kind == LineChange::Kind::only_before ? QStringLiteral("− ")
                                                             : QStringLiteral("+ ")) +
             change.line;
  }
  comparison_->setPlainText(lines.join('\n'));
  // Bold as well as marked: a line that differs is found at a glance.
  for (QTextBlock block = comparison_->document()->begin(); block.isValid(); block = block.next()) {
    if (block.text().startsWith(' ')) continue;
    QTextCursor cursor(block);
    cursor.select(QTextCursor::LineUnderCursor);
    QTextCharFormat bold;
    bold.setFontWeight(QFont::Bold);
    cursor.mergeCharFormat(bold);
  }
}

OutsideChangeBar::OutsideChangeBar(Document& document, QWidget* parent)
    : QFrame(parent), document_(document), words_(new QLabel(this)) {
  setObjectName("outside_change_bar");
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::ToolTipBase);
  words_->setForegroundRole(QPalette::ToolTipText);
  words_->setWordWrap(true);
  words_->setAccessibleName(tr("About the file"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 3, 8, 3);
  row->addWidget(words_, 1);
  const auto add = [&](const char* name, const QString& title, const QString& help) {
    auto* button = new QPushButton(title, this);
    button->setObjectName(name);
    button->setToolTip(help);
    row->addWidget(button);
    answers_.push_back(button);
    return button;
  };
  connect(
      add("reload", tr("Re&load"), tr("The text here becomes the file's. %1 brings this one back").arg(keys::kUndo)),
      &QPushButton::clicked, &document_, &Document::take_outside);
  connect(add("keep", tr("&Keep mine"), tr("The text here stays; saving will write over the file")),
          &QPushButton::clicked, &document_, &Document::keep_own);
  connect(add("compare", tr("&Compare …"), tr("Shows what differs")), &QPushButton::clicked, this,
          &OutsideChangeBar::comparison_wanted);
  connect(&document_, &Document::outside_changed, this, &OutsideChangeBar::show_state);
  show_state();
}

void OutsideChangeBar::show_state() {
  const bool changed = document_.outside_text().has_value();
  setVisible(changed || document_.is_gone());
  for (QPushButton* answer : answers_) answer->setVisible(changed);
  if (changed)
    words_->setText(tr("▲ Another program has changed %1.").arg(document_.name()));
  else if (!document_.why_unseen().isEmpty())
    words_->setText(tr("▲ %1 cannot be read (%2). Save the text under another name.")
                        .arg(document_.name(), document_.why_unseen()));
  else if (document_.is_gone())
    words_->setText(tr("▲ %1 was deleted. Save writes it again.").arg(document_.name()));
}

}  // namespace spawnpoint::gui
