// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/compare_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/compare/column_text.hpp"
#include "gui/compare/difference_strip.hpp"
#include "gui/compare/side_run.hpp"
#include "gui/page/veil.hpp"
#include "gui/timeline/timeline_data.hpp"

namespace spawnpoint::gui {
namespace {

/// While a run is drawn as it goes, drawing may take only this fraction (one in so many) of the time …
constexpr std::int64_t kShare = 10;
/// … and of a large record, preparing its picture takes about this much for each segment and job, in the background.
/// The live run wants the cores to itself.
constexpr std::int64_t kPictureNsARow = 80;
constexpr int kAutomaticRows = 0;
/// A job that is narrower than this part of what is visible is hard to see.
constexpr int kLeastPart = 20;
constexpr int kLeastTabs = 200;  ///< In pixels: a name of some length.
constexpr std::chrono::milliseconds kCrossesPatience{250};
constexpr int kAtTheFailure = 1;

}  // namespace

ComparePage::ComparePage(Workspace& workspace, QWidget* parent)
    : Page(parent),
      workspace_(workspace),
      document_(workspace.document()),
      runs_(workspace.runs()),
      run_tabs_(new QTabBar(this)),
      rows_(new QComboBox(this)),
      logarithmic_(new QToolButton(this)),
      alignment_(new QComboBox(this)),
      beside_(new QToolButton(this)),
      overview_(new Overview(time_, this)),
      own_name_(make_run_name(this)),
      modeled_(new TimelineWidget(time_, WorldKind::modeled, this)),
      live_(new TimelineWidget(time_, WorldKind::live, this)),
      difference_(new DifferenceStrip(time_, this)),
      memory_(new ChartView(time_, this)),
      memory_difference_(new WrappedLine(this)),
      threads_(new ChartView(time_, this)),
      splitter_(new QSplitter(Qt::Vertical, this)),
      columns_(new QSplitter(Qt::Horizontal, this)),
      modeled_veil_(new Veil(modeled_)),
      live_veil_(new Veil(live_)),
      overview_veil_(new Veil(overview_)),
      memory_veil_(new Veil(memory_)),
      threads_veil_(new Veil(threads_)),
      difference_veil_(new Veil(difference_)) {
  run_tabs_->setExpanding(false);
  run_tabs_->setDrawBase(false);
  run_tabs_->setUsesScrollButtons(true);
  run_tabs_->setAccessibleName(tr("Runs of the scenario"));
  run_tabs_->setObjectName("runs");
  rows_->addItem(tr("rows: automatic"));
  rows_->addItem(tr("one row per thread"));
  rows_->addItem(tr("one row per job"));
  rows_->setAccessibleName(tr("Rows of the timelines"));
  rows_->setToolTip(tr("What a row of the timelines is"));
  logarithmic_->setText(tr("log"));
  logarithmic_->setCheckable(true);
  logarithmic_->setChecked(true);
  logarithmic_->setToolTip(
      tr("Memory on a logarithmic axis: resident and virtual memory differ by a factor of hundreds"));
  logarithmic_->setAccessibleName(tr("Logarithmic memory axis"));
  alignment_->addItems({tr("from the start"), tr("at the failure")});
  alignment_->setAccessibleName(tr("What both worlds are aligned by"));
  alignment_->setToolTip(tr("Draws both worlds from their start, or so that their failures are at the same place"));
  beside_->setText(tr("side by side"));
  beside_->setCheckable(true);
  beside_->setToolTip(tr("Shows up to three of the scenario's runs side by side"));
  beside_->setAccessibleName(tr("Runs side by side"));

  overview_->setAccessibleName(tr("Overview of the whole run"));
  overview_->setFixedHeight(48);
  modeled_->setAccessibleName(tr("Timeline of the modeled run"));
  live_->setAccessibleName(tr("Timeline of the live run"));
  memory_->setAccessibleName(tr("Memory over time"));
  threads_->setAccessibleName(tr("Threads and tasks over time"));
  modeled_->set_time_labels(false);
  live_->set_time_labels(false);
  memory_->set_time_labels(false);
  threads_->set_time_labels(true);
  memory_->set_logarithmic(true);
  // Less would show nothing: on a small screen the page scrolls.
  constexpr int kLeastHeight = 124;
  for (QWidget* picture : std::initializer_list<QWidget*>{modeled_, live_, memory_, threads_})
    picture->setMinimumHeight(kLeastHeight);
  memory_difference_->setObjectName(QStringLiteral("memory_difference"));
  memory_difference_->setTextFormat(Qt::PlainText);
  memory_difference_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  memory_difference_->setContentsMargins(8, 1, 8, 1);
  memory_difference_->hide();
  own_name_->setObjectName(QStringLiteral("own_name"));
  own_name_->hide();

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(6, 4, 6, 0);
  run_tabs_->setMinimumWidth(kLeastTabs);
  bar->addWidget(run_tabs_, 1);
  bar->addWidget(beside_);
  bar->addWidget(alignment_);
  bar->addWidget(rows_);
  bar->addWidget(logarithmic_);
  splitter_->setChildrenCollapsible(false);
  splitter_->setHandleWidth(4);
  auto* own = new QWidget(this);
  auto* worlds = new QVBoxLayout(own);
  worlds->setContentsMargins(0, 0, 0, 0);
  worlds->setSpacing(2);
  worlds->addWidget(own_name_);
  worlds->addWidget(modeled_, 1);
  worlds->addWidget(difference_);
  worlds->addWidget(live_, 1);
  columns_->setChildrenCollapsible(false);
  columns_->setHandleWidth(4);
  splitter_->addWidget(own);
  // The line belongs to the memory chart, and goes with it where the splitter moves.
  auto* memory_part = new QWidget(this);
  auto* memory_column = new QVBoxLayout(memory_part);
  memory_column->setContentsMargins(0, 0, 0, 0);
  memory_column->setSpacing(0);
  memory_column->addWidget(memory_difference_);
  memory_column->addWidget(memory_, 1);
  splitter_->addWidget(memory_part);
  splitter_->addWidget(threads_);
  splitter_->setSizes({630, 200, 220});
  splitter_->setStretchFactor(0, 6);
  splitter_->setStretchFactor(1, 2);
  splitter_->setStretchFactor(2, 2);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addLayout(bar);
  column->addWidget(overview_);
  // The charts are of the chosen run, so they stay below its timelines, on the same time axis.
  columns_->addWidget(splitter_);
  columns_->setStretchFactor(0, 1);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(columns_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);  // The pictures have the keys.
  column->addWidget(scroll, 1);

  connect(run_tabs_, &QTabBar::currentChanged, this, [this](int tab) {
    if (tab >= 0) workspace_.selection().select_run(tab_runs_[static_cast<std::size_t>(tab)]);
    show_crosses();
  });
  connect(alignment_, &QComboBox::currentIndexChanged, this, &ComparePage::refresh);
  connect(beside_, &QToolButton::toggled, &workspace_.selection(), &Selection::set_side_by_side);
  connect(rows_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (index == kAutomaticRows) {
      const auto modeled = modeled_->trace(), lively = live_->trace();
      suggest_rows(modeled ? modeled.get() : lively.get());
      return;
    }
    for (auto* timeline : {modeled_, live_}) {
      timeline->set_rows(index == 1 ? TimelineRows::threads : TimelineRows::jobs);
    }
    for (SideRun* side : side_runs_) side->set_rows(modeled_->rows());
  });
  connect(logarithmic_, &QToolButton::toggled, memory_, &ChartView::set_logarithmic);
  connect(logarithmic_, &QToolButton::toggled, this, [this](bool on) {
    for (SideRun* side : side_runs_) side->set_logarithmic(on);
  });
  connect(splitter_, &QSplitter::splitterMoved, this, [this] {
    for (SideRun* side : side_runs_) side->splitter().setSizes(splitter_->sizes());
  });
  link_rows(*modeled_);
  link_rows(*live_);
  setFocusProxy(modeled_);
  crosses_patience_.setSingleShot(true);
  crosses_patience_.setInterval(kCrossesPatience);
  connect(&crosses_patience_, &QTimer::timeout, this, &ComparePage::show_crosses);
  subscribe();
  refresh();
}

