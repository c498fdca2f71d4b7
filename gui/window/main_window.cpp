// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QFileInfo>
#include <QKeyEvent>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolTip>
#include <algorithm>
#include <utility>

#include "gui/compare/compare_page.hpp"
#include "gui/compare/range_details.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "gui/window/export_dialog.hpp"
#include "gui/window/icons.hpp"
#include "gui/window/status_line.hpp"
#include "models/machine/profile_file.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint::gui {
namespace {

/// What is dragged waits so long for the model of the step before to be drawn.
constexpr std::chrono::milliseconds kTurnPatience{300};
/// So long a diagnosis of the former text may stand without a word that it is old.
constexpr std::chrono::milliseconds kDiagnosisPatience{300};

QString text(const std::string& words) {
  return QString::fromStdString(words);
}

}  // namespace

MainWindow::MainWindow(Session& session, std::filesystem::path worker, QWidget* parent)
    : QMainWindow(parent),
      session_(session),
      theme_(make_theme(ThemeKind::light)),
      runs_(std::move(worker)),
      gallery_(new GalleryModel(this)),
      home_(new HomePage(*gallery_, this)),
      scenarios_(new ScenarioList(*gallery_, this)),
      compare_(new ComparePage(document_, runs_, this)),
      limits_(new LimitsPage(this)),
      map_(new MapPage(document_, this)),
      job_table_(new JobsPage(compare_->time(), this)),
      job_details_(new JobDetails(this)),
      diagnosis_(new DiagnosisPanel(this)),
      file_(new FilePanel(document_, this)),
      what_if_(new WhatIfPanel(this)),
      status_(new StatusLine(this)),
      pages_(new QTabWidget(this)),
      estimating_([this](auto outcome) {
        if (outcome)
          start_live(*std::move(outcome));
        else
          status_->show_words(text(outcome.error()));
      }) {
  setObjectName("main_window");
  setWindowIcon(app_icon());
  setAcceptDrops(true);
  setDockNestingEnabled(true);
  resize(1280, 800);

  pages_->setDocumentMode(true);
  pages_->setAccessibleName(tr("Pages"));
  pages_->addTab(home_, tr("Home"));
  pages_->addTab(compare_, tr("Compare"));
  pages_->addTab(limits_, tr("Limits"));
  pages_->addTab(map_, tr("Failure map"));
  pages_->addTab(job_table_, tr("Jobs"));
  setCentralWidget(pages_);
  statusBar()->addWidget(status_, 1);
  statusBar()->setSizeGripEnabled(false);

  make_docks();
  make_actions();
  make_connections();
  set_dark(session_.dark());
  show_title();
  show_actions();
  show_recent();
  status_->show_words(tr("Pick a scenario to begin."));
  if (!session_.geometry().isEmpty()) restoreGeometry(session_.geometry());
  for (QDockWidget* dock : docks()) dock->hide();
  qApp->installEventFilter(this);
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
  addDockWidget(Qt::LeftDockWidgetArea, scenarios_dock_);
  addDockWidget(Qt::LeftDockWidgetArea, what_if_dock_);
  tabifyDockWidget(scenarios_dock_, what_if_dock_);
  addDockWidget(Qt::LeftDockWidgetArea, file_dock_);
  addDockWidget(Qt::RightDockWidgetArea, diagnosis_dock_);
  addDockWidget(Qt::RightDockWidgetArea, selection_dock_);
}

std::array<QDockWidget*, 5> MainWindow::docks() const {
  return {scenarios_dock_, what_if_dock_, file_dock_, diagnosis_dock_, selection_dock_};
}

