// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/file_panel.hpp"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTextDocument>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/file/code_edit.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint::gui {

FilePanel::FilePanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      document_(workspace.document()),
      edit_(new CodeEdit(this)),
      over_(new QWidget(this)),
      over_words_(new QLabel(over_)),
      problems_(new QListWidget(this)),
      summary_(new QLabel(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* over = new QVBoxLayout(over_);
  over->setContentsMargins(6, 2, 6, 2);
  over->setSpacing(2);
  over->addWidget(over_words_);
  auto* buttons = new QHBoxLayout;
  auto* write = new QPushButton(tr("&Write into the text"), over_);
  write->setObjectName("write_settings");
  write->setToolTip(tr("%1 undoes it").arg(keys::kUndo));
  auto* drop = new QPushButton(tr("&Drop"), over_);
  drop->setObjectName("drop_settings");
  drop->setToolTip(tr("The text's own values hold again"));
  buttons->addWidget(write);
  buttons->addWidget(drop);
  buttons->addStretch(1);
  over->addLayout(buttons);
  over_words_->setObjectName("settings");
  over_words_->setWordWrap(true);
  over_words_->setTextFormat(Qt::PlainText);
  over_words_->setAccessibleName(tr("Values over the text"));
  connect(write, &QPushButton::clicked, &workspace, &Workspace::write_settings);
  connect(drop, &QPushButton::clicked, &document_, &Document::clear_settings);
  over_->hide();
  column->addWidget(over_);
  column->addWidget(edit_, 1);
  column->addWidget(summary_);
  column->addWidget(problems_);
  edit_->setPlaceholderText(tr("Open a scenario to read and change its text here."));
  edit_->setEnabled(false);
  edit_->set_profiles(list_profiles(shipped_scenarios()));
  summary_->setAccessibleName(tr("Summary of the errors"));
  summary_->setContentsMargins(6, 2, 6, 2);
  summary_->setWordWrap(true);
  problems_->setAccessibleName(tr("Errors in the scenario"));
  problems_->setWordWrap(true);
  problems_->setUniformItemSizes(false);
  problems_->setResizeMode(QListView::Adjust);
  problems_->hide();
  summary_->hide();

  connect(&document_, &Document::opened, this, [this] {
    edit_->setEnabled(document_.is_open());
    edit_->setPlainText(document_.text());
    edit_->document()->setModified(false);
    edit_->set_diagnostics({});
  });
  connect(&document_, &Document::settings_changed, this, &FilePanel::show_settings);
  connect(&document_, &Document::edit_asked, this, &FilePanel::replace_text);
  connect(&document_, &Document::saved, this, [this] { edit_->document()->setModified(false); });
  connect(&document_, &Document::differs_from_file, this, [this] { edit_->document()->setModified(true); });
  connect(&document_, &Document::parsed, this, &FilePanel::show_diagnostics);
  connect(edit_, &QPlainTextEdit::textChanged, this, [this] { document_.set_text(edit_->toPlainText()); });
  const auto jump = [this](QListWidgetItem* item) { go_to_problem(problems_->row(item)); };
  connect(problems_, &QListWidget::itemActivated, this, jump);
  connect(problems_, &QListWidget::itemClicked, this, jump);
}

void FilePanel::set_theme(const Theme& theme) {
  edit_->set_theme(theme);
}

void FilePanel::replace_text(const QString& text, bool joined) {
  const QString before = edit_->toPlainText();
  if (text == before) return;
  // Only what differs: the cursor and what is seen of the text stay where they are.
  const auto shorter = std::min(text.size(), before.size());
  qsizetype head = 0;
  while (head < shorter && text[head] == before[head]) ++head;
  qsizetype tail = 0;
  while (tail < shorter - head && text[text.size() - 1 - tail] == before[before.size() - 1 - tail]) ++tail;
  QTextCursor cursor(edit_->document());
  joined ? cursor.joinPreviousEditBlock() : cursor.beginEditBlock();
  cursor.setPosition(static_cast<int>(head));
  cursor.setPosition(static_cast<int>(before.size() - tail), QTextCursor::KeepAnchor);
  cursor.insertText(text.mid(head, text.size() - head - tail));
  cursor.endEditBlock();
}

void FilePanel::go_to_problem(int row) {
  const auto& diagnostics = document_.diagnostics();
  if (row < 0 || static_cast<std::size_t>(row) >= diagnostics.size()) return;
  const Diagnostic& diagnostic = diagnostics[static_cast<std::size_t>(row)];
  if (is_here(diagnostic)) {
    if (diagnostic.line > 0) edit_->go_to(diagnostic.line, diagnostic.column);
    return;
  }
  const QFileInfo file(to_qstring(diagnostic.file));
  for (const QString& name : {file.fileName(), file.completeBaseName()}) {
    const QTextCursor named = edit_->document()->find(name);
    if (named.isNull()) continue;
    edit_->setTextCursor(named);
    edit_->centerCursor();
    edit_->setFocus();
    return;
  }
}

void FilePanel::go_to_first_error() {
  const auto& diagnostics = document_.diagnostics();
  const auto first = std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity);
  if (first != diagnostics.end()) go_to_problem(static_cast<int>(first - diagnostics.begin()));
}

