// SPDX-License-Identifier: GPL-3.0-or-later
// Runs: starts runs of the open scenario, modeled in a background thread and live in a process of its own, and keeps
// their results. A late result of a job that is no longer wanted never arrives.
#pragma once

#include <QObject>
#include <QTimer>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "core/memory/spare_memory.hpp"
#include "gui/background/latest_job.hpp"
#include "gui/workspace/live_watch.hpp"
#include "models/lab/run/run.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {

/// One result's place: which [[run]], in which world.
struct RunKey {
  std::size_t run = 0;
  WorldKind world = WorldKind::modeled;
  friend auto operator<=>(const RunKey&, const RunKey&) = default;
};

/// What one start asks for. Two worlds run one after the other: computing the model would disturb the live run.
struct RunRequest {
  std::shared_ptr<const Scenario> scenario;
  std::uint64_t revision = 0;  ///< Of the document, to tell old results from new ones.
  std::size_t run = 0;
  bool modeled = false;
  bool live = false;
  bool uncapped = false;
};

class Runs : public QObject {
  Q_OBJECT

 public:
  /// `worker` is the spawnpoint-run program; empty: beside this program.
  explicit Runs(std::filesystem::path worker = {}, QObject* parent = nullptr);
  ~Runs() override;

  /// Starts; what runs is stopped and forgotten first.
  void start(const RunRequest& request);
  /// Asks the running job to end; its partial result is kept.
  void stop();
  /// A result that is known already, as that of this revision and, unless it is of no scenario, of this scenario.
  void adopt(RunKey key, std::shared_ptr<const RunResult> result, std::uint64_t revision,
             std::shared_ptr<const Scenario> scenario = nullptr);
  /// What is kept of it is no longer.
  void forget(RunKey key) { kept_.erase(key); }
  /// Another scenario: nothing of the old one is kept, nor will arrive.
  void clear();

  bool is_running() const { return current_.has_value(); }
  /// The last run was ended by `stop`.
  bool was_stopped() const { return stop_asked_; }
  /// What runs now.
  std::optional<RunKey> current() const;
  /// The scenario of what runs now; null: nothing does.
  std::shared_ptr<const Scenario> current_scenario() const { return current_ ? current_->request.scenario : nullptr; }
  const Progress& progress() const { return progress_; }
  /// 0 to 1; no value where it is unknown.
  std::optional<double> fraction() const;
  /// By the model's wall time where it is known, else by the jobs that have completed.
  std::optional<Duration> time_left() const;
  /// A live run that already takes longer than its model: nobody knows how much is left.
  bool is_behind_model() const;

  std::shared_ptr<const RunResult> result(RunKey key) const;
  /// The document's revision that the result belongs to.
  std::uint64_t revision(RunKey key) const;
  /// The scenario that the result is of, which the text may not say any more. Null: there is none.
  std::shared_ptr<const Scenario> scenario(RunKey key) const;
  /// Of the live run in progress: a newer record than the last one that was taken. Null: there is none.
  std::shared_ptr<const Trace> take_live_record();
  /// The last one that was taken.
  std::shared_ptr<const Trace> live_record() const { return live_record_; }
  /// Of the live run in progress, its record without rows. Null before it began.
  std::shared_ptr<const Trace> live_curves() const { return live_curves_; }

 signals:
  void started(spawnpoint::gui::RunKey key);
  /// About 20 to 30 times per second.
  void progressed(spawnpoint::gui::RunKey key);
  void finished(spawnpoint::gui::RunKey key);
  /// Nothing runs any more.
  void idle();

 private:
  struct Kept {
    std::shared_ptr<const RunResult> result;
    std::uint64_t revision = 0;
    std::shared_ptr<const Scenario> scenario;
  };
  struct Current {
    RunRequest request;
    RunKey key;
  };

  /// How long the live run in progress takes by its model, where that says so: one that breaks does not.
  std::optional<Duration> modeled_wall() const;
  void begin(const RunRequest& request, WorldKind world);
  void begin_modeled();
  void begin_live();
  LiveOptions live_options() const;
  void poll_live();
  void end_live();
  void take(RunResult result);
  RunResult not_made(std::string why) const;
  void abandon();

  std::filesystem::path worker_;
  std::optional<Current> current_;
  std::shared_ptr<LiveWatch> live_;  ///< Shared with the job that follows the run.
  std::shared_ptr<const Trace> live_record_;
  std::shared_ptr<const Trace> live_curves_;
  bool stop_asked_ = false;
  Progress progress_;
  std::map<RunKey, Kept> kept_;
  QTimer live_timer_;
  std::optional<SpareMemory> spare_;
  QTimer let_go_;  // of what is spare
  LatestJob<RunResult> job_;
};

}  // namespace spawnpoint::gui
