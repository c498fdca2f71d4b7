// SPDX-License-Identifier: GPL-3.0-or-later
// ComparePage: both worlds of one [[run]] on one time axis: overview, two timelines, memory, threads and tasks.
#pragma once

#include <QElapsedTimer>
#include <QStringList>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "gui/charts/chart_view.hpp"
#include "gui/page/page.hpp"
#include "gui/time/time_view.hpp"
#include "gui/timeline/overview.hpp"
#include "gui/timeline/timeline_widget.hpp"

class QCheckBox;
class QComboBox;
class QLabel;
class QSplitter;
class QTabBar;
class QToolButton;

namespace spawnpoint::gui {

class DifferenceStrip;
class SideRun;
class Veil;
class WrappedLine;

class ComparePage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"compare", "Compare"};

  explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);

  TimeView& time() { return time_; }
  TimelineWidget& timeline(WorldKind world) { return world == WorldKind::modeled ? *modeled_ : *live_; }
  ChartView& memory() { return *memory_; }
  ChartView& threads() { return *threads_; }
  /// How live memory differs from the model's; hidden where there is nothing to compare.
  QLabel& memory_difference() const;
  DifferenceStrip& difference_strip() { return *difference_; }
  QComboBox& alignment() { return *alignment_; }
  QToolButton& beside() { return *beside_; }

  /// How much later a world is drawn, so that what is aligned has one place.
  Duration shift(WorldKind world) const;
  void set_rows(TimelineRows rows);
  void set_theme(const Theme& theme) override;
  /// True where the results do not belong to the text as it is.
  bool is_dimmed(WorldKind world) const;
  bool is_dimmed(RunKey key) const;
  /// False: there is no failure to go to.
  bool next_failure() { return time_.go_to_next_landmark(); }
  /// A moment of a world's own record.
  void go_to(Instant at, WorldKind world);
  /// Selects the job, and brings it into view in both timelines.
  void show_job(WorldKind world, JobId job);

  /// The header line of a world, without its name.
  QString summary(WorldKind world) const;
  QString summary(RunKey key) const;
  /// What the mark of its failure says; empty where it has none.
  QString failure(RunKey key) const;

 private:
  /// Says when to draw again, so that drawing takes only a small part of the time.
  class Pace {
   public:
    bool is_due() const;
    void begin() { clock_.start(); }
    /// `more_ns`: what runs in the background.
    void end(std::int64_t more_ns);

   private:
    QElapsedTimer clock_;
    std::int64_t rest_ns_ = 0;
  };

  /// What the charts were made of; it keeps no record alive.
  struct ShownCharts {
    std::weak_ptr<const Trace> modeled;
    std::weak_ptr<const Trace> live;
    Duration modeled_shift{};
    Duration live_shift{};
    std::optional<ThemeKind> theme;

    bool same(const ShownCharts& other) const;
  };

  std::size_t selected_run() const { return workspace_.selection().run(); }
  /// The tab of a run; -1: it has none.
  int tab_of(std::size_t run) const;
  void subscribe();
  void show_runs();
  /// Shows the results as they are now.
  void refresh();
  /// What a live run in progress has recorded so far.
  void refresh_live(std::size_t run);
  void show_traces(std::shared_ptr<const Trace> modeled, std::shared_ptr<const Trace> live);
  /// Overview, charts, and the time axis itself.
  void show_charts(const std::shared_ptr<const Trace>& modeled, const std::shared_ptr<const Trace>& live);
  void show_memory_difference();
  void show_alignment();
  void show_side_runs();
  void refresh_side_runs();
  /// Charts that lie side by side have one scale.
  void share_scales();
  void show_side_charts(SideRun& side, const std::shared_ptr<const Trace>& modeled,
                        const std::shared_ptr<const Trace>& live);
  SideRun* side_of(std::size_t run) const;
  /// Its rows are those of the other timelines.
  void link_rows(TimelineWidget& timeline);
  std::vector<TimelineWidget*> timelines() const;
  void show_crosses();
  /// The timelines have the failure's full text; charts are too low for it.
  ChartContent shortened(ChartContent content, std::size_t run) const;
  void suggest_rows(const Trace* trace);
  void restore_range();
  std::shared_ptr<const RunResult> result(WorldKind world) const { return workspace_.result(world); }

  Workspace& workspace_;
  Document& document_;
  Runs& runs_;
  TimeView time_;
  QTabBar* run_tabs_;
  std::vector<std::size_t> tab_runs_;  ///< Of each tab.
  QStringList tab_names_;              ///< As they fit, without the ✕ of a run that fails.
  QTimer crosses_patience_;
  QComboBox* rows_;
  QToolButton* logarithmic_;
  QComboBox* alignment_;
  QToolButton* beside_;
  Overview* overview_;
  QLabel* own_name_;  ///< Of the selected run, where others are beside it.
  TimelineWidget* modeled_;
  TimelineWidget* live_;
  DifferenceStrip* difference_;
  std::vector<SideRun*> side_runs_;
  ChartView* memory_;
  WrappedLine* memory_difference_;
  ChartView* threads_;
  QSplitter* splitter_;
  QSplitter* columns_;  ///< The selected run, and those beside it.
  Veil* modeled_veil_;
  Veil* live_veil_;
  Veil* overview_veil_;
  Veil* memory_veil_;
  Veil* threads_veil_;
  Veil* difference_veil_;
  Theme theme_ = make_theme(ThemeKind::light);
  bool showed_something_ = false;
  ShownCharts shown_charts_;
  Pace charts_pace_;
  Pace timeline_pace_;
  std::shared_ptr<const Trace> shown_curves_;  ///< Of a live run that is still going.
};

}  // namespace spawnpoint::gui
