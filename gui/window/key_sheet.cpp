// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/key_sheet.hpp"

#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <vector>

#include "gui/window/actions.hpp"

namespace spawnpoint::gui {
namespace {

constexpr KeysOf kSecondColumn = KeysOf::time_axis;

}  // namespace

void show_key_sheet(QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QObject::tr("Keys"));
  dialog->setObjectName("key_sheet");
  // Two columns, as it should fit a small screen; on an even smaller one it is scrolled.
  auto* sheet = new QWidget(dialog);
  auto* columns = new QHBoxLayout(sheet);
  columns->setSpacing(32);
  std::vector<QLabel*> does;
  QGridLayout* grid = nullptr;
  int row = 0;
  for (const KeyGroup& group : key_groups()) {
    if (grid == nullptr || group.group == kSecondColumn) {
      grid = new QGridLayout;
      grid->setHorizontalSpacing(14);
      grid->setVerticalSpacing(3);
      grid->setColumnStretch(1, 1);
      columns->addLayout(grid);
      columns->setAlignment(grid, Qt::AlignTop);
      row = 0;
    }
    auto* title = new QLabel(QObject::tr(group.title), sheet);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    if (row > 0) grid->setRowMinimumHeight(row++, 6);
    grid->addWidget(title, row++, 0, 1, 2);
    for (const KeyLine& key : group.lines) {
      grid->addWidget(new QLabel(key.keys, sheet), row, 0);
      does.push_back(new QLabel(key.does, sheet));
      grid->addWidget(does.back(), row++, 1);
    }
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* scroll = new QScrollArea(dialog);
  scroll->setWidget(sheet);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setAccessibleName(QObject::tr("Keys"));
  auto* column = new QVBoxLayout(dialog);
  column->addWidget(scroll, 1);
  column->addWidget(buttons);
  const int bar = scroll->verticalScrollBar()->sizeHint().width();
  const QSize room = dialog->screen()->availableSize() * 9 / 10;
  // One column below the other, with lines that wrap, fits every screen.
  if (sheet->sizeHint().width() + bar + 24 > room.width()) {
    columns->setDirection(QBoxLayout::TopToBottom);
    for (QLabel* words : does) words->setWordWrap(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  }
  const QSize wanted = sheet->sizeHint() + QSize(bar + 24, buttons->sizeHint().height() + 30);
  dialog->resize(wanted.boundedTo(room));
  dialog->open();
}

}  // namespace spawnpoint::gui
