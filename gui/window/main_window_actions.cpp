// SPDX-License-Identifier: GPL-3.0-or-later
// The menus, the toolbar and the keys of the main window.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>

#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/window/icons.hpp"
#include "gui/window/main_window.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint::gui {

QAction* MainWindow::action(const char* name, const QString& words, const QKeySequence& keys,
                            const QString& icon_name) {
  auto* made = new QAction(words, this);
  made->setObjectName(name);
  made->setShortcut(keys);
  if (!keys.isEmpty()) {
    made->setToolTip(
        QStringLiteral("%1  (%2)").arg(QString(words).remove('&'), keys.toString(QKeySequence::NativeText)));
  }
  if (!icon_name.isEmpty()) icons_.emplace_back(made, icon_name);
  return made;
}

void MainWindow::colour_icons() {
  for (const auto& [made, name] : icons_) made->setIcon(icon(name, theme_));
}

void MainWindow::make_actions() {
  const auto on = [this](QAction* made, auto&& what) {
    connect(made, &QAction::triggered, this, std::forward<decltype(what)>(what));
    return made;
  };
  QAction* open = on(action("open", tr("&Open …"), QKeySequence::Open, "open"), [this] { choose_file(); });
  QAction* save_it = on(action("save", tr("&Save"), QKeySequence::Save, "save"), [this] { save(); });
  QAction* save_other =
      on(action("save_as", tr("Save &as …"), QKeySequence(tr("Ctrl+Shift+S"))), [this] { save_as(); });
  QAction* export_it =
      on(action("export", tr("&Export …"), QKeySequence(tr("Ctrl+E")), "export"), [this] { export_figures(); });
  export_it->setIconText(tr("Export"));
  QAction* quit = on(action("quit", tr("&Quit"), QKeySequence(tr("Ctrl+Q"))), [this] { close(); });

  QAction* both = on(action("run_both", tr("Run &both"), QKeySequence(tr("F5")), "both"), [this] { run(true, true); });
  QAction* model = on(action("run_model", tr("&Model"), QKeySequence(tr("F6")), "model"), [this] { run(true, false); });
  QAction* live = on(action("run_live", tr("&Live"), QKeySequence(tr("F7")), "live"), [this] { run(false, true); });
  QAction* stop = on(action("stop", tr("&Stop"), QKeySequence(tr("Shift+F5")), "stop"), [this] { runs_.stop(); });

  QMenu* file_menu = menuBar()->addMenu(tr("&File"));
  file_menu->addAction(open);
  recent_menu_ = file_menu->addMenu(tr("Open &recent"));
  file_menu->addSeparator();
  file_menu->addActions({save_it, save_other});
  file_menu->addSeparator();
  file_menu->addAction(export_it);
  file_menu->addSeparator();
  file_menu->addAction(quit);

  QMenu* edit_menu = menuBar()->addMenu(tr("&Edit"));
  CodeEdit& edit = file_->edit();
  QAction* undo = action("undo", tr("&Undo"), QKeySequence::Undo, "undo");
  QAction* redo = action("redo", tr("&Redo"), QKeySequence::Redo);
  undo->setEnabled(false);
  redo->setEnabled(false);
  connect(undo, &QAction::triggered, &edit, &QPlainTextEdit::undo);
  connect(redo, &QAction::triggered, &edit, &QPlainTextEdit::redo);
  connect(&edit, &QPlainTextEdit::undoAvailable, undo, &QAction::setEnabled);
  connect(&edit, &QPlainTextEdit::redoAvailable, redo, &QAction::setEnabled);
  edit_menu->addActions({undo, redo});
  edit_menu->addSeparator();
  edit_menu->addAction(on(action("search", tr("&Find a job, or a scenario at home"), QKeySequence::Find), [this] {
    const bool at_home = pages_->currentWidget() == home_ || !document_.is_open();
    pages_->setCurrentWidget(at_home ? static_cast<QWidget*>(home_) : job_table_);
    QLineEdit& field = at_home ? home_->search() : job_table_->filter();
    field.setFocus();
    field.selectAll();
  }));

  QMenu* run_menu = menuBar()->addMenu(tr("&Run"));
  run_menu->addActions({both, model, live});
  run_menu->addSeparator();
  run_menu->addAction(stop);

  QMenu* view_menu = menuBar()->addMenu(tr("&View"));
  for (int page = 0; page < pages_->count(); ++page) {
    view_menu->addAction(on(action("", pages_->tabText(page), QKeySequence(tr("Ctrl+%1").arg(page + 1))),
                            [this, page] { pages_->setCurrentIndex(page); }));
  }
  view_menu->addSeparator();
  TimeView& time = compare_->time();
  QAction* next = on(action("next_failure", tr("&Next failure"), QKeySequence(tr("N")), "next"), [this] {
    pages_->setCurrentWidget(compare_);
    if (!compare_->next_failure()) statusBar()->showMessage(tr("Nothing failed."), 3000);
  });
  QAction* fit = on(action("fit", tr("Show &all"), QKeySequence(tr("Home")), "fit"), [&time] { time.fit(); });
  QAction* back = on(action("back", tr("View &back"), QKeySequence(tr("Alt+Left"))), [&time] { time.go_back(); });
  QAction* forward =
      on(action("forward", tr("View &forward"), QKeySequence(tr("Alt+Right"))), [&time] { time.go_forward(); });
  // Home moves the cursor in texts and lists: it shows all only where the charts are.
  fit->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  compare_->addAction(fit);
  const auto history = [back, forward, &time] {
    back->setEnabled(time.can_go_back());
    forward->setEnabled(time.can_go_forward());
  };
  connect(&time, &TimeView::history_changed, this, history);
  history();
  QAction* beside = on(action("beside", tr("Runs side &by side"), QKeySequence(tr("Ctrl+B"))), [this] {
    pages_->setCurrentWidget(compare_);
    if (compare_->beside().isEnabled()) compare_->beside().toggle();
  });
  view_menu->addActions({next, fit, back, forward, beside});
  view_menu->addSeparator();
  for (QDockWidget* dock : docks()) view_menu->addAction(dock->toggleViewAction());
  view_menu->addAction(on(action("default_layout", tr("&Restore default layout"), {}), [this] { default_layout(); }));
  view_menu->addSeparator();
  auto* themes = new QActionGroup(this);
  for (const bool dark : {false, true}) {
    QAction* theme = on(action(dark ? "theme_dark" : "theme_light", dark ? tr("&Dark") : tr("&Light"), {}),
                        [this, dark] { set_dark(dark); });
    theme->setCheckable(true);
    theme->setChecked(session_.dark() == dark);
    themes->addAction(theme);
    view_menu->addAction(theme);
  }
  QAction* swap = on(action("theme", tr("Light or dark"), QKeySequence(tr("Ctrl+Shift+L")), "theme"), [this, themes] {
    const bool dark = theme_.kind == ThemeKind::light;
    themes->actions()[dark ? 1 : 0]->setChecked(true);
    set_dark(dark);
  });
  addAction(swap);

  make_help_menu();

  QToolBar* bar = addToolBar(tr("Toolbar"));
  bar->setObjectName("toolbar");
  bar->setAccessibleName(tr("Toolbar"));
  bar->setMovable(false);
  bar->setIconSize({18, 18});
  bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  bar->addAction(open);
  bar->addSeparator();
  bar->addActions({both, model, live, stop});
  bar->addSeparator();
  auto* jobs_label = new QLabel(tr(" Jobs "), bar);
  bar->addWidget(jobs_label);
  jobs_ = new QSpinBox(bar);
  jobs_->setObjectName("jobs");
  jobs_->setAccessibleName(tr("Number of jobs"));
  jobs_->setRange(1, 10'000'000);
  jobs_->setGroupSeparatorShown(true);
  jobs_->setKeyboardTracking(false);
  jobs_->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  jobs_->setToolTip(tr("How many jobs run. It is written into the text; Ctrl+Z takes it back"));
  jobs_label->setBuddy(jobs_);
  connect(jobs_, &QSpinBox::valueChanged, this,
          [this](int count) { turn(QStringLiteral("jobs.count"), QString::number(count), kNoGesture); });
  bar->addWidget(jobs_);
  auto* machine_label = new QLabel(tr("  Machine "), bar);
  bar->addWidget(machine_label);
  machine_ = new QComboBox(bar);
  machine_->setObjectName("machine");
  machine_->setAccessibleName(tr("Machine of the model"));
  machine_->setToolTip(tr("The machine that is modeled. It is written into the text; Ctrl+Z takes it back"));
  machine_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  machine_->addItem(tr("this machine"), QStringLiteral("host"));
  for (const auto& profile : list_scenarios(shipped_scenarios() / "machines")) {
    const QString name = QString::fromStdString(profile.stem().string());
    if (name != "host") machine_->addItem(name, name);
  }
  machine_label->setBuddy(machine_);
  connect(machine_, &QComboBox::activated, this,
          [this](int row) { turn(QStringLiteral("machine.profile"), machine_->itemData(row).toString(), kNoGesture); });
  bar->addWidget(machine_);
  own_values_ =
      on(action("own_values", tr("The file's own values"), {}, "undo"), [this] { document_.clear_settings(); });
  own_values_->setToolTip(tr("Without the values that were set over the file"));
  own_values_->setVisible(false);
  bar->addAction(own_values_);
  auto* space = new QWidget(bar);
  space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(space);
  bar->addAction(swap);
  bar->addAction(export_it);
  swap->setIconText(tr("Theme"));
  for (QAction* shown : bar->actions()) {
    if (auto* button = bar->widgetForAction(shown); button && !shown->text().isEmpty()) {
      button->setAccessibleName(shown->text().remove('&').remove(QStringLiteral(" …")));
    }
  }
}

