// SPDX-License-Identifier: GPL-3.0-or-later
// The menus, the toolbar and the keys of the main window.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QSpinBox>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>
#include <algorithm>

#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/map/map_page.hpp"
#include "gui/page/value_guard.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/window/actions.hpp"
#include "gui/window/fitting_tool_bar.hpp"
#include "gui/window/icons.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/pages.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

namespace {

QString tooltip_of(const Action& action) {
  const QString title = QObject::tr(action.title).remove('&');
  const QKeySequence keys = action.sequence();
  return keys.isEmpty() ? title : QStringLiteral("%1  (%2)").arg(title, keys.toString(QKeySequence::NativeText));
}

}  // namespace

void MainWindow::make_actions() {
  for (const Action& one : action_table()) {
    auto* made = new QAction(tr(one.title), this);
    made->setObjectName(one.name);
    made->setShortcut(one.sequence());
    made->setToolTip(tooltip_of(one));
    connect(made, &QAction::triggered, this, [this, &one] { one.run(*this); });
    addAction(made);
  }
  act("export")->setIconText(tr("Export"));
  act("theme")->setIconText(tr("Theme"));
  act("redo")->setEnabled(false);
  connect(&file_->edit(), &QPlainTextEdit::redoAvailable, act("redo"), &QAction::setEnabled);
  const auto offer_undo = [this] {
    act("undo")->setEnabled(workspace_.can_take_back() || file_->edit().document()->isUndoAvailable());
  };
  connect(&file_->edit(), &QPlainTextEdit::undoAvailable, this, offer_undo);
  connect(&workspace_, &Workspace::tried, this, offer_undo);
  connect(&workspace_, &Workspace::scenario_followed, this, offer_undo);
  connect(&document(), &Document::settings_changed, this, offer_undo);
  connect(&selection(), &Selection::run_changed, this, offer_undo);
  offer_undo();
  // Home moves the cursor in texts and lists: it shows all only where the charts are.
  act("fit")->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  removeAction(act("fit"));
  compare_->addAction(act("fit"));
  TimeView& time = compare_->time();
  const auto history = [this, &time] {
    act("back")->setEnabled(time.can_go_back());
    act("forward")->setEnabled(time.can_go_forward());
  };
  connect(&time, &TimeView::history_changed, this, history);
  history();
  const auto failures = [this, &time] {
    set_hindrance("next_failure", time.landmarks().empty() ? tr("Nothing failed.") : QString());
  };
  connect(&time, &TimeView::landmarks_changed, this, failures);
  failures();
  auto* themes = new QActionGroup(this);
  for (const char* name : {"theme_light", "theme_dark"}) {
    act(name)->setCheckable(true);
    themes->addAction(act(name));
  }
  act("own_values")->setToolTip(tr("Without the values that override the file's"));
  for (const char* name : {"own_values", "write_values"}) act(name)->setVisible(false);
}

QAction* MainWindow::act(const char* name) const {
  return findChild<QAction*>(QString::fromLatin1(name), Qt::FindDirectChildrenOnly);
}

void MainWindow::set_hindrance(const char* name, const QString& why) {
  const auto row = std::ranges::find(action_table(), std::string_view(name), &Action::name);
  QAction& action = *act(name);
  action.setEnabled(why.isEmpty());
  action.setStatusTip(why);
  action.setToolTip(why.isEmpty() ? tooltip_of(*row) : QStringLiteral("%1\n%2").arg(tooltip_of(*row), why));
}

void MainWindow::colour_icons() {
  for (const Action& one : action_table()) {
    if (*one.icon != '\0') act(one.name)->setIcon(icon(QString::fromLatin1(one.icon), theme_));
  }
}

