// SPDX-License-Identifier: GPL-3.0-or-later
// SideRun: another [[run]] of the scenario beside the selected one: its name, and both its worlds on the same time.
#pragma once

#include <QWidget>
#include <memory>

#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"
#include "gui/timeline/timeline_data.hpp"

class QLabel;

namespace spawnpoint::gui {

class TimelineWidget;
class Veil;

class SideRun : public QWidget {
  Q_OBJECT

 public:
  explicit SideRun(TimeView& view, QWidget* parent = nullptr);

  void set_run(std::size_t run, const QString& name, const std::string& concurrency);
  std::size_t run() const { return run_; }
  /// Null: not run yet.
  void show_world(WorldKind world, std::shared_ptr<const Trace> trace, const QString& summary, bool dimmed);
  void set_rows(TimelineRows rows);
  void set_theme(const Theme& theme);
  TimelineWidget& timeline(WorldKind world) { return world == WorldKind::modeled ? *modeled_ : *live_; }

 private:
  std::size_t run_ = 0;
  QLabel* name_;
  TimelineWidget* modeled_;
  TimelineWidget* live_;
  Veil* modeled_veil_;
  Veil* live_veil_;
};

}  // namespace spawnpoint::gui