bool FilePanel::is_here(const Diagnostic& diagnostic) const {
  return diagnostic.file.empty() || diagnostic.file == document_.path().toStdString();
}

QString FilePanel::place_words(const Diagnostic& diagnostic) const {
  QStringList parts;
  if (!is_here(diagnostic)) {
    const QString file = to_qstring(diagnostic.file);
    const QString folder = QFileInfo(document_.path()).absolutePath() + '/';
    parts << (file.startsWith(folder) ? file.mid(folder.size()) : file);
  }
  if (diagnostic.line > 0) parts << QString::number(diagnostic.line) << QString::number(diagnostic.column);
  return parts.join(':');
}

void FilePanel::show_settings() {
  QStringList words;
  for (const Setting& setting : document_.settings())
    words << QStringLiteral("%1 = %2").arg(to_qstring(setting.key), to_qstring(setting.value));
  if (!document_.added_run().empty()) words << tr("a run %1").arg(to_qstring(document_.added_run()));
  over_words_->setText(tr("Tried without changing the text: %1").arg(words.join(QStringLiteral(", "))));
  over_->setVisible(document_.has_settings());
}

void FilePanel::show_diagnostics() {
  const auto& diagnostics = document_.diagnostics();
  std::vector<Diagnostic> here;
  problems_->clear();
  for (const Diagnostic& diagnostic : diagnostics) {
    if (is_here(diagnostic)) here.push_back(diagnostic);
    QString text = diagnostic.severity == Severity::error     ? tr("✕ ")
                   : diagnostic.severity == Severity::warning ? tr("▲ ")
                                                              : tr("· ");
    if (const QString place = place_words(diagnostic); !place.isEmpty()) text += place + QStringLiteral("  ");
    text += to_qstring(diagnostic.message);
    if (!diagnostic.hint.empty()) text += "\n" + to_qstring(diagnostic.hint);
    // What is in no editor here cannot be looked up.
    if (!is_here(diagnostic) && !diagnostic.source_line.empty())
      text += "\n" + to_qstring(diagnostic.source_line).trimmed();
    problems_->addItem(text);
  }
  edit_->set_diagnostics(here);
  problems_->setVisible(!diagnostics.empty());
  const auto errors = document_.error_count();
  summary_->setVisible(errors > 0);
  if (errors > 0) {
    const QString count = errors == 1 ? tr("<b>1 error.</b>") : tr("<b>%1 errors.</b>").arg(errors);
    summary_->setText(document_.scenario() ? tr("%1 The charts are of the last text without errors.").arg(count)
                                           : count);
  }
  // Wrapped lines have their height only once the list has its width.
  QTimer::singleShot(0, this, &FilePanel::fit_problems);
}

void FilePanel::fit_problems() {
  // As high as the mistakes are, within a third of the panel.
  int needed = 6;
  const QFontMetrics metrics(problems_->font());
  const QRect room(0, 0, problems_->viewport()->width() - 8, 1 << 16);
  for (int row = 0; row < problems_->count(); ++row)
    needed += metrics.boundingRect(room, Qt::TextWordWrap, problems_->item(row)->text()).height() + 4;
  problems_->setFixedHeight(std::min(needed, std::max(60, height() / 3)));
}

void FilePanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fit_problems();
}

}  // namespace spawnpoint::gui