void MainWindow::make_menus() {
  static constexpr std::pair<MenuOf, const char*> kMenus[] = {{MenuOf::file, "&File"},
                                                              {MenuOf::edit, "&Edit"},
                                                              {MenuOf::run, "&Run"},
                                                              {MenuOf::view, "&View"},
                                                              {MenuOf::help, "&Help"}};
  for (const auto& [of, title] : kMenus) {
    QMenu* menu = menuBar()->addMenu(tr(title));
    if (of == MenuOf::view) {
      for (std::size_t place = 0; place < page_list_.size(); ++place) {
        auto* show = new QAction(tr(page_kinds()[place].name.title), this);
        show->setShortcut(QKeySequence(page_key(place)));
        connect(show, &QAction::triggered, this, [this, place] { go_to_page(*page_list_[place]); });
        menu->addAction(show);
      }
    }
    for (const Action& one : action_table()) {
      if (one.menu != of) continue;
      QAction* made = act(one.name);
      if (made == act("default_layout")) {
        menu->addSeparator();
        for (QDockWidget* dock : docks()) menu->addAction(dock->toggleViewAction());
      }
      if (one.begins_group) menu->addSeparator();
      menu->addAction(made);
      if (made == act("new")) show_templates(*menu->addMenu(tr("New from a &template")));
      if (made == act("open")) recent_menu_ = menu->addMenu(tr("Open &recent"));
    }
    // Another window may have opened something since.
    if (of == MenuOf::file) connect(menu, &QMenu::aboutToShow, this, &MainWindow::show_recent);
  }
}

void MainWindow::show_templates(QMenu& menu) {
  for (const auto& file : list_scenarios(scenario_templates())) {
    QString name = to_qstring(file.stem().string()).replace('-', ' ');
    name[0] = name[0].toUpper();
    connect(menu.addAction(name), &QAction::triggered, this,
            [this, path = to_qstring(file.string())] { begin_scenario(path); });
  }
}

