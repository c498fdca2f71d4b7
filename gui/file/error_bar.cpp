// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/error_bar.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <chrono>

namespace spawnpoint::gui {
namespace {

/// While a line is being typed it is wrong now and then: the pages must not go up and down with that.
constexpr std::chrono::milliseconds kPatience{700};

}  // namespace

ErrorBar::ErrorBar(const Document& document, QWidget* parent)
    : QFrame(parent), document_(document), words_(new QLabel(this)) {
  setObjectName("error_bar");
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::AlternateBase);
  words_->setObjectName("error_bar_words");
  words_->setWordWrap(true);
  words_->setTextFormat(Qt::PlainText);
  auto* show = new QPushButton(tr("&Go to the first error"), this);
  show->setObjectName("first_error");
  connect(show, &QPushButton::clicked, this, &ErrorBar::first_error_wanted);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 4, 8, 4);
  row->addWidget(words_, 1);
  row->addWidget(show);
  patience_.setSingleShot(true);
  patience_.setInterval(kPatience);
  connect(&patience_, &QTimer::timeout, this, &QWidget::show);
  connect(&document, &Document::opened, this, &ErrorBar::show_state);
  connect(&document, &Document::parsed, this, &ErrorBar::show_state);
  hide();
}

void ErrorBar::show_state() {
  const auto errors = static_cast<int>(document_.error_count());
  if (errors == 0) {
    patience_.stop();
    return hide();
  }
  const QString count = errors == 1 ? tr("✕ The text has an error.") : tr("✕ The text has %1 errors.").arg(errors);
  const QString until = errors == 1 ? tr("until it is fixed") : tr("until they are fixed");
  words_->setText(document_.scenario()
                      ? tr("%1 What is shown is of the last text without errors; nothing can be run or changed %2.")
                            .arg(count, until)
                      : tr("%1 There is nothing to show or to run %2.").arg(count, until));
  if (!isVisible() && !patience_.isActive()) patience_.start();
}

}  // namespace spawnpoint::gui
