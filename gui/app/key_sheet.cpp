// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/key_sheet.hpp"

#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace spawnpoint::gui {
namespace {

struct Key {
  const char* keys;
  const char* does;
};
struct Group {
  const char* title;
  std::initializer_list<Key> keys;
};

}  // namespace

void show_key_sheet(QWidget* parent) {
  const Group groups[] = {
      {"Run", {{"F5", "both worlds"}, {"F6", "the model"}, {"F7", "live"}, {"Shift+F5", "stop"}}},
      {"File",
       {{"Ctrl+O", "open"},
        {"Ctrl+S", "save"},
        {"Ctrl+E", "export"},
        {"Ctrl+Z", "undo"},
        {"Ctrl+Shift+Z", "redo"},
        {"Ctrl+Space", "what may be written here"}}},
      {"Pages",
       {{"Ctrl+1", "Home"},
        {"Ctrl+2", "Compare"},
        {"Ctrl+3", "Limits"},
        {"Ctrl+4", "Failure map"},
        {"Ctrl+5", "Jobs"},
        {"Ctrl+F", "search"},
        {"Ctrl+K", "find a command"},
        {"F1", "scenario reference"},
        {"?", "this sheet"}}},
      {"Time axis",
       {{"W / S, wheel", "zoom at the cursor"},
        {"A / D, ← / →", "move"},
        {"Home", "show all"},
        {"drag", "select a range"},
        {"Z", "zoom to the selection"},
        {"N", "next failure"},
        {"Shift+A / Shift+B", "set a marker"},
        {"Alt+← / Alt+→", "back and forward"},
        {"Esc", "clear the selection"}}},
      {"Failure map",
       {{"← / →, ↑ / ↓", "along a line, to another line"}, {"Enter", "open the run"}, {"M", "time or memory"}}},
      {"Jobs",
       {{"click", "select a job, here and in the timelines"},
        {"Enter", "show it in the timelines"},
        {"Ctrl+C", "copy the rows"}}},
  };
  auto* dialog = new QDialog(parent);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QObject::tr("Keys"));
  dialog->setObjectName("key_sheet");
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(14);
  grid->setVerticalSpacing(4);
  int row = 0;
  for (const Group& group : groups) {
    auto* title = new QLabel(QObject::tr(group.title), dialog);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    if (row > 0) grid->setRowMinimumHeight(row++, 6);
    grid->addWidget(title, row++, 0, 1, 2);
    for (const Key& key : group.keys) {
      grid->addWidget(new QLabel(QString::fromUtf8(key.keys), dialog), row, 0);
      grid->addWidget(new QLabel(QObject::tr(key.does), dialog), row++, 1);
    }
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* column = new QVBoxLayout(dialog);
  column->addLayout(grid);
  column->addWidget(buttons);
  dialog->open();
}

}  // namespace spawnpoint::gui
