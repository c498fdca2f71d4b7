// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/run_column.hpp"

#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "gui/page/veil.hpp"
#include "gui/text/keys.hpp"

namespace spawnpoint::gui {
namespace {

/// While a run is drawn as it goes, drawing may take only this fraction (one in so many) of the time …
constexpr std::int64_t kShare = 10;
/// … and of a large record, preparing its picture takes about this much for each segment and job, in the background.
/// The live run wants the cores to itself.
constexpr std::int64_t kPictureNsARow = 80;
/// Less would show nothing: on a small screen the page scrolls.
constexpr int kLeastHeight = 116;

QVBoxLayout* tight_column(QWidget* of, int spacing) {
  auto* column = new QVBoxLayout(of);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(spacing);
  return column;
}

}  // namespace

RunColumn::RunColumn(Workspace& workspace, TimeView& view, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      runs_(workspace.runs()),
      name_(make_run_name(this)),
      modeled_(new TimelineWidget(view, WorldKind::modeled, this)),
      difference_(new DifferenceStrip(view, this)),
      live_(new TimelineWidget(view, WorldKind::live, this)),
      memory_difference_(new WrappedLine(this)),
      memory_(new ChartView(view, this)),
      threads_(new ChartView(view, this)),
      splitter_(new QSplitter(Qt::Vertical, this)),
      modeled_veil_(new Veil(modeled_)),
      difference_veil_(new Veil(difference_)),
      live_veil_(new Veil(live_)),
      memory_veil_(new Veil(memory_)),
      threads_veil_(new Veil(threads_)) {
  for (TimelineWidget* timeline : {modeled_, live_})
    connect(timeline, &TimelineWidget::fitting_changed, this, [this] {
      const double lowest = std::min(modeled_->fitting_row_height(), live_->fitting_row_height());
      for (TimelineWidget* each : {modeled_, live_}) each->set_highest_fitting(lowest);
    });
  modeled_->set_time_labels(false);
  live_->set_time_labels(false);
  memory_->set_time_labels(false);
  threads_->set_time_labels(true);
  memory_->set_logarithmic(true);
  for (QWidget* picture : std::initializer_list<QWidget*>{modeled_, live_, memory_, threads_})
    picture->setMinimumHeight(kLeastHeight);
  memory_difference_->setObjectName(QStringLiteral("memory_difference"));
  memory_difference_->setTextFormat(Qt::PlainText);
  memory_difference_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  memory_difference_->setContentsMargins(8, 1, 8, 1);
  memory_difference_->hide();

  splitter_->setChildrenCollapsible(false);
  splitter_->setHandleWidth(4);
  auto* worlds = new QWidget(this);
  auto* column = tight_column(worlds, 2);
  column->addWidget(name_);
  column->addWidget(modeled_, 1);
  column->addWidget(difference_);
  column->addWidget(live_, 1);
  splitter_->addWidget(worlds);
  // The line belongs to the memory chart, and goes with it where the splitter moves.
  auto* memory_part = new QWidget(this);
  auto* memory_column = tight_column(memory_part, 0);
  memory_column->addWidget(memory_difference_);
  memory_column->addWidget(memory_, 1);
  splitter_->addWidget(memory_part);
  splitter_->addWidget(threads_);
  splitter_->setSizes({630, 200, 220});
  splitter_->setStretchFactor(0, 6);
  splitter_->setStretchFactor(1, 2);
  splitter_->setStretchFactor(2, 2);
  tight_column(this, 0)->addWidget(splitter_);
}

void RunColumn::set_run(std::size_t run, bool named) {
  if (run != run_) curves_.reset();
  run_ = run;
  const QString name = workspace_.name_of(run);
  name_->setText(name);
  name_->setToolTip(workspace_.full_name_of(run));  // It may be longer than its column is wide.
  name_->setVisible(named);
  const QString of_run = named ? QStringLiteral(": ") + name : QString();
  modeled_->setAccessibleName(tr("Timeline of the modeled run") + of_run);
  live_->setAccessibleName(tr("Timeline of the live run") + of_run);
  memory_->setAccessibleName(tr("Memory over time") + of_run);
  threads_->setAccessibleName(tr("Threads and tasks over time") + of_run);
}

void RunColumn::set_shifts(Duration modeled, Duration live) {
  shifts_[index(WorldKind::modeled)] = modeled;
  shifts_[index(WorldKind::live)] = live;
  modeled_->set_shift(modeled);
  live_->set_shift(live);
}

void RunColumn::set_rows(std::optional<TimelineRows> rows) {
  rows_ = rows;
  const auto& shown = record(WorldKind::modeled) ? record(WorldKind::modeled) : record(WorldKind::live);
  const TimelineRows suited = shown ? suggested_rows(*shown) : TimelineRows::threads;
  for (auto* timeline : {modeled_, live_}) timeline->set_rows(rows.value_or(suited));
}

void RunColumn::set_logarithmic(bool logarithmic) {
  memory_->set_logarithmic(logarithmic);
}

void RunColumn::set_theme(const Theme& theme) {
  theme_ = theme;
  modeled_->set_theme(theme);
  live_->set_theme(theme);
  memory_->set_theme(theme);
  threads_->set_theme(theme);
  difference_->set_theme(theme);
}

void RunColumn::take_records() {
  for (const WorldKind world : kWorlds) {
    const auto result = runs_.result(key(world));
    records_[index(world)] = result ? result->trace : nullptr;
  }
  // What is drawn is the new run, from its first moment on.
  if (is_running(WorldKind::live)) records_[index(WorldKind::live)] = runs_.live_record();
  if (runs_.current() && runs_.current()->world == WorldKind::live) {
    charts_pace_ = {};
    timeline_pace_ = {};
  } else {
    curves_.reset();
  }
}

bool RunColumn::take_live_curves() {
  const auto curves = runs_.live_curves();
  if (!curves || curves == curves_ || !charts_pace_.is_due()) return false;
  charts_pace_.begin();
  curves_ = curves;
  return true;
}

Instant RunColumn::end() const {
  Instant end{};
  for (const WorldKind world : kWorlds)
    if (const auto& shown = newest(world)) end = std::max(end, shown->end + shift(world));
  return end;
}

std::vector<Instant> RunColumn::landmarks() const {
  std::vector<Instant> landmarks;
  for (const WorldKind world : kWorlds)
    if (const auto shown = charted(world))
      for (const Mark& mark : shown->marks) landmarks.push_back(mark.at + shift(world));
  return landmarks;
}

void RunColumn::refresh() {
  for (const WorldKind world : kWorlds) {
    TimelineWidget& shown = timeline(world);
    shown.set_summary(summary(world));
    shown.set_failure(failure(world));
    shown.set_run(run_, workspace_.concurrency_of(run_));
  }
  show_empty_texts();
  // What fits one run need not fit another: threads of their own here, one thread for all jobs there.
  if (!rows_) set_rows({});
  show_charts();
  show_difference();
  modeled_->set_trace(record(WorldKind::modeled));
  live_->set_trace(record(WorldKind::live));
  show_memory_difference();
  show_veils();
}

void RunColumn::refresh_live_charts() {
  show_charts();
  charts_pace_.end(0);
}

void RunColumn::refresh_live_timeline() {
  live_->set_summary(summary(WorldKind::live));
  if (!timeline_pace_.is_due()) return;
  if (auto now = runs_.take_live_record()) {
    timeline_pace_.begin();
    const auto rows = static_cast<std::int64_t>(now->segments.size() + now->jobs.size());
    live_->set_trace(std::move(now));
    timeline_pace_.end(rows * kPictureNsARow);
  }
}

void RunColumn::show_difference() {
  const auto& modeled = record(WorldKind::modeled);
  const auto& live = record(WorldKind::live);
  // A run that still grows would differ by what is not there yet.
  const bool whole = live && !live->growing;
  const bool of_one_text = is_dimmed(WorldKind::modeled) == is_dimmed(WorldKind::live);
  if (modeled && whole && !of_one_text)
    difference_->set_empty_text(tr("One of them is %1: %2 runs both worlds.").arg(why_one_is_old(), keys::kRunBoth));
  const auto own = [this](WorldKind world) {
    const auto result = runs_.result(key(world));
    return result ? result->own_threads : 0;
  };
  // Where both have the main thread only, it may be counted.
  const bool same = own(WorldKind::modeled) == own(WorldKind::live);
  difference_->set_runs(
      {modeled, shift(WorldKind::modeled), same ? 0 : own(WorldKind::modeled)},
      {whole && of_one_text ? live : nullptr, shift(WorldKind::live), same ? 0 : own(WorldKind::live)});
}

bool RunColumn::is_old() const {
  const auto has = [this](WorldKind world) { return runs_.result(key(world)) != nullptr; };
  const auto fresh = [&](WorldKind world) { return has(world) && !is_dimmed(world); };
  return (has(WorldKind::modeled) || has(WorldKind::live)) && !fresh(WorldKind::modeled) && !fresh(WorldKind::live) &&
         !is_running(WorldKind::live);
}

void RunColumn::show_veils() {
  modeled_veil_->setVisible(is_dimmed(WorldKind::modeled));
  live_veil_->setVisible(is_dimmed(WorldKind::live));
  // They hold both worlds: dimmed where nothing in them is up to date.
  for (Veil* veil : {difference_veil_, memory_veil_, threads_veil_}) veil->setVisible(is_old());
}

void RunColumn::Pace::end(std::int64_t more_ns) {
  rest_ns_ = (clock_.nsecsElapsed() + more_ns) * kShare;
  clock_.start();
}

bool RunColumn::Pace::is_due() const {
  return !clock_.isValid() || clock_.nsecsElapsed() >= rest_ns_;
}

}  // namespace spawnpoint::gui
