// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison's runs: a tab for each, and those that stand beside the selected one.
#include <QComboBox>
#include <QSplitter>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "core/text/text.hpp"
#include "gui/compare/column_text.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/compare/side_run.hpp"
#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {
namespace {

/// Of a tab's text, in pixels.
constexpr int kWidestTab = 200;

}  // namespace

void ComparePage::show_runs() {
  const auto scenario = document_.scenario();
  const QSignalBlocker quiet(run_tabs_);
  while (run_tabs_->count() > 0) run_tabs_->removeTab(0);
  tab_runs_ = workspace_.all_runs();
  tab_names_.clear();
  for (const std::size_t number : tab_runs_) {
    const QString name = workspace_.name_of(number);
    // One long name must not push the others out of the bar.
    QString fitting = run_tabs_->fontMetrics().elidedText(name, Qt::ElideRight, kWidestTab);
    tab_names_ += fitting.replace('&', "&&");
    const int tab = run_tabs_->addTab(tab_names_.back());
    if (const SavedRecord* record = workspace_.record(number)) {
      run_tabs_->setTabToolTip(tab, name + '\n' + to_qstring(provenance(*record)));
      continue;
    }
    const RunSpec& run = scenario->runs[number];
    QString about =
        tr("%1\n%2 with the runtime %3").arg(name, to_qstring(run.concurrency), to_qstring(run.runtime.name));
    if (const QString label = to_qstring(shown(run.label)); label != name)
      about += tr("\n--set, --concurrency and [expect] call it “%1”").arg(label);
    run_tabs_->setTabToolTip(tab, about);
  }
  run_tabs_->setCurrentIndex(tab_of(selected_run()));
  beside_->setEnabled(run_tabs_->count() > 1);
  show_crosses();
  show_side_runs();
}

void ComparePage::show_crosses() {
  for (int tab = 0; tab < run_tabs_->count(); ++tab) {
    const KnownResults known = workspace_.known(tab_runs_[static_cast<std::size_t>(tab)]);
    // What an older text came to is not said of this one; while the new result is computed, nothing changes yet.
    const bool awaited = known.of_former_text && (document_.scenario_is_old() || runs_.is_running());
    const bool fails = awaited ? run_tabs_->tabText(tab).startsWith(u'✕')
                               : !known.of_former_text &&
                                     ((known.modeled && known.modeled->failure) || (known.live && known.live->failure));
    run_tabs_->setTabTextColor(tab, tab == run_tabs_->currentIndex() ? theme_.text : theme_.muted);
    const QString shown_name = (fails ? QStringLiteral("✕ ") : QString()) + tab_names_[tab];
    if (run_tabs_->tabText(tab) != shown_name) run_tabs_->setTabText(tab, shown_name);
  }
}

int ComparePage::tab_of(std::size_t run) const {
  const auto found = std::ranges::find(tab_runs_, run);
  return found == tab_runs_.end() ? -1 : static_cast<int>(found - tab_runs_.begin());
}

void ComparePage::show_side_runs() {
  const std::vector<std::size_t> runs = workspace_.shown_runs();
  while (side_runs_.size() + 1 > runs.size()) {
    delete side_runs_.back();
    side_runs_.pop_back();
  }
  while (side_runs_.size() + 1 < runs.size()) {
    auto* side = new SideRun(time_, this);
    side->set_theme(theme_);
    side->set_logarithmic(memory_->is_logarithmic());
    link_rows(side->timeline(WorldKind::modeled));
    link_rows(side->timeline(WorldKind::live));
    side_runs_.push_back(side);
    columns_->addWidget(side);
    columns_->setStretchFactor(columns_->count() - 1, 1);
  }
  columns_->setSizes(QList<int>(columns_->count(), 1000));
  own_name_->setText(workspace_.name_of(selected_run()));
  own_name_->setToolTip(own_name_->text());
  own_name_->setVisible(!side_runs_.empty());
  for (std::size_t i = 0; i < side_runs_.size(); ++i) {
    side_runs_[i]->set_run(runs[i + 1], workspace_.name_of(runs[i + 1]), workspace_.concurrency_of(runs[i + 1]));
    side_runs_[i]->splitter().setSizes(splitter_->sizes());
  }
}

SideRun* ComparePage::side_of(std::size_t run) const {
  const auto found = std::ranges::find(side_runs_, run, &SideRun::run);
  return found == side_runs_.end() ? nullptr : *found;
}

void ComparePage::refresh_side_runs() {
  for (SideRun* side : side_runs_) {
    std::shared_ptr<const Trace> traces[2];
    bool dimmed = true;
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
      const RunKey key{side->run(), world};
      const auto result = runs_.result(key);
      auto& trace = traces[static_cast<std::size_t>(world)];
      trace = runs_.current() == key && world == WorldKind::live ? runs_.live_record()
              : result                                           ? result->trace
                                                                 : nullptr;
      // What fits one run need not fit another: threads of their own here, one thread for all jobs there.
      if (world == WorldKind::modeled && rows_->currentIndex() == 0 && trace) side->set_rows(suggested_rows(*trace));
      side->show_world(world, trace, summary(key), is_dimmed(key));
      side->timeline(world).set_failure(failure(key));
      dimmed = dimmed && (!trace || is_dimmed(key));
    }
    const auto& [modeled, live] = traces;
    show_side_charts(*side, modeled, live);
    side->dim_charts(dimmed && (modeled || live));
  }
}

std::vector<TimelineWidget*> ComparePage::timelines() const {
  std::vector<TimelineWidget*> all{modeled_, live_};
  for (SideRun* side : side_runs_)
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) all.push_back(&side->timeline(world));
  return all;
}

void ComparePage::link_rows(TimelineWidget& timeline) {
  connect(&timeline, &TimelineWidget::rows_moved, this, [this, &timeline](const RowPlace& place) {
    for (TimelineWidget* other : timelines())
      if (other != &timeline) other->set_row_place(place);
  });
}

}  // namespace spawnpoint::gui