void ComparePage::subscribe() {
  connect(&document_, &Document::opened, this, [this] {
    showed_something_ = false;
    show_runs();
    refresh();
    if (document_.is_open()) emit wanted();
  });
  connect(&workspace_, &Workspace::scenario_read, this, [this](bool changed) {
    if (changed) show_runs();
    refresh();
  });
  connect(&workspace_, &Workspace::records_changed, this, [this] {
    show_runs();
    refresh();
  });
  connect(&workspace_, &Workspace::timelines_asked, this, &Page::wanted);
  connect(&workspace_, &Workspace::job_asked, this, [this](WorldKind world, JobId job) {
    emit wanted();
    show_job(world, job);
    timeline(world).setFocus(Qt::OtherFocusReason);  // What follows is done there, such as F.
  });
  connect(&workspace_, &Workspace::moment_asked, this, [this](Instant at, WorldKind world) {
    emit wanted();
    go_to(at, world);
  });
  connect(&workspace_, &Workspace::whole_time_asked, &time_, &TimeView::fit);
  connect(&runs_, &Runs::started, this, &ComparePage::refresh);
  connect(&runs_, &Runs::finished, this, &ComparePage::refresh);
  connect(&runs_, &Runs::idle, this, &ComparePage::refresh);
  connect(&runs_, &Runs::progressed, this, [this](RunKey key) {
    if (key.world == WorldKind::live) refresh_live(key.run);
  });
  Selection& selection = workspace_.selection();
  connect(&selection, &Selection::run_changed, this, [this] {
    const QSignalBlocker quiet(run_tabs_);
    run_tabs_->setCurrentIndex(tab_of(selected_run()));
    showed_something_ = false;
    show_side_runs();
    refresh();
  });
  connect(&selection, &Selection::side_by_side_changed, this, [this] {
    show_side_runs();
    refresh();
  });
  connect(&selection, &Selection::job_changed, this, [this] { time_.select_job(workspace_.selection().job()); });
  connect(&time_, &TimeView::selected_job_changed, this,
          [this] { workspace_.selection().select_job(time_.selected_job()); });
  for (const auto signal : {&TimeView::selection_changed, &TimeView::markers_changed}) {
    connect(&time_, signal, this, [this] {
      const auto a = time_.marker(0), b = time_.marker(1);
      std::optional<SelectedRange> range;
      if (time_.selection())
        range = SelectedRange{*time_.selection(), /*between_markers=*/false};
      else if (a && b && *a != *b)
        range = SelectedRange{ordered(*a, *b), /*between_markers=*/true};
      workspace_.selection().select_range(range);
    });
  }
}

