// SPDX-License-Identifier: GPL-3.0-or-later
// MapSweep: runs the sweep of a failure map in the background, on all cores, and brings its points as they are done. A
// late point of a sweep that is no longer wanted never arrives.
#pragma once

#include <QObject>
#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "gui/background/latest_job.hpp"
#include "models/lab/sweep/sweep.hpp"

namespace spawnpoint::gui {

/// What is known of a sweep, which may still go on.
struct MapResult {
  explicit MapResult(SweepPlan of) : plan(std::move(of)), cells(plan.cells()) {}
  SweepPlan plan;
  std::vector<std::optional<SweepCell>> cells;
  std::vector<SweepEdge> edges;
  bool complete = false;
};

class MapSweep : public QObject {
  Q_OBJECT

 public:
  /// All that there is of a sweep, to go on with later.
  struct State {
    std::optional<SweepSource> source;
    std::shared_ptr<MapResult> result;
    std::map<std::size_t, SweepTaskResult> known;
    /// Which edges `result` has: point, run, axis and the value that is good.
    std::set<std::tuple<std::size_t, std::size_t, std::size_t, std::int64_t>> edges;
  };

  explicit MapSweep(QObject* parent = nullptr);
  ~MapSweep() override;

  /// Starts over; what runs is abandoned.
  void start(SweepSource source);
  /// Goes on where stop() has ended it.
  void resume();
  /// What is there stays.
  void stop();
  /// Nothing is kept.
  void clear();
  /// The same, but gives away what there was.
  State take_state();
  /// What take_state() gave; stopped, or complete.
  void restore(State state);

  bool is_running() const { return job_.is_running(); }
  bool can_resume() const { return !is_running() && state_.result && !state_.result->complete; }
  /// Null before the first answer, and where the scenario cannot be swept.
  std::shared_ptr<const MapResult> result() const { return state_.result; }
  const SweepProgress& progress() const { return progress_; }
  /// Why there is no map, in words.
  const QString& error() const { return error_; }

 signals:
  /// Points, progress or state have changed; at most about 20 times per second.
  void changed();

 private:
  /// What the worker threads have put down and this thread has not yet picked up.
  struct Mail;
  struct End {
    bool complete = false;
    QString error;
  };

  void launch();
  void pick_up(const std::shared_ptr<Mail>& mail);
  void take(Mail& mail);
  void end(const End& end);

  State state_;
  SweepProgress progress_;
  QString error_;
  std::shared_ptr<Mail> mail_;  ///< Of the sweep that is still going.
  LatestJob<End> job_;
};

}  // namespace spawnpoint::gui
