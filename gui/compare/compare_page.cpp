// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/compare_page.hpp"

#include <QBoxLayout>
#include <QComboBox>
#include <QScrollArea>
#include <QSplitter>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "gui/page/veil.hpp"

namespace spawnpoint::gui {
namespace {

/// A job that is narrower than this part of what is visible is hard to see.
constexpr int kLeastPart = 20;
constexpr int kLeastTabs = 200;  ///< In pixels: a name of some length.
constexpr std::chrono::milliseconds kCrossesPatience{250};

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
      choices_(new QWidget(this)),
      bar_(new QBoxLayout(QBoxLayout::LeftToRight)),
      overview_(new Overview(time_, this)),
      overview_veil_(new Veil(overview_)),
      splitter_(new QSplitter(Qt::Horizontal, this)) {
  name_choices();
  lay_out();
  add_column();
  setFocusProxy(&timeline(WorldKind::modeled));
  crosses_patience_.setSingleShot(true);
  crosses_patience_.setInterval(kCrossesPatience);
  take_choices();
  subscribe();
  refresh();
}

void ComparePage::name_choices() {
  run_tabs_->setExpanding(false);
  run_tabs_->setDrawBase(false);
  run_tabs_->setUsesScrollButtons(true);
  run_tabs_->setAccessibleName(tr("Runs of the scenario"));
  run_tabs_->setObjectName("runs");
  run_tabs_->setContextMenuPolicy(Qt::CustomContextMenu);
  run_tabs_->installEventFilter(this);
  for (const RowChoiceWords& words : row_choices()) {
    const QString title = tr(words.title.data());
    rows_->addItem(words.rows ? title : tr("rows: %1").arg(title));
  }
  rows_->setAccessibleName(tr("Rows of the timelines"));
  rows_->setToolTip(tr("What a row of the timelines is"));
  logarithmic_->setText(tr("log"));
  logarithmic_->setCheckable(true);
  logarithmic_->setChecked(true);
  logarithmic_->setToolTip(
      tr("Memory on a logarithmic axis: resident and virtual memory differ by a factor of hundreds"));
  logarithmic_->setAccessibleName(tr("Logarithmic memory axis"));
  alignment_->addItems({tr("from the start"), tr("at the failure")});  // As Alignment.
  alignment_->setAccessibleName(tr("What both worlds are aligned by"));
  alignment_->setToolTip(tr("Draws both worlds from their start, or so that their failures are at the same place"));
  beside_->setText(tr("side by side"));
  beside_->setCheckable(true);
  beside_->setToolTip(tr("Shows up to three of the scenario's runs side by side"));
  beside_->setAccessibleName(tr("Runs side by side"));

  overview_->setAccessibleName(tr("Overview of the whole run"));
  overview_->setFixedHeight(48);
}

void ComparePage::lay_out() {
  run_tabs_->setMinimumWidth(kLeastTabs);
  auto* choices = new QHBoxLayout(choices_);
  choices->setContentsMargins(0, 0, 0, 0);
  for (QWidget* choice : std::initializer_list<QWidget*>{beside_, alignment_, rows_, logarithmic_})
    choices->addWidget(choice);
  choices->addStretch(1);
  bar_->setContentsMargins(6, 4, 6, 0);
  bar_->addWidget(run_tabs_, 1);
  bar_->addWidget(choices_);
  splitter_->setChildrenCollapsible(false);
  splitter_->setHandleWidth(4);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addLayout(bar_);
  column->addWidget(overview_);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(splitter_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);  // The pictures have the keys.
  column->addWidget(scroll, 1);
}

void ComparePage::take_choices() {
  connect(run_tabs_, &QTabBar::currentChanged, this, [this](int tab) {
    if (tab >= 0) workspace_.selection().select_run(tab_runs_[static_cast<std::size_t>(tab)]);
    show_crosses();
  });
  connect(run_tabs_, &QTabBar::customContextMenuRequested, this, &ComparePage::show_tab_menu);
  connect(alignment_, &QComboBox::currentIndexChanged, this,
          [this](int index) { workspace_.selection().set_alignment(static_cast<Alignment>(index)); });
  connect(beside_, &QToolButton::toggled, &workspace_.selection(), &Selection::set_side_by_side);
  connect(rows_, &QComboBox::currentIndexChanged, this,
          [this](int index) { workspace_.selection().set_rows(static_cast<RowChoice>(index)); });
  connect(logarithmic_, &QToolButton::toggled, this, [this](bool on) {
    for (RunColumn* shown : columns_) shown->set_logarithmic(on);
  });
  connect(&crosses_patience_, &QTimer::timeout, this, &ComparePage::show_crosses);
}

/// Where the tabs of all runs do not fit beside the choices, they have a row of their own.
void ComparePage::lay_out_bar() {
  const int wanted = run_tabs_->sizeHint().width() + choices_->sizeHint().width() + bar_->spacing();
  const QMargins margins = bar_->contentsMargins();
  const bool fits = wanted <= width() - margins.left() - margins.right();
  bar_->setDirection(fits ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void ComparePage::resizeEvent(QResizeEvent* event) {
  Page::resizeEvent(event);
  lay_out_bar();
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
  connect(&workspace_, &Workspace::failures_foreseen, this, &ComparePage::show_crosses);
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
  follow_selection();
}

/// What is selected is so in both directions.
void ComparePage::follow_selection() {
  Selection& selection = workspace_.selection();
  connect(&selection, &Selection::run_changed, this, [this] {
    const QSignalBlocker quiet(run_tabs_);
    run_tabs_->setCurrentIndex(tab_of(selected_run()));
    showed_something_ = false;
    show_columns();
    refresh();
  });
  connect(&selection, &Selection::side_by_side_changed, this, [this] {
    show_columns();
    refresh();
  });
  connect(&selection, &Selection::rows_changed, this, &ComparePage::show_rows);
  connect(&selection, &Selection::alignment_changed, this, [this] {
    const QSignalBlocker quiet(alignment_);
    alignment_->setCurrentIndex(static_cast<int>(workspace_.selection().alignment()));
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

void ComparePage::show_rows() {
  const QSignalBlocker quiet(rows_);
  rows_->setCurrentIndex(static_cast<int>(workspace_.selection().rows()));
  for (RunColumn* shown : columns_) shown->set_rows(words_of(workspace_.selection().rows()).rows);
}

void ComparePage::set_theme(const Theme& theme) {
  theme_ = theme;
  overview_->set_theme(theme);
  for (RunColumn* shown : columns_) shown->set_theme(theme);
  refresh();
}

void ComparePage::show_alignment() {
  alignment_->setEnabled(workspace_.can_align());
  const Selection& selection = workspace_.selection();
  const Duration modeled = selection.shift(WorldKind::modeled), live = selection.shift(WorldKind::live);
  column().set_shifts(modeled, live);
  overview_->set_shifts(modeled, live);
}

void ComparePage::refresh() {
  // While a value is dragged, crosses would come and go with each step.
  if (!crosses_patience_.isActive()) crosses_patience_.start();
  run_tabs_->setVisible(run_tabs_->count() > 0);
  show_alignment();
  for (RunColumn* shown : columns_) shown->take_records();
  fit_time();
  for (RunColumn* shown : columns_) shown->refresh();
  show_overview();
  share_scales();
  line_up();
  restore_range();
}

void ComparePage::fit_time() {
  TimeRange extent;
  for (const RunColumn* shown : columns_) extent.end = std::max(extent.end, shown->end());
  const bool something = extent.end > extent.begin;
  if (!something) extent.end = extent.begin + std::chrono::seconds(1);
  if (something && !showed_something_) {
    time_.reset(extent);
  } else {
    time_.set_extent(extent);
  }
  showed_something_ = something;
  std::vector<Instant> landmarks = column().landmarks();
  std::sort(landmarks.begin(), landmarks.end());
  time_.set_landmarks(std::move(landmarks));
}

void ComparePage::show_overview() {
  overview_->set_traces(column().charted(WorldKind::modeled), column().charted(WorldKind::live));
  overview_veil_->setVisible(column().is_old());
}

void ComparePage::share_scales() {
  std::vector<ChartView*> memory, threads;
  for (RunColumn* shown : columns_) {
    memory.push_back(&shown->memory());
    threads.push_back(&shown->threads());
  }
  for (const auto& charts : {memory, threads}) {
    ValueSpan all;
    for (const ChartView* chart : charts) all.add(chart->values());
    for (ChartView* chart : charts) chart->set_beside(charts.size() > 1 ? all : ValueSpan{});
  }
}

void ComparePage::line_up() {
  int highest = 0;
  if (columns_.size() > 1)
    for (RunColumn* shown : columns_) highest = std::max(highest, shown->memory_difference().own_height());
  for (RunColumn* shown : columns_) shown->memory_difference().set_beside(highest);
}

void ComparePage::restore_range() {
  const auto range = workspace_.take_range_to_restore();
  // Only what lies in the run as it is now: the file may have changed meanwhile.
  if (!range || range->empty() || range->end > time_.extent().end) return;
  time_.set_visible(*range);
  time_.commit();
}

void ComparePage::refresh_live(std::size_t run) {
  RunColumn* shown = column_of(run);
  if (shown == nullptr) return;
  if (shown->take_live_curves()) {
    fit_time();
    shown->refresh_live_charts();
    if (shown == &column()) show_overview();
    share_scales();
  }
  shown->refresh_live_timeline();
}

void ComparePage::show_job(WorldKind world, JobId job) {
  // The world that was asked for last: where a job has other rows in the other world, its own count.
  timeline(world == WorldKind::modeled ? WorldKind::live : WorldKind::modeled).show_job(job);
  timeline(world).show_job(job);
  workspace_.selection().select_job(job, world);
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