void MainWindow::default_layout() {
  for (QDockWidget* dock : docks()) {
    dock->setFloating(false);
    removeDockWidget(dock);
  }
  addDockWidget(Qt::LeftDockWidgetArea, scenarios_dock_);
  tabifyDockWidget(scenarios_dock_, what_if_dock_);
  addDockWidget(Qt::LeftDockWidgetArea, file_dock_);
  addDockWidget(Qt::RightDockWidgetArea, diagnosis_dock_);
  addDockWidget(Qt::RightDockWidgetArea, selection_dock_);
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
  const auto open = [this](const QString& path) { open_file(path); };
  connect(home_, &HomePage::chosen, this, open);
  connect(home_, &HomePage::open_wanted, this, &MainWindow::choose_file);
  connect(scenarios_, &ScenarioList::chosen, this, open);
  connect(&document_, &Document::parsed, this, &MainWindow::show_scenario);
  connect(&document_, &Document::saved, this, [this] {
    session_.add_recent(document_.path());
    show_recent();
    show_title();
  });
  connect(file_->edit().document(), &QTextDocument::modificationChanged, this, [this] { show_title(); });
  connect(&file_->edit(), &QPlainTextEdit::textChanged, compare_, [this] {
    // From the first keystroke on, what is shown is of an older text.
    if (document_.scenario_is_old()) show_title();
  });
  connect(compare_, &ComparePage::run_selected, this, [this] {
    model_if_needed();
    show_diagnosis();
    show_limits();
    job_table_->refresh();
    show_job();
    if (const auto scenario = document_.scenario()) what_if_->show_scenario(scenario, compare_->selected_run());
  });
  connect(what_if_, &WhatIfPanel::wanted, this, &MainWindow::turn);
  connect(&runs_, &Runs::idle, this, [this] { turn_waiting(); });
  turn_patience_.setSingleShot(true);
  turn_patience_.setInterval(kTurnPatience);
  connect(&turn_patience_, &QTimer::timeout, this, [this] { turn_waiting(/*patient=*/false); });
  diagnosis_patience_.setSingleShot(true);
  diagnosis_patience_.setInterval(kDiagnosisPatience);
  connect(&diagnosis_patience_, &QTimer::timeout, this, &MainWindow::show_diagnosis);
  connect(compare_, &ComparePage::shown_runs_changed, this, &MainWindow::model_if_needed);
  connect(compare_, &ComparePage::alignment_changed, this, &MainWindow::show_job);
  connect(&runs_, &Runs::idle, this, [this] {
    if (compare_->shown_runs().size() > 1 && !runs_.was_stopped()) model_if_needed();
  });
  connect(diagnosis_, &DiagnosisPanel::go_there, this, [this](Instant at) {
    pages_->setCurrentWidget(compare_);
    // The diagnosis tells the live run's failure where there is one.
    const auto live = runs_.result({compare_->selected_run(), WorldKind::live});
    const bool of_live = live && live->failure && live->failure->at == at;
    compare_->go_to(at, of_live ? WorldKind::live : WorldKind::modeled);
  });
  connect(diagnosis_, &DiagnosisPanel::look_at, this, [this](const Evidence& evidence) {
    pages_->setCurrentWidget(compare_);
    if (evidence.job != kNoJob) compare_->show_job(evidence.world, evidence.job);
    compare_->go_to(evidence.at, evidence.world);
  });
  connect(diagnosis_, &DiagnosisPanel::try_this, this, &MainWindow::try_suggestion);
  connect(map_, &MapPage::run_wanted, this, &MainWindow::open_point);
  connect(map_, &MapPage::changed, this, &MainWindow::show_actions);
  connect(pages_, &QTabWidget::currentChanged, this, [this] { show_actions(); });
  job_table_->set_content([this] {
    JobsPage::Content content;
    content.scenario = document_.scenario();
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
      const auto result = runs_.result({compare_->selected_run(), world});
      if (result && result->trace) content.sources.push_back({world, result->trace});
    }
    if (content.sources.empty()) {
      content.nothing = !content.scenario    ? tr("Open a scenario to begin.")
                        : runs_.is_running() ? tr("The jobs are listed when the run is over.")
                                             : tr("Nothing has run yet: F5 runs the scenario.");
    }
    return content;
  });
  for (const auto signal : {&Runs::started, &Runs::finished}) {
    connect(&runs_, signal, this, [this] {
      job_table_->refresh();
      show_job();
    });
  }
  connect(&runs_, &Runs::idle, job_table_, &JobsPage::refresh);
  connect(job_table_, &JobsPage::job_activated, this, [this](WorldKind world, JobId job) {
    pages_->setCurrentWidget(compare_);
    compare_->show_job(world, job);
  });
  connect(&compare_->time(), &TimeView::selected_job_changed, this, &MainWindow::show_job);
  // Counting a million jobs takes some milliseconds: not for every step of a drag.
  range_timer_.setSingleShot(true);
  range_timer_.setInterval(std::chrono::milliseconds(60));
  connect(&range_timer_, &QTimer::timeout, this, &MainWindow::show_range);
  for (const auto signal : {&TimeView::selection_changed, &TimeView::markers_changed}) {
    connect(&compare_->time(), signal, this, [this] {
      if (!range_timer_.isActive()) range_timer_.start();
    });
  }
  connect(status_, &StatusLine::stop_wanted, &runs_, &Runs::stop);
  for (const auto signal : {&Runs::started, &Runs::progressed}) {
    connect(&runs_, signal, this, [this] { show_status(); });
  }
  connect(&runs_, &Runs::started, this, &MainWindow::show_actions);
  connect(&runs_, &Runs::finished, this, &MainWindow::show_diagnosis);
  connect(&runs_, &Runs::finished, this, &MainWindow::keep_result);
  connect(&runs_, &Runs::finished, this, &MainWindow::restore_range);
  connect(&runs_, &Runs::started, this, [this](RunKey key) {
    gallery_->hold(true);
    if (key.world == WorldKind::live) map_->hold(true);
  });
  connect(&runs_, &Runs::idle, this, [this] {
    gallery_->hold(false);
    map_->hold(false);
    show_actions();
    show_status();
    show_title();
  });
  gallery_->show(list_scenarios(shipped_scenarios()));
}

