// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison's runs: a tab for each, and those that stand beside the selected one.
#include <QSplitter>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "core/text/text.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/compare/side_run.hpp"

namespace spawnpoint::gui {
namespace {

QString text(const std::string& words) {
  return QString::fromStdString(words);
}

}  // namespace

void ComparePage::show_runs() {
  const auto scenario = document_.scenario();
  const QSignalBlocker quiet(run_tabs_);
  while (run_tabs_->count() > 0) run_tabs_->removeTab(0);
  tab_runs_ = workspace_.all_runs();
  for (const std::size_t number : tab_runs_) {
    if (const SavedRecord* record = workspace_.record(number)) {
      const QString label = text(shown(record->result.label)).replace('&', "&&");
      const int tab = run_tabs_->addTab(record->result.world == WorldKind::live ? tr("%1 (saved, live)").arg(label)
                                                                                : tr("%1 (saved, modeled)").arg(label));
      run_tabs_->setTabToolTip(tab, text(provenance(*record)));
      continue;
    }
    const RunSpec& run = scenario->runs[number];
    QString name = text(run.label.empty() ? run.concurrency : run.label);
    if (run.threads && run.label == run.concurrency) name += QStringLiteral(" · %1").arg(*run.threads);
    const int tab = run_tabs_->addTab(name.replace('&', "&&"));
    run_tabs_->setTabToolTip(tab, tr("%1 with the runtime %2").arg(text(run.concurrency), text(run.runtime.name)));
  }
  run_tabs_->setCurrentIndex(tab_of(selected_run()));
  beside_->setEnabled(run_tabs_->count() > 1);
  show_side_runs();
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
    side_runs_.push_back(side);
    columns_->addWidget(side);
    columns_->setStretchFactor(columns_->count() - 1, 1);
  }
  columns_->setSizes(QList<int>(columns_->count(), 1000));
  for (std::size_t i = 0; i < side_runs_.size(); ++i) {
    const QString name = run_tabs_->tabText(tab_of(runs[i + 1]));
    side_runs_[i]->set_run(runs[i + 1], QString(name).replace("&&", "&"), workspace_.concurrency_of(runs[i + 1]));
  }
}

}  // namespace spawnpoint::gui