void ComparePage::set_rows(TimelineRows rows) {
  rows_->setCurrentIndex(rows == TimelineRows::threads ? 1 : 2);
}

void ComparePage::set_theme(const Theme& theme) {
  theme_ = theme;
  overview_->set_theme(theme);
  modeled_->set_theme(theme);
  live_->set_theme(theme);
  memory_->set_theme(theme);
  threads_->set_theme(theme);
  difference_->set_theme(theme);
  for (SideRun* side : side_runs_) side->set_theme(theme);
  refresh();
}

Duration ComparePage::shift(WorldKind world) const {
  if (alignment_->currentIndex() != kAtTheFailure || runs_.current() == RunKey{selected_run(), WorldKind::live})
    return {};
  const auto modeled = result(WorldKind::modeled), lively = result(WorldKind::live);
  if (!modeled || !lively || !modeled->failure || !lively->failure) return {};
  // The one that fails earlier is drawn later, so that nothing lies before 0.
  const Duration by = modeled->failure->at - lively->failure->at;
  return std::max(world == WorldKind::live ? by : -by, Duration::zero());
}

void ComparePage::show_alignment() {
  const auto fails = [this](WorldKind world) {
    const auto own = result(world);
    return own && own->failure;
  };
  const bool both = fails(WorldKind::modeled) && fails(WorldKind::live);
  alignment_->setEnabled(both);
  const Duration modeled = shift(WorldKind::modeled), lively = shift(WorldKind::live);
  modeled_->set_shift(modeled);
  live_->set_shift(lively);
  overview_->set_shifts(modeled, lively);
  workspace_.selection().set_shifts(modeled, lively);
}

