// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/key_sheet.hpp"

#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeySequence>
#include <QLabel>
#include <QVBoxLayout>
#include <string_view>

namespace spawnpoint::gui {
namespace {

struct Key {
  QString keys;
  const char* does;
};
struct Group {
  const char* title;
  std::initializer_list<Key> keys;
};
constexpr std::string_view kSecondColumn = "Time axis";

}  // namespace

void show_key_sheet(QWidget* parent) {
  const Group groups[] = {
      {"Run", {{"F5", "both worlds"}, {"F6", "the model"}, {"F7", "live"}, {"Shift+F5", "stop"}}},
      {"File",
       {{"Ctrl+O", "open"},
        {"Ctrl+S", "save"},
        {"Ctrl+Shift+S", "save as another file"},
        {"Ctrl+E", "export"},
        {"Ctrl+Q", "quit"},
        {"Ctrl+Z", "undo, sliders too"},
        {QKeySequence(QKeySequence::Redo).toString(), "redo"},  // Not the same everywhere.
        {"Ctrl+Space", "what may be written here"}}},
      {"Pages",
       {{"Ctrl+1", "Home"},
        {"Ctrl+2", "Compare"},
        {"Ctrl+3", "Limits"},
        {"Ctrl+4", "Failure map"},
        {"Ctrl+5", "Jobs"},
        {"Ctrl+F", "find a job; at home, a scenario"},
        {"Ctrl+K", "find a command"},
        {"Ctrl+Shift+L", "light or dark"},
        {"F1", "scenario reference"},
        {"?", "this sheet"}}},
      {"What if",
       {{"← / →", "turn a slider: the model is drawn again"},
        {"Page up / down", "in larger steps"},
        {"Tab, Enter", "in the diagnosis: try a run, follow a link"}}},
      {"Time axis",
       {{"W / S, wheel", "zoom at the cursor"},
        {"A / D, ← / →", "move"},
        {"Home", "show all"},
        {"drag", "select a range: what happens in it"},
        {"Z", "zoom to the selection"},
        {"Shift+A / Shift+B", "set marker A or B: what happens between"},
        {"N", "next failure"},
        {"Alt+← / Alt+→", "back and forward"},
        {"Esc", "clear selection and markers"}}},
      {"Compare",
       {{"Ctrl+B", "runs side by side"},
        {"↑ / ↓, Shift+wheel", "rows up and down"},
        {"+ / −, Ctrl+wheel", "higher or lower rows"},
        {"F, double click", "zoom to the selected job"},
        {"L", "in a chart: logarithmic or not"}}},
      {"Limits", {{"↑ / ↓", "another limit"}}},
      {"Failure map",
       {{"← / →, ↑ / ↓", "along a line, to another line"}, {"Enter", "open the run"}, {"M", "time or memory"}}},
      {"Jobs",
       {{"↑ / ↓, click", "select a job, here and in the timelines"},
        {"Enter", "show it in the timelines"},
        {"← / →, then S", "sort by this column; again: the other way"},
        {"Ctrl+C", "copy the rows"}}},
  };
  auto* dialog = new QDialog(parent);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QObject::tr("Keys"));
  dialog->setObjectName("key_sheet");
  // Two columns, as it must fit a small screen.
  auto* columns = new QHBoxLayout;
  columns->setSpacing(32);
  QGridLayout* grid = nullptr;
  int row = 0;
  for (const Group& group : groups) {
    if (grid == nullptr || std::string_view(group.title) == kSecondColumn) {
      grid = new QGridLayout;
      grid->setHorizontalSpacing(14);
      grid->setVerticalSpacing(3);
      columns->addLayout(grid);
      columns->setAlignment(grid, Qt::AlignTop);
      row = 0;
    }
    auto* title = new QLabel(QObject::tr(group.title), dialog);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    if (row > 0) grid->setRowMinimumHeight(row++, 6);
    grid->addWidget(title, row++, 0, 1, 2);
    for (const Key& key : group.keys) {
      grid->addWidget(new QLabel(key.keys, dialog), row, 0);
      grid->addWidget(new QLabel(QObject::tr(key.does), dialog), row++, 1);
    }
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* column = new QVBoxLayout(dialog);
  column->addLayout(columns);
  column->addWidget(buttons);
  dialog->open();
}

}  // namespace spawnpoint::gui