void MainWindow::show_scenario(bool changed) {
  const auto scenario = document_.scenario();
  show_title();
  if (changed) {
    if (select_after_parse_) compare_->select_run(std::min(*select_after_parse_, scenario->runs.size() - 1));
    select_after_parse_.reset();
    const QSignalBlocker quiet_jobs(jobs_), quiet_machine(machine_);
    jobs_->setValue(static_cast<int>(std::min<std::int64_t>(scenario->jobs.count, jobs_->maximum())));
    const int row = machine_->findData(text(scenario->machine_profile));
    machine_->setCurrentIndex(row);
    if (row < 0) machine_->setPlaceholderText(text(scenario->machine.name));
    own_values_->setVisible(document_.has_settings());
    what_if_->show_scenario(scenario, std::min(compare_->selected_run(), scenario->runs.size() - 1));
    diagnosis_->set_about(text(scenario->title), text(scenario->about));
    take_known_results();
    if (run_after_parse_)
      run(/*modeled=*/true, /*live=*/false);
    else
      model_if_needed();
    run_after_parse_ = false;
  }
  show_diagnosis_soon();
  show_limits();
  show_actions();
  turn_waiting();
}

void MainWindow::restore_place() {
  const auto place = session_.place();
  if (!place || !open_file(place->file)) return;
  place_to_restore_ = place;
  select_after_parse_ = static_cast<std::size_t>(std::max(0, place->run));
  if (place->page >= 0 && place->page < pages_->count()) pages_->setCurrentIndex(place->page);
}

void MainWindow::restore_range() {
  // Only what lies in the run as it is now: the file may have changed meanwhile.
  if (!place_to_restore_ || !runs_.result({compare_->selected_run(), WorldKind::modeled})) return;
  const Place place = *std::exchange(place_to_restore_, std::nullopt);
  const TimeRange range{Instant(Duration(place.begin)), Instant(Duration(place.end))};
  TimeView& time = compare_->time();
  if (range.end <= range.begin || range.end > time.extent().end) return;
  time.set_visible(range);
  time.commit();
}

/// While a model that takes no time is on its way, what was said of the former text stays: while a slider is dragged,
/// words would come and go with each step.
void MainWindow::show_diagnosis_soon() {
  const auto current = runs_.current();
  if (!current || current->world != WorldKind::modeled) return show_diagnosis();
  if (!diagnosis_patience_.isActive()) diagnosis_patience_.start();
}

void MainWindow::show_diagnosis() {
  diagnosis_patience_.stop();
  const auto scenario = document_.scenario();
  if (!scenario) {
    if (document_.error_count() > 0) {
      diagnosis_->show_words(tr("The scenario has mistakes. The File panel shows them at their lines."));
    }
    return;
  }
  const std::size_t run = compare_->selected_run();
  const ComparePage::Known known = compare_->known(run);
  if (!known.modeled && !known.live) {
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
      const auto result = runs_.result({run, world});
      if (!result) continue;
      diagnosis_->show_words(tr("The run could not be made: %1").arg(text(result->error)));
      return;
    }
    diagnosis_->show_words(runs_.is_running() ? tr("The run goes on …") : tr("Not run yet: F5 runs both worlds."));
    return;
  }
  if (run >= scenario->runs.size()) return;
  diagnosis_->show_diagnosis(diagnose(*scenario, run, known.modeled.get(), known.live.get()), known.of_former_text);
}

