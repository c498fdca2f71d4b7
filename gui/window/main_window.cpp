// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScreen>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/error_bar.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "gui/window/actions.hpp"
#include "gui/window/context_menu.hpp"
#include "gui/window/export_dialog.hpp"
#include "gui/window/icons.hpp"
#include "gui/window/pages.hpp"
#include "gui/window/status_line.hpp"

namespace spawnpoint::gui {

MainWindow::MainWindow(Session& session, std::filesystem::path worker, QWidget* parent)
    : QMainWindow(parent),
      session_(session),
      theme_(make_theme(ThemeKind::light)),
      workspace_(session, worker),
      pages_(new QTabWidget(this)),
      job_details_(new JobDetails(workspace_, this)),
      diagnosis_(new DiagnosisPanel(workspace_, this)),
      file_(new FilePanel(workspace_, this)),
      what_if_(new WhatIfPanel(workspace_, this)),
      status_(new StatusLine(this)),
      worker_(std::move(worker)) {
  setObjectName("main_window");
  setWindowIcon(app_icon());
  setAcceptDrops(true);
  setDockNestingEnabled(true);
  // With its frame it must fit the screen.
  constexpr QSize kFrame{16, 48};
  resize(QSize(1280, 800).boundedTo(screen()->availableSize() - kFrame));
  workspace_.ask_before_live = [this](const LiveEstimate& estimate) { return questions_.live(this, estimate); };

  make_pages();
  auto* middle = new QWidget(this);
  auto* column = new QVBoxLayout(middle);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* outside = new OutsideChangeBar(document(), middle);
  connect(outside, &OutsideChangeBar::comparison_wanted, this, [this] { settle_outside_change(/*saving=*/false); });
  column->addWidget(outside);
  auto* errors = new ErrorBar(document(), middle);
  connect(errors, &ErrorBar::first_error_wanted, this, [this] {
    file_dock_->show();
    file_dock_->raise();
    file_->go_to_first_error();
  });
  column->addWidget(errors);
  column->addWidget(pages_, 1);
  // With large letters a screen is small: what is on a page is squeezed then, and nothing lies off the screen.
  pages_->setMinimumSize(360, 240);
  setCentralWidget(middle);
  statusBar()->addWidget(status_, 1);
  statusBar()->setSizeGripEnabled(false);

  make_docks();
  make_actions();
  make_menus();
  make_toolbar();
  make_connections();
  set_dark(session_.dark());
  show_title();
  show_actions();
  show_recent();
  show_status();
  if (!session_.geometry().isEmpty()) restoreGeometry(session_.geometry());
  for (QDockWidget* dock : docks()) dock->hide();
  qApp->installEventFilter(this);
}

template <class OnePage>
OnePage* MainWindow::page() const {
  for (Page* one : page_list_) {
    if (auto* found = qobject_cast<OnePage*>(one)) return found;
  }
  return nullptr;
}

void MainWindow::make_pages() {
  pages_->setDocumentMode(true);
  pages_->setAccessibleName(tr("Pages"));
  for (const PageKind& kind : page_kinds()) {
    Page* made = kind.make(workspace_, this);
    made->setObjectName(to_qstring(kind.name.id));
    connect(made, &Page::wanted, this, [this, made] { pages_->setCurrentWidget(made); });
    pages_->addTab(made, tr(kind.name.title));
    page_list_.push_back(made);
  }
  // What menus and panels name.
  home_ = page<HomePage>();
  compare_ = page<ComparePage>();
  limits_ = page<LimitsPage>();
  map_ = page<MapPage>();
  job_table_ = page<JobsPage>();
  scenarios_ = new ScenarioList(workspace_, gallery(), this);
}

GalleryModel& MainWindow::gallery() {
  return home_->gallery();
}

void MainWindow::make_docks() {
  const auto dock = [this](const char* name, const QString& title, QWidget* inside) {
    auto* made = new QDockWidget(title, this);
    made->setObjectName(name);
    made->setAccessibleName(title);
    made->setWidget(inside);
    return made;
  };
  scenarios_dock_ = dock("scenarios_dock", tr("Scenarios"), scenarios_);
  file_dock_ = dock("file_dock", tr("File"), file_);
  diagnosis_dock_ = dock("diagnosis_dock", tr("Diagnosis"), diagnosis_);
  selection_dock_ = dock("selection_dock", tr("Selection"), job_details_);
  what_if_dock_ = dock("what_if_dock", tr("What if"), what_if_);
  diagnosis_->setMinimumWidth(220);
  // Scenarios and sliders share a place: the text below is seen to change while a slider is dragged.
  setTabPosition(Qt::LeftDockWidgetArea, QTabWidget::North);
  place_docks();
}

std::array<QDockWidget*, 5> MainWindow::docks() const {
  return {scenarios_dock_, what_if_dock_, file_dock_, diagnosis_dock_, selection_dock_};
}

void MainWindow::place_docks() {
  addDockWidget(Qt::LeftDockWidgetArea, scenarios_dock_);
  addDockWidget(Qt::LeftDockWidgetArea, what_if_dock_);
  tabifyDockWidget(scenarios_dock_, what_if_dock_);
  addDockWidget(Qt::LeftDockWidgetArea, file_dock_);
  addDockWidget(Qt::RightDockWidgetArea, diagnosis_dock_);
  addDockWidget(Qt::RightDockWidgetArea, selection_dock_);
}

void MainWindow::default_layout() {
  for (QDockWidget* dock : docks()) {
    dock->setFloating(false);
    removeDockWidget(dock);
  }
  place_docks();
  for (QDockWidget* dock : docks()) dock->show();
  scenarios_dock_->raise();
  // Docks take a size only once they have been laid out.
  QTimer::singleShot(0, this, [this] { size_docks(); });
  docks_shown_ = true;
}

void MainWindow::size_docks() {
  const int side = std::clamp(width() / 5, 230, 400);
  resizeDocks({scenarios_dock_, diagnosis_dock_}, {side, side}, Qt::Horizontal);
  resizeDocks({scenarios_dock_, file_dock_}, {height() * 2 / 5, height() * 3 / 5}, Qt::Vertical);
  resizeDocks({diagnosis_dock_, selection_dock_}, {height() * 7 / 10, height() * 3 / 10}, Qt::Vertical);
}

void MainWindow::show_docks() {
  if (docks_shown_) return;
  docks_shown_ = true;
  for (QDockWidget* dock : docks()) dock->show();
  if (session_.layout().isEmpty() || !restoreState(session_.layout())) default_layout();
}

void MainWindow::make_connections() {
  connect(&workspace_, &Workspace::open_asked, this, [this](const QString& path) {
    if (path.isEmpty())
      choose_file();
    else
      open_file(path);
  });
  connect(&workspace_, &Workspace::recent_changed, this, &MainWindow::show_recent);
  connect(&workspace_, &Workspace::scenario_read, this, [this](bool changed) {
    show_title();
    if (changed || !document().scenario()) show_scenario();
    if (!document().is_open()) pages_->setCurrentWidget(home_);
  });
  connect(&workspace_, &Workspace::turn_refused, this, &MainWindow::show_scenario);
  const auto show_state = [this] {
    show_actions();
    show_status();
  };
  connect(&workspace_, &Workspace::scenario_followed, this, show_state);
  connect(&workspace_, &Workspace::records_changed, this, show_state);
  connect(&selection(), &Selection::run_changed, this, show_state);
  connect(&selection(), &Selection::run_changed, this, [this] {
    if (!document().scenario()) show_scenario();
  });
  connect(&workspace_, &Workspace::told, this, [this](const QString& words) {
    if (words.isEmpty())
      show_status();
    else
      status_->show_words(words);
  });
  connect(&workspace_, &Workspace::record_refused, this, [this](const QString& words) {
    show_status();
    questions_.tell(this, tr("Cannot open"), words);
  });
  connect(&document(), &Document::saved, this, &MainWindow::show_title);
  connect(&document(), &Document::settings_changed, this, [this] {
    for (const char* name : {"own_values", "write_values"}) act(name)->setVisible(document().has_settings());
  });
  connect(file_->edit().document(), &QTextDocument::modificationChanged, this, [this] { show_title(); });
  connect(&file_->edit(), &QPlainTextEdit::textChanged, compare_, [this] {
    // From the first keystroke on, what is shown is of an older text.
    if (!document().scenario_is_old()) return;
    show_title();
    show_status();
  });
  connect(map_, &MapPage::changed, this, &MainWindow::show_actions);
  connect(pages_, &QTabWidget::currentChanged, this, [this] { show_actions(); });
  connect(status_, &StatusLine::stop_wanted, &runs(), &Runs::stop);
  for (const auto signal : {&Runs::started, &Runs::progressed}) {
    connect(&runs(), signal, this, [this] { show_status(); });
  }
  connect(&runs(), &Runs::started, this, &MainWindow::show_actions);
  connect(&runs(), &Runs::idle, this, show_state);
  connect(&runs(), &Runs::idle, this, &MainWindow::show_title);
}

/// The toolbar, of a scenario that is another one; of a record where it stands alone.
void MainWindow::show_scenario() {
  const auto scenario = document().scenario();
  const QSignalBlocker quiet_jobs(jobs_), quiet_machine(machine_);
  if (!scenario) {
    const SavedRecord* record = workspace_.record(selection().run());
    machine_->setCurrentIndex(-1);
    machine_->setPlaceholderText(record != nullptr ? to_qstring(record->machine) : QString());
    if (record == nullptr) return jobs_->clear();
    jobs_->setValue(static_cast<int>(std::min<std::int64_t>(record->result.jobs, jobs_->maximum())));
    return;
  }
  jobs_->setValue(static_cast<int>(std::min<std::int64_t>(scenario->jobs.count, jobs_->maximum())));
  const int row = machine_->findData(to_qstring(scenario->machine_profile));
  machine_->setCurrentIndex(row);
  if (row < 0) machine_->setPlaceholderText(to_qstring(scenario->machine.name));
}

void MainWindow::show_title() {
  if (!document().is_open()) {
    setWindowTitle(tr("Spawnpoint"));
    return;
  }
  const auto errors = static_cast<int>(document().error_count());
  QString name = document().name() + "[*]";
  if (errors > 0) name += errors == 1 ? tr(" (1 error)") : tr(" (%1 errors)").arg(errors);
  setWindowTitle(tr("%1 — Spawnpoint").arg(name));
  setWindowModified(file_->edit().document()->isModified());
}

void MainWindow::export_figures(const ExportFormat* only) {
  const auto scenario = document().scenario();
  if (!scenario) return;
  auto results = workspace_.recorded_results();
  std::erase_if(results, [](const auto& result) { return !result->error.empty(); });
  const std::size_t run = selection().run();
  if (run >= scenario->runs.size()) return;
  auto* dialog = new ExportDialog(session_, scenario, std::move(results), theme_.kind, this);
  dialog->set_limits(run, limits_->wanted());
  dialog->set_rows(selection().rows());
  QWidget* const shown = pages_->currentWidget();
  const auto map = map_->snapshot();
  if (map) dialog->set_map(map);
  // A page that is not seen has the jobs of another time.
  if (shown == job_table_) dialog->set_jobs(job_table_->model().snapshot());
  // The page that is shown, where it has something; else the run's record; without one, what there is.
  if (shown == job_table_ && job_table_->model().rowCount() > 0)
    dialog->set_only_part(ExportPart::jobs);
  else if (map && shown == map_)
    dialog->set_only_part(ExportPart::map);
  else if (shown == limits_)
    dialog->set_only_part(ExportPart::limits);
  else if (dialog->has_no_record())
    dialog->set_only_part(map ? ExportPart::map : ExportPart::limits);
  if (only != nullptr) dialog->set_only_format(*only);
  dialog->set_source({.settings = document().settings(), .run = run}, file_->edit().document()->isModified());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::set_dark(bool dark) {
  theme_ = make_theme(dark ? ThemeKind::dark : ThemeKind::light);
  session_.set_dark(dark);
  qApp->setPalette(theme_.palette());
  QToolTip::setPalette(theme_.palette());
  for (Page* one : page_list_) one->set_theme(theme_);
  scenarios_->set_theme(theme_);
  job_details_->set_theme(theme_);
  diagnosis_->set_theme(theme_);
  file_->set_theme(theme_);
  act(dark ? "theme_dark" : "theme_light")->setChecked(true);
  colour_icons();
  // The palette is the program's: a window of the other theme would be half dark.
  for (QWidget* top : QApplication::topLevelWidgets()) {
    auto* other = qobject_cast<MainWindow*>(top);
    if (other != nullptr && other != this && other->theme_.kind != theme_.kind) other->set_dark(dark);
  }
}

void MainWindow::search() {
  const bool at_home = pages_->currentWidget() == home_ || !document().is_open();
  pages_->setCurrentWidget(at_home ? static_cast<QWidget*>(home_) : job_table_);
  QLineEdit& field = at_home ? home_->search() : job_table_->filter();
  field.setFocus();
  field.selectAll();
}

void MainWindow::copy_chart() {
  QWidget* const shown = pages_->currentWidget();
  const auto made = drawing_to_copy(*shown);
  if (made) copy_drawing(*made);
  statusBar()->showMessage(made ? tr("The chart has been copied.") : tr("There is no chart to copy here."), 3000);
}

void MainWindow::next_failure() {
  pages_->setCurrentWidget(compare_);
  if (!compare_->next_failure()) statusBar()->showMessage(tr("Nothing failed."), 3000);
}

void MainWindow::toggle_side_by_side() {
  pages_->setCurrentWidget(compare_);
  if (compare_->beside().isEnabled()) compare_->beside().toggle();
}

void MainWindow::showEvent(QShowEvent* event) {
  QMainWindow::showEvent(event);
  name_dock_tabs();
  if (!document().is_open()) home_->search().setFocus();
}

/// Charts get their menus here. And a text field takes some of our keys for moving its cursor, as Ctrl+E on some
/// systems: they are for commands here.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ContextMenu) {
    auto* widget = qobject_cast<QWidget*>(watched);
    if (widget != nullptr && widget->window() == this &&
        show_context_menu(*this, *widget, *static_cast<QContextMenuEvent*>(event)))
      return true;
  }
  if (event->type() == QEvent::ShortcutOverride && isActiveWindow()) {
    const QKeySequence pressed(static_cast<QKeyEvent*>(event)->keyCombination());
    const auto ours = [&](const Action& one) { return one.over_text_fields && one.sequence() == pressed; };
    if (std::ranges::any_of(action_table(), ours)) {
      event->ignore();
      return true;
    }
  }
  return QMainWindow::eventFilter(watched, event);
}

/// The key of an action that cannot be used comes here: nobody has taken it.
void MainWindow::keyPressEvent(QKeyEvent* event) {
  const QKeySequence pressed(event->keyCombination());
  for (const Action& one : action_table()) {
    const QAction* action = act(one.name);
    if (one.sequence() != pressed || action->isEnabled() || action->statusTip().isEmpty()) continue;
    statusBar()->showMessage(action->statusTip(), 5000);
    return;
  }
  QMainWindow::keyPressEvent(event);
}

/// Who comes back from another program may have changed the file there; not every folder tells of that by itself.
void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::ActivationChange && isActiveWindow()) document().look_at_file();
}

void MainWindow::childEvent(QChildEvent* event) {
  QMainWindow::childEvent(event);
  // Not at once: what was added is still being made.
  if (event->added()) QTimer::singleShot(0, this, &MainWindow::name_dock_tabs);
}

/// Panels that share a place get their tabs from Qt, without a name.
void MainWindow::name_dock_tabs() {
  for (auto* tabs : findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
    if (tabs->accessibleName().isEmpty()) tabs->setAccessibleName(tr("Panels that share this place"));
  }
}

}  // namespace spawnpoint::gui