/// With the keyboard on what the page is about.
void MainWindow::go_to_page(Page& page) {
  pages_->setCurrentWidget(&page);
  page.setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::toggle_full_screen() {
  setWindowState(windowState() ^ Qt::WindowFullScreen);
}

void MainWindow::undo() {
  if (workspace_.can_take_back())
    workspace_.take_back();
  else
    file_->edit().undo();
}

void MainWindow::edit_focused(const char* slot) {
  QWidget* focused = QApplication::focusWidget();
  if (focused != nullptr && focused->metaObject()->indexOfSlot(QByteArray(slot) + "()") >= 0)
    QMetaObject::invokeMethod(focused, slot);
}

void MainWindow::make_toolbar() {
  auto* bar = new FittingToolBar(tr("Toolbar"), this);
  addToolBar(bar);
  bar->setObjectName("toolbar");
  bar->setAccessibleName(tr("Toolbar"));
  bar->setMovable(false);
  bar->setIconSize({18, 18});
  bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  bar->addAction(act("open"));
  bar->addSeparator();
  bar->addActions({act("run_both"), act("run_model"), act("run_live"), act("stop")});
  // "Both" is of the chosen run; all of them are one step away.
  if (auto* both = qobject_cast<QToolButton*>(bar->widgetForAction(act("run_both")))) {
    both->setPopupMode(QToolButton::MenuButtonPopup);
    both->addAction(act("run_all"));
  }
  bar->addSeparator();
  auto* jobs_label = new QLabel(tr(" Jobs "), bar);
  bar->addWidget(jobs_label);
  jobs_ = new QSpinBox(bar);
  jobs_->setObjectName("jobs");
  jobs_->setAccessibleName(tr("Number of jobs"));
  jobs_->setRange(1, static_cast<int>(kMostJobs));
  jobs_->setGroupSeparatorShown(true);
  jobs_->setKeyboardTracking(false);
  jobs_->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  jobs_->setToolTip(tr("How many jobs run. It is written into the text; %1 undoes it").arg(keys::kUndo));
  jobs_label->setBuddy(jobs_);
  connect(jobs_, &QSpinBox::valueChanged, this, [this](int count) {
    workspace_.turn(QStringLiteral("jobs.count"), QString::number(count), Workspace::kNoGesture);
  });
  ValueGuard::guard(*jobs_);
  bar->addWidget(jobs_);
  auto* machine_label = new QLabel(tr("  Machine "), bar);
  bar->addWidget(machine_label);
  machine_ = new QComboBox(bar);
  machine_->setObjectName("machine");
  machine_->setAccessibleName(tr("Machine of the model"));
  machine_->setToolTip(tr("The machine that is modeled. It is written into the text; %1 undoes it").arg(keys::kUndo));
  machine_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  machine_->addItem(tr("this machine"), QStringLiteral("host"));
  for (const std::string& name : machine_names())
    if (name != "host") machine_->addItem(to_qstring(name), to_qstring(name));
  machine_label->setBuddy(machine_);
  connect(machine_, &QComboBox::activated, this, [this](int row) {
    workspace_.turn(QStringLiteral("machine.profile"), machine_->itemData(row).toString(), Workspace::kNoGesture);
  });
  ValueGuard::guard(*machine_);
  bar->addWidget(machine_);
  bar->addAction(act("own_values"));
  auto* space = new QWidget(bar);
  space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(space);
  bar->add_shrinking(act("theme"));
  bar->add_shrinking(act("export"));
  for (QAction* shown : bar->actions()) {
    if (auto* button = bar->widgetForAction(shown); button && !shown->text().isEmpty()) {
      button->setAccessibleName(shown->text().remove('&').remove(QStringLiteral(" …")));
    }
  }
}

void MainWindow::show_actions() {
  const auto scenario = document().scenario();
  const bool there = scenario && !scenario->runs.empty();
  // What would run, or be written, is the text; what is shown is of the last one without errors.
  const bool ready = there && !document().has_errors();
  const bool saved = workspace_.record(selection().run()) != nullptr;
  QString why_not;
  if (document().has_errors())
    why_not = tr("Fix the errors in the file first; then it can run.");
  else if (!there)
    why_not = workspace_.why_nothing();
  set_hindrance("run_all",
                why_not.isEmpty() && scenario->runs.size() < 2 ? tr("The scenario has only one run.") : why_not);
  if (saved) why_not = tr("A saved record is over: choose a run of the scenario to run it.");
  for (const char* name : {"run_both", "run_model", "run_live"}) set_hindrance(name, why_not);
  set_hindrance("stop", runs().is_running() ? QString() : tr("Nothing runs."));
  act("save")->setEnabled(document().is_open());
  act("save_as")->setEnabled(document().is_open());
  // There are always limits to export.
  set_hindrance("export",
                saved   ? tr("A saved record is not exported: its files have its data, and the menu of a chart copies "
                               "the picture.")
                : there ? QString()
                        : workspace_.why_nothing());
  act("write_values")->setEnabled(ready);
  jobs_->setEnabled(ready);
  machine_->setEnabled(ready);
}

void MainWindow::show_recent() {
  const QStringList files = session_.recent();
  recent_menu_->clear();
  recent_menu_->setEnabled(!files.isEmpty());
  for (const QString& path : files) {
    // Two files of one name lie in different folders.
    const QFileInfo file(path);
    const bool is_unique = std::ranges::count_if(files, [&](const QString& other) {
                             return QFileInfo(other).fileName() == file.fileName();
                           }) == 1;
    const QString name = is_unique ? file.fileName() : tr("%1 (%2)").arg(file.fileName(), file.dir().dirName());
    QAction* entry = recent_menu_->addAction(QString(name).replace('&', "&&"));
    entry->setToolTip(path);
    connect(entry, &QAction::triggered, this, [this, path] { open_file(path); });
  }
  recent_menu_->setToolTipsVisible(true);
  recent_menu_->addSeparator();
  connect(recent_menu_->addAction(tr("&Clear this list")), &QAction::triggered, &workspace_, &Workspace::clear_recent);
}

}  // namespace spawnpoint::gui