void MainWindow::show_limits() {
  const auto scenario = document_.scenario();
  const std::size_t run = compare_->selected_run();
  if (!scenario || run >= scenario->runs.size()) {
    limits_->show_nothing();
    return;
  }
  const RunSpec& spec = scenario->runs[run];
  limits_->show_machine(scenario->machine, spec.runtime, threads_of_run(*scenario, run));
}

void MainWindow::show_job() {
  std::vector<std::shared_ptr<const RunResult>> results;
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    if (auto result = runs_.result({compare_->selected_run(), world}); result && result->trace)
      results.push_back(std::move(result));
  }
  job_details_->show_job(compare_->time().selected_job(), results);
  show_range();
}

void MainWindow::show_range() {
  const TimeView& time = compare_->time();
  const auto a = time.marker(0), b = time.marker(1);
  std::optional<TimeRange> range = time.selection();
  const bool markers = !range && a && b && *a != *b;
  if (markers) range = ordered(*a, *b);
  if (!range) {
    job_details_->show_range({});
    return;
  }
  std::vector<ShiftedResult> results;
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live})
    results.push_back({runs_.result({compare_->selected_run(), world}), compare_->shift(world)});
  job_details_->show_range(range_details(*range, markers, results, theme_));
}

void MainWindow::show_status() {
  if (runs_.is_running()) {
    status_->show_run(runs_);
    return;
  }
  const std::size_t run = compare_->selected_run();
  QStringList parts;
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    const auto result = runs_.result({run, world});
    if (!result) continue;
    QString words = world_name(world) + QStringLiteral(": ");
    if (!result->error.empty()) {
      words += text(result->error);
    } else {
      words += tr("%1 of %2 done")
                   .arg(text(spawnpoint::format_count(result->completed)),
                        text(spawnpoint::format_count(result->jobs, "job")));
      words += tr(", in %1").arg(text(spawnpoint::format_duration(result->compute)));
      if (result->stopped) words += tr(", stopped");
    }
    parts << words;
  }
  status_->show_words(parts.join(QStringLiteral("   ·   ")));
}

void MainWindow::show_title() {
  if (!document_.is_open()) {
    setWindowTitle(tr("Spawnpoint"));
    return;
  }
  const auto errors = static_cast<int>(document_.error_count());
  QString name = QFileInfo(document_.path()).fileName() + "[*]";
  if (errors > 0) name += errors == 1 ? tr(" (1 mistake)") : tr(" (%1 mistakes)").arg(errors);
  setWindowTitle(tr("%1 — Spawnpoint").arg(name));
  setWindowModified(file_->edit().document()->isModified());
}

void MainWindow::export_figures() {
  const auto scenario = document_.scenario();
  if (!scenario) return;
  std::vector<std::shared_ptr<const RunResult>> results;
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    const auto result = runs_.result({compare_->selected_run(), world});
    if (result && result->error.empty() && result->trace) results.push_back(result);
  }
  const auto map = map_->snapshot();
  if (results.empty() && !map) return;
  auto* dialog = new ExportDialog(session_, scenario, std::move(results), theme_.kind, this);
  if (map) dialog->set_map(map, pages_->currentWidget() == map_);
  dialog->set_source({document_.settings(), compare_->selected_run()}, file_->edit().document()->isModified());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::set_dark(bool dark) {
  theme_ = make_theme(dark ? ThemeKind::dark : ThemeKind::light);
  session_.set_dark(dark);
  qApp->setPalette(theme_.palette());
  QToolTip::setPalette(theme_.palette());
  home_->set_theme(theme_);
  scenarios_->set_theme(theme_);
  compare_->set_theme(theme_);
  limits_->set_theme(theme_);
  map_->set_theme(theme_);
  job_details_->set_theme(theme_);
  diagnosis_->set_theme(theme_);
  file_->set_dark(dark);
  colour_icons();
}

void MainWindow::showEvent(QShowEvent* event) {
  QMainWindow::showEvent(event);
  name_dock_tabs();
  if (!document_.is_open()) home_->search().setFocus();
}

/// A text field takes some of our keys for moving its cursor, as Ctrl+E on some systems. They are for commands here.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride && isActiveWindow()) {
    const auto* key = static_cast<QKeyEvent*>(event);
    static constexpr int kCommands[] = {Qt::Key_B, Qt::Key_E, Qt::Key_F, Qt::Key_K};
    if (key->modifiers() == Qt::ControlModifier && std::ranges::find(kCommands, key->key()) != std::end(kCommands)) {
      event->ignore();
      return true;
    }
  }
  return QMainWindow::eventFilter(watched, event);
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