void ComparePage::refresh() {
  const auto scenario = document_.scenario();
  modeled_->set_summary(summary(WorldKind::modeled));
  live_->set_summary(summary(WorldKind::live));
  modeled_->set_failure(failure({selected_run(), WorldKind::modeled}));
  live_->set_failure(failure({selected_run(), WorldKind::live}));
  for (auto* timeline : {modeled_, live_}) timeline->set_run(selected_run(), workspace_.concurrency_of(selected_run()));
  const bool saved = workspace_.record(selected_run()) != nullptr;
  const bool modeling = runs_.current() == RunKey{selected_run(), WorldKind::modeled};
  modeled_->set_empty_text(saved       ? tr("The record is of a live run.")
                           : !scenario ? workspace_.why_nothing()
                           : modeling  ? tr("Running the model …")
                                       : tr("Not modeled yet: F6 runs the model."));
  live_->set_empty_text(saved       ? tr("The record is of a modeled run.")
                        : !scenario ? workspace_.why_nothing()
                                    : tr("Not run yet: F7 runs it on this machine, in a process of its own."));
  difference_->set_empty_text(saved ? tr("A record is of one world.")
                                    : tr("Run both worlds to see their difference here."));
  memory_->set_empty_text(tr("Memory: nothing has run yet."));
  threads_->set_empty_text(tr("Threads and tasks: nothing has run yet."));
  // While a value is dragged, crosses would come and go with each step.
  if (!crosses_patience_.isActive()) crosses_patience_.start();
  run_tabs_->setVisible(run_tabs_->count() > 0);

  const auto trace = [](const std::shared_ptr<const RunResult>& r) { return r ? r->trace : nullptr; };
  auto live_trace = trace(result(WorldKind::live));
  if (runs_.current() && runs_.current()->world == WorldKind::live) {
    charts_pace_ = {};
    timeline_pace_ = {};
  } else {
    shown_curves_.reset();
  }
  // What is drawn is the new run, from its first moment on.
  if (runs_.current() == RunKey{selected_run(), WorldKind::live}) live_trace = runs_.live_record();
  show_alignment();
  show_traces(trace(result(WorldKind::modeled)), live_trace);
  refresh_side_runs();
  show_memory_difference();
  modeled_veil_->setVisible(is_dimmed(WorldKind::modeled));
  live_veil_->setVisible(is_dimmed(WorldKind::live));
  // The charts hold both worlds: dimmed where nothing in them is up to date.
  const auto fresh = [this](WorldKind world) { return result(world) && !is_dimmed(world); };
  const bool old = (result(WorldKind::modeled) || result(WorldKind::live)) && !fresh(WorldKind::modeled) &&
                   !fresh(WorldKind::live) && runs_.current() != RunKey{selected_run(), WorldKind::live};
  overview_veil_->setVisible(old);
  memory_veil_->setVisible(old);
  threads_veil_->setVisible(old);
  difference_veil_->setVisible(old);
  share_scales();
  restore_range();
}

void ComparePage::restore_range() {
  const auto range = workspace_.take_range_to_restore();
  // Only what lies in the run as it is now: the file may have changed meanwhile.
  if (!range || range->empty() || range->end > time_.extent().end) return;
  time_.set_visible(*range);
  time_.commit();
}

