// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/side_run.hpp"

#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>
#include <utility>

#include "gui/charts/chart_view.hpp"
#include "gui/compare/column_text.hpp"
#include "gui/page/veil.hpp"
#include "gui/timeline/timeline_widget.hpp"

namespace spawnpoint::gui {

SideRun::SideRun(TimeView& view, QWidget* parent)
    : QWidget(parent),
      name_(make_run_name(this)),
      modeled_(new TimelineWidget(view, WorldKind::modeled, this)),
      live_(new TimelineWidget(view, WorldKind::live, this)),
      memory_(new ChartView(view, this)),
      threads_(new ChartView(view, this)),
      splitter_(new QSplitter(Qt::Vertical, this)),
      modeled_veil_(new Veil(modeled_)),
      live_veil_(new Veil(live_)),
      memory_veil_(new Veil(memory_)),
      threads_veil_(new Veil(threads_)) {
  auto* worlds = new QWidget(this);
  auto* column = new QVBoxLayout(worlds);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(name_);
  for (auto* timeline : {modeled_, live_}) {
    timeline->setMinimumHeight(90);
    timeline->set_time_labels(false);
    column->addWidget(timeline, 1);
  }
  memory_->set_time_labels(false);
  threads_->set_time_labels(true);
  splitter_->setChildrenCollapsible(false);
  splitter_->setHandleWidth(4);
  for (QWidget* part : {worlds, static_cast<QWidget*>(memory_), static_cast<QWidget*>(threads_)})
    splitter_->addWidget(part);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(splitter_);
}

void SideRun::set_run(std::size_t run, const QString& name, const std::string& concurrency) {
  run_ = run;
  name_->setText(name);
  name_->setToolTip(name);  // It may be longer than its column is wide.
  modeled_->setAccessibleName(tr("Timeline of the modeled run: %1").arg(name));
  live_->setAccessibleName(tr("Timeline of the live run: %1").arg(name));
  memory_->setAccessibleName(tr("Memory over time: %1").arg(name));
  threads_->setAccessibleName(tr("Threads and tasks over time: %1").arg(name));
  for (auto* timeline : {modeled_, live_}) timeline->set_run(run, concurrency);
  live_->set_empty_text(tr("Not run live yet: Ctrl+F5 runs all."));
  memory_->set_empty_text(tr("Memory: nothing has run yet."));
  threads_->set_empty_text(tr("Threads and tasks: nothing has run yet."));
}

void SideRun::show_world(WorldKind world, std::shared_ptr<const Trace> trace, const QString& summary, bool dimmed) {
  timeline(world).set_summary(summary);
  timeline(world).set_trace(std::move(trace));
  (world == WorldKind::modeled ? modeled_veil_ : live_veil_)->setVisible(dimmed);
}

bool SideRun::takes_charts_of(const std::shared_ptr<const Trace>& modeled, const std::shared_ptr<const Trace>& live) {
  const auto same = [](const std::weak_ptr<const Trace>& a, const std::shared_ptr<const Trace>& b) {
    return !a.owner_before(b) && !b.owner_before(a);
  };
  // What grows is another one each time, though it may be at the same place in memory.
  const bool grows = live && live->growing;
  const bool old =
      std::exchange(charts_are_old_, grows) || grows || !same(charted_[0], modeled) || !same(charted_[1], live);
  charted_[0] = modeled;
  charted_[1] = live;
  return old;
}

void SideRun::show_charts(ChartContent memory, ChartContent threads) {
  memory_->set_content(std::move(memory));
  threads_->set_content(std::move(threads));
}

void SideRun::dim_charts(bool dimmed) {
  memory_veil_->setVisible(dimmed);
  threads_veil_->setVisible(dimmed);
}

void SideRun::set_rows(TimelineRows rows) {
  modeled_->set_rows(rows);
  live_->set_rows(rows);
}

void SideRun::set_logarithmic(bool logarithmic) {
  memory_->set_logarithmic(logarithmic);
}

void SideRun::set_theme(const Theme& theme) {
  for (auto* timeline : {modeled_, live_}) timeline->set_theme(theme);
  for (auto* chart : {memory_, threads_}) chart->set_theme(theme);
  charts_are_old_ = true;  // Their lines have their colours.
}

}  // namespace spawnpoint::gui
