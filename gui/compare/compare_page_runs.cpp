// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison's runs: a tab for each, and those that stand beside the selected one.
#include <QMenu>
#include <QMouseEvent>
#include <QSplitter>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "core/text/text.hpp"
#include "gui/compare/compare_page.hpp"
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
    const QString full_name = workspace_.full_name_of(number);
    // One long name must not push the others out of the bar.
    QString fitting = run_tabs_->fontMetrics().elidedText(name, Qt::ElideRight, kWidestTab);
    tab_names_ += fitting.replace('&', "&&");
    const int tab = run_tabs_->addTab(tab_names_.back());
    if (const SavedRecord* record = workspace_.record(number)) {
      run_tabs_->setTabToolTip(
          tab, tr("%1\n%2\nA middle click closes it; its files stay").arg(full_name, to_qstring(provenance(*record))));
      continue;
    }
    const RunSpec& run = scenario->runs[number];
    QString about =
        tr("%1\n%2 with the runtime %3").arg(full_name, to_qstring(run.concurrency), to_qstring(run.runtime.name));
    if (const QString label = to_qstring(shown(run.label)); label != name)
      about += tr("\n--set, --concurrency and [expect] call it “%1”").arg(label);
    run_tabs_->setTabToolTip(tab, about);
  }
  run_tabs_->setCurrentIndex(tab_of(selected_run()));
  beside_->setEnabled(run_tabs_->count() > 1);
  show_crosses();
  lay_out_bar();
  show_columns();
}

void ComparePage::show_tab_menu(const QPoint& at) {
  const int tab = run_tabs_->tabAt(at);
  if (tab < 0) return;
  const std::size_t run = tab_runs_[static_cast<std::size_t>(tab)];
  if (workspace_.record(run) == nullptr) return;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addAction(tr("&Close record"), this, [this, run] { workspace_.close_record(run); });
  menu->popup(run_tabs_->mapToGlobal(at));
}

bool ComparePage::eventFilter(QObject* watched, QEvent* event) {
  if (watched == run_tabs_ && event->type() == QEvent::MouseButtonRelease) {
    const auto* released = static_cast<QMouseEvent*>(event);
    const int tab = run_tabs_->tabAt(released->position().toPoint());
    if (released->button() == Qt::MiddleButton && tab >= 0) {
      workspace_.close_record(tab_runs_[static_cast<std::size_t>(tab)]);
      return true;
    }
  }
  return Page::eventFilter(watched, event);
}

void ComparePage::show_crosses() {
  for (int tab = 0; tab < run_tabs_->count(); ++tab) {
    // What an older text came to is not said of this one; while the new result is computed, nothing changes yet.
    const auto known = workspace_.fails(tab_runs_[static_cast<std::size_t>(tab)]);
    const bool awaited = !known && (document_.scenario_is_old() || runs_.is_running() || workspace_.is_foreseeing());
    const bool fails = awaited ? run_tabs_->tabText(tab).startsWith(u'✕') : known.value_or(false);
    run_tabs_->setTabTextColor(tab, tab == run_tabs_->currentIndex() ? theme_.text : theme_.muted);
    const QString shown_name = (fails ? QStringLiteral("✕ ") : QString()) + tab_names_[tab];
    if (run_tabs_->tabText(tab) != shown_name) run_tabs_->setTabText(tab, shown_name);
  }
}

int ComparePage::tab_of(std::size_t run) const {
  const auto found = std::ranges::find(tab_runs_, run);
  return found == tab_runs_.end() ? -1 : static_cast<int>(found - tab_runs_.begin());
}

RunColumn* ComparePage::add_column() {
  auto* column = new RunColumn(workspace_, time_, this);
  column->set_theme(theme_);
  column->set_logarithmic(logarithmic_->isChecked());
  column->set_rows(words_of(workspace_.selection().rows()).rows);
  for (const WorldKind world : kWorlds) {
    TimelineWidget& timeline = column->timeline(world);
    connect(&timeline, &TimelineWidget::rows_moved, this, [this, &timeline](const RowPlace& place) {
      for (TimelineWidget* other : timelines())
        if (other != &timeline) other->set_row_place(place);
    });
    connect(&timeline, &TimelineWidget::job_activated, this,
            [this, world](JobId job) { workspace_.selection().select_job(job, world); });
  }
  connect(&column->splitter(), &QSplitter::splitterMoved, this, [this, column] {
    for (RunColumn* other : columns_)
      if (other != column) other->splitter().setSizes(column->splitter().sizes());
  });
  // A line that is wrapped has its height once all is laid out.
  connect(column, &RunColumn::resized, this, &ComparePage::line_up, Qt::QueuedConnection);
  columns_.push_back(column);
  splitter_->addWidget(column);
  splitter_->setStretchFactor(splitter_->count() - 1, 1);
  return column;
}

void ComparePage::show_columns() {
  std::vector<std::size_t> runs = workspace_.shown_runs();
  if (runs.empty()) runs = {selected_run()};
  while (columns_.size() > runs.size()) {
    delete columns_.back();
    columns_.pop_back();
  }
  while (columns_.size() < runs.size()) add_column()->splitter().setSizes(column().splitter().sizes());
  splitter_->setSizes(QList<int>(splitter_->count(), 1000));
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i]->set_run(runs[i], runs.size() > 1);
    if (i > 0) columns_[i]->set_shifts({}, {});
  }
}

RunColumn* ComparePage::column_of(std::size_t run) const {
  const auto found = std::ranges::find(columns_, run, &RunColumn::run);
  return found == columns_.end() ? nullptr : *found;
}

std::vector<TimelineWidget*> ComparePage::timelines() const {
  std::vector<TimelineWidget*> all;
  for (RunColumn* shown : columns_)
    for (const WorldKind world : kWorlds) all.push_back(&shown->timeline(world));
  return all;
}

}  // namespace spawnpoint::gui
