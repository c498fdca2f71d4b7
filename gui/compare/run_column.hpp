// SPDX-License-Identifier: GPL-3.0-or-later
// RunColumn: one run of the comparison: its name, both its worlds with their difference between them, and its charts,
// on the time that all columns share.
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "gui/charts/chart_view.hpp"
#include "gui/compare/column_text.hpp"
#include "gui/compare/difference_strip.hpp"
#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "gui/workspace/workspace.hpp"

class QLabel;
class QSplitter;

namespace spawnpoint::gui {

class Veil;

class RunColumn : public QWidget {
  Q_OBJECT

 public:
  RunColumn(Workspace& workspace, TimeView& view, QWidget* parent = nullptr);

  /// `named`: its name stands over it, as others are beside it.
  void set_run(std::size_t run, bool named);
  std::size_t run() const { return run_; }
  /// How much later its worlds are drawn, so that what is aligned has one place.
  void set_shifts(Duration modeled, Duration live);
  Duration shift(WorldKind world) const { return shifts_[index(world)]; }
  /// Nothing: the rows that suit its record.
  void set_rows(std::optional<TimelineRows> rows);
  void set_logarithmic(bool logarithmic);
  void set_theme(const Theme& theme);

  /// Takes the run's records as they are now: `end` and `landmarks` are of these.
  void take_records();
  /// What the live run in progress has recorded so far. False: it is not yet time to draw its charts again.
  bool take_live_curves();
  /// The latest end of its records, as they are drawn; the first moment: it has none.
  Instant end() const;
  /// Failures and other marks, as they are drawn, in no order.
  std::vector<Instant> landmarks() const;
  /// What is drawn in the charts; null: nothing of that world.
  std::shared_ptr<const Trace> charted(WorldKind world) const;

  /// Shows what was taken, and all words.
  void refresh();
  /// Shows the curves that were taken.
  void refresh_live_charts();
  /// The header and the timeline of a live run in progress.
  void refresh_live_timeline();
  /// It has results, and none of them is up to date.
  bool is_old() const;
  /// The result is there, and does not belong to the text as it is.
  bool is_dimmed(WorldKind world) const;
  /// The header line of a world, without its name.
  QString summary(WorldKind world) const;
  /// What the mark of a world's failure says; empty where it has none.
  QString failure(WorldKind world) const;

  const QLabel& name() const { return *name_; }
  TimelineWidget& timeline(WorldKind world) { return world == WorldKind::modeled ? *modeled_ : *live_; }
  DifferenceStrip& difference_strip() { return *difference_; }
  /// How live memory differs from the model's; hidden where there is nothing to compare.
  WrappedLine& memory_difference() { return *memory_difference_; }
  ChartView& memory() { return *memory_; }
  ChartView& threads() { return *threads_; }
  /// Timelines, memory, threads: all columns have the same sizes, so that what is compared lies side by side.
  QSplitter& splitter() { return *splitter_; }

 signals:
  void resized();

 protected:
  void resizeEvent(QResizeEvent* event) override {
    QWidget::resizeEvent(event);
    emit resized();
  }

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

  static constexpr std::size_t index(WorldKind world) { return world == WorldKind::modeled ? 0 : 1; }
  RunKey key(WorldKind world) const { return {run_, world}; }
  bool is_running(WorldKind world) const { return runs_.current() == key(world); }
  const std::shared_ptr<const Trace>& record(WorldKind world) const { return records_[index(world)]; }
  /// The record or, of a run that is still going, its curves.
  const std::shared_ptr<const Trace>& newest(WorldKind world) const {
    return world == WorldKind::live && curves_ ? curves_ : record(world);
  }
  /// Beside a run of the present text, curves of an older one would be taken for its.
  bool is_charted(WorldKind world) const;
  void show_empty_texts();
  void show_charts();
  void show_difference();
  void show_memory_difference();
  void show_veils();
  /// Of the one that is dimmed.
  QString why_one_is_old() const;
  /// The timelines have the failure's full text; charts are too low for it.
  ChartContent shortened(ChartContent content) const;

  const Workspace& workspace_;
  Runs& runs_;
  std::size_t run_ = 0;
  std::shared_ptr<const Trace> records_[2];
  Duration shifts_[2] = {};
  std::optional<TimelineRows> rows_;
  QLabel* name_;
  TimelineWidget* modeled_;
  DifferenceStrip* difference_;
  TimelineWidget* live_;
  WrappedLine* memory_difference_;
  ChartView* memory_;
  ChartView* threads_;
  QSplitter* splitter_;
  Veil* modeled_veil_;
  Veil* difference_veil_;
  Veil* live_veil_;
  Veil* memory_veil_;
  Veil* threads_veil_;
  Theme theme_ = make_theme(ThemeKind::light);
  ShownCharts shown_charts_;
  std::shared_ptr<const Trace> curves_;  ///< Of a live run that is still going.
  Pace charts_pace_;
  Pace timeline_pace_;
};

}  // namespace spawnpoint::gui
