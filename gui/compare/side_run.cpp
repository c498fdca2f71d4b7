// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/side_run.hpp"

#include <QLabel>
#include <QVBoxLayout>

#include "gui/compare/veil.hpp"
#include "gui/timeline/timeline_widget.hpp"

namespace spawnpoint::gui {

SideRun::SideRun(TimeView& view, QWidget* parent)
    : QWidget(parent),
      name_(new QLabel(this)),
      modeled_(new TimelineWidget(view, WorldKind::modeled, this)),
      live_(new TimelineWidget(view, WorldKind::live, this)),
      modeled_veil_(new Veil(modeled_)),
      live_veil_(new Veil(live_)) {
  name_->setContentsMargins(8, 2, 8, 2);
  name_->setMinimumWidth(1);
  name_->setTextFormat(Qt::PlainText);
  QFont bold = name_->font();
  bold.setBold(true);
  name_->setFont(bold);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(name_);
  for (auto* timeline : {modeled_, live_}) {
    timeline->setMinimumHeight(90);
    timeline->set_time_labels(false);
    column->addWidget(timeline, 1);
  }
}

void SideRun::set_run(std::size_t run, const QString& name, const std::string& concurrency) {
  run_ = run;
  name_->setText(name);
  modeled_->setAccessibleName(tr("Timeline of the modeled run: %1").arg(name));
  live_->setAccessibleName(tr("Timeline of the live run: %1").arg(name));
  for (auto* timeline : {modeled_, live_}) timeline->set_run(run, concurrency);
  live_->set_empty_text(tr("Not run live yet: choose this run above, then F7."));
}

void SideRun::show_world(WorldKind world, std::shared_ptr<const Trace> trace, const QString& summary, bool dimmed) {
  timeline(world).set_summary(summary);
  timeline(world).set_trace(std::move(trace));
  (world == WorldKind::modeled ? modeled_veil_ : live_veil_)->setVisible(dimmed);
}

void SideRun::set_rows(TimelineRows rows) {
  modeled_->set_rows(rows);
  live_->set_rows(rows);
}

void SideRun::set_theme(const Theme& theme) {
  modeled_->set_theme(theme);
  live_->set_theme(theme);
}

}  // namespace spawnpoint::gui
