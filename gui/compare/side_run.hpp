// SPDX-License-Identifier: GPL-3.0-or-later
// SideRun: another [[run]] of the scenario beside the selected one: its name, both its worlds and its charts, on the
// same time.
#pragma once

#include <QWidget>
#include <memory>

#include "gui/charts/chart_content.hpp"
#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"
#include "gui/timeline/timeline_data.hpp"

class QLabel;
class QSplitter;

namespace spawnpoint::gui {

class ChartView;
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
  /// True: the charts are made of other records, and are to be made anew; of these ones, from now on.
  bool takes_charts_of(const std::shared_ptr<const Trace>& modeled, const std::shared_ptr<const Trace>& live);
  void show_charts(ChartContent memory, ChartContent threads);
  /// They show nothing that is up to date.
  void dim_charts(bool dimmed);
  void set_rows(TimelineRows rows);
  void set_logarithmic(bool logarithmic);
  void set_theme(const Theme& theme);
  TimelineWidget& timeline(WorldKind world) { return world == WorldKind::modeled ? *modeled_ : *live_; }
  ChartView& memory() { return *memory_; }
  ChartView& threads() { return *threads_; }
  /// Timelines, memory, threads: as the selected run has them, so that what is compared lies side by side.
  QSplitter& splitter() { return *splitter_; }

 private:
  std::size_t run_ = 0;
  /// What the charts were made of; it keeps no record alive.
  std::weak_ptr<const Trace> charted_[2];
  bool charts_are_old_ = true;
  QLabel* name_;
  TimelineWidget* modeled_;
  TimelineWidget* live_;
  ChartView* memory_;
  ChartView* threads_;
  QSplitter* splitter_;
  Veil* modeled_veil_;
  Veil* live_veil_;
  Veil* memory_veil_;
  Veil* threads_veil_;
};

}  // namespace spawnpoint::gui