void ComparePage::refresh_live(std::size_t run) {
  SideRun* side = run == selected_run() ? nullptr : side_of(run);
  if (run != selected_run() && side == nullptr) return;
  TimelineWidget& timeline = side ? side->timeline(WorldKind::live) : *live_;
  timeline.set_summary(summary({run, WorldKind::live}));
  const auto modeled = runs_.result({run, WorldKind::modeled});
  const auto curves = runs_.live_curves();
  if (curves && curves != shown_curves_ && charts_pace_.is_due()) {
    charts_pace_.begin();
    shown_curves_ = curves;
    if (side)
      show_side_charts(*side, modeled ? modeled->trace : nullptr, curves);
    else
      show_charts(modeled ? modeled->trace : nullptr, curves);
    share_scales();
    charts_pace_.end(0);
  }
  if (timeline_pace_.is_due()) {
    if (auto now = runs_.take_live_record()) {
      timeline_pace_.begin();
      const auto rows = static_cast<std::int64_t>(now->segments.size() + now->jobs.size());
      timeline.set_trace(std::move(now));
      timeline_pace_.end(rows * kPictureNsARow);
    }
  }
}

void ComparePage::Pace::end(std::int64_t more_ns) {
  rest_ns_ = (clock_.nsecsElapsed() + more_ns) * kShare;
  clock_.start();
}

bool ComparePage::Pace::is_due() const {
  return !clock_.isValid() || clock_.nsecsElapsed() >= rest_ns_;
}

void ComparePage::show_traces(std::shared_ptr<const Trace> modeled, std::shared_ptr<const Trace> live) {
  suggest_rows(modeled ? modeled.get() : live.get());
  show_charts(modeled, live);
  // A run that still grows would differ by what is not there yet.
  const bool whole = live && !live->growing;
  const bool of_one_text = is_dimmed(WorldKind::modeled) == is_dimmed(WorldKind::live);
  if (modeled && whole && !of_one_text)
    difference_->set_empty_text(tr("One of them is %1: F5 runs both worlds.").arg(Workspace::why_old()));
  difference_->set_runs({modeled, shift(WorldKind::modeled)},
                        {whole && of_one_text ? live : nullptr, shift(WorldKind::live)});
  modeled_->set_trace(std::move(modeled));
  live_->set_trace(std::move(live));
}

void ComparePage::suggest_rows(const Trace* trace) {
  if (rows_->currentIndex() != kAutomaticRows) return;
  const TimelineRows rows = trace ? suggested_rows(*trace) : TimelineRows::threads;
  for (auto* timeline : {modeled_, live_}) timeline->set_rows(rows);
}

void ComparePage::show_job(WorldKind world, JobId job) {
  // The world that was asked for last: where a job has other rows in the other world, its own count.
  timeline(world == WorldKind::modeled ? WorldKind::live : WorldKind::modeled).show_job(job);
  timeline(world).show_job(job);
  const auto trace = timeline(world).trace();
  if (!trace || job >= trace->jobs.size()) return;
  const JobTable& jobs = trace->jobs;
  const Duration later = shift(world);
  const Instant begin = (jobs.started[job] == kNever ? jobs.since[job] : jobs.started[job]) + later;
  const Instant end = jobs.ended[job] == kNever ? begin : jobs.ended[job] + later;
  const TimeRange& visible = time_.visible();
  // Where it is seen as a bar already, the view stays.
  if (begin >= visible.begin && end <= visible.end && end - begin >= visible.length() / kLeastPart) return;
  const Duration air = std::max<Duration>((end - begin) / 4, Duration(1000));
  time_.commit();
  time_.set_visible({begin - air, end + air});
  time_.commit();
}

void ComparePage::go_to(Instant at, WorldKind world) {
  time_.go_to(at + shift(world), time_.extent().length() / 20);
}

}  // namespace spawnpoint::gui