void MainWindow::show_actions() {
  const bool ready = document_.scenario() && !document_.scenario()->runs.empty();
  const bool running = runs_.is_running();
  const auto enable = [this](const char* name, bool enabled) {
    if (auto* found = findChild<QAction*>(name)) found->setEnabled(enabled);
  };
  for (const char* name : {"run_both", "run_model", "run_live"}) enable(name, ready);
  enable("stop", running);
  enable("save", document_.is_open());
  enable("save_as", document_.is_open());
  const std::size_t run = compare_->selected_run();
  const auto drawn = [&](WorldKind world) {
    const auto result = runs_.result({run, world});
    return result && result->error.empty() && result->trace;
  };
  enable("export", ready && (drawn(WorldKind::modeled) || drawn(WorldKind::live) || !map_->view().content().empty()));
  jobs_->setEnabled(ready);
  machine_->setEnabled(ready);
}

void MainWindow::show_recent() {
  const QStringList files = session_.recent();
  home_->set_recent(files);
  recent_menu_->clear();
  recent_menu_->setEnabled(!files.isEmpty());
  for (const QString& path : files) {
    QAction* entry = recent_menu_->addAction(QFileInfo(path).fileName().replace('&', "&&"));
    entry->setToolTip(path);
    connect(entry, &QAction::triggered, this, [this, path] { open_file(path); });
  }
  recent_menu_->addSeparator();
  connect(recent_menu_->addAction(tr("&Clear this list")), &QAction::triggered, this, [this] {
    session_.clear_recent();
    show_recent();
  });
}

}  // namespace spawnpoint::gui
