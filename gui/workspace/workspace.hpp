// SPDX-License-Identifier: GPL-3.0-or-later
// Workspace: what the app knows: the open scenario, its runs and their results, what is looked at, and what is
// remembered; and what follows from a change of any of them. Pages and panels subscribe to it. Knows no widgets.
#pragma once

#include <QObject>
#include <QTimer>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/background/latest_job.hpp"
#include "gui/workspace/document.hpp"
#include "gui/workspace/result_cache.hpp"
#include "gui/workspace/runs.hpp"
#include "gui/workspace/selection.hpp"
#include "gui/workspace/session.hpp"
#include "models/lab/diagnosis/advice.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/lab/saved/saved_record.hpp"

namespace spawnpoint::gui {

/// What is done about a live run that would take much of this machine.
enum class LiveAnswer : std::uint8_t { run, run_uncapped, cancel };

/// The results of one run that have a say: those of the present text or, where there are none, of the text as it was.
/// Null: none, or the run could not be made.
struct KnownResults {
  std::shared_ptr<const RunResult> modeled;
  std::shared_ptr<const RunResult> live;
  bool of_former_text = false;
};

class FailureMap;

class Workspace : public QObject {
  Q_OBJECT

 public:
  /// Runs on the page at once: a third of a window is the least in which a timeline can be read.
  static constexpr std::size_t kMostRunsShown = 3;
  static constexpr int kNoGesture = -1;  ///< A change of a value that is a step of its own.
  /// Runs with numbers from here on are the saved records that were opened. A scenario has fewer runs.
  static constexpr std::size_t kFirstRecord = 1000;

  /// `worker`: the program for live runs; empty: beside this one.
  explicit Workspace(Session& session, std::filesystem::path worker = {}, QObject* parent = nullptr);
  ~Workspace() override;

  Session& session() { return session_; }
  Document& document() { return document_; }
  const Document& document() const { return document_; }
  Runs& runs() { return runs_; }
  const Runs& runs() const { return runs_; }
  Selection& selection() { return selection_; }
  const Selection& selection() const { return selection_; }
  FailureMap& failure_map() { return *failure_map_; }

  /// Opens the file. False: it could not be read (`error` says why).
  bool open(const QString& path, QString& error);
  /// A new scenario with this text.
  void begin(const QString& text);
  /// As `open`, at the place where a session ended.
  bool open(const Place& place, QString& error);
  /// Opens a saved record, in the background, as a run of its own beside those of the scenario, and selects it.
  void open_record(const QString& path);
  /// The record goes, and its run with it; its files stay.
  void close_record(std::size_t run);
  /// Null: the run is one of the scenario's.
  const SavedRecord* record(std::size_t run) const;
  /// Those of the scenario, then the records.
  std::vector<std::size_t> all_runs() const;
  /// Of a scenario's run or of a record; empty where there is no such run.
  std::string concurrency_of(std::size_t run) const;
  /// What people call it; empty where there is no such run.
  QString name_of(std::size_t run) const;
  /// The same in full, where there is room for it.
  QString full_name_of(std::size_t run) const;
  /// Why there is no scenario to show, in words: none is open, it has errors, or it is being read.
  QString why_nothing() const;
  /// What is said of a result that is not of what is open: the text has errors, it has changed, or values are tried
  /// over it.
  QString why_old(RunKey key) const;
  /// A sentence, with a space after it, before what is said of the scenario that is shown; empty: it is of the present
  /// text.
  QString age_words() const;
  /// The selected run's model waits for the user: so many jobs are not modeled unasked.
  bool waits_to_be_asked() const;
  /// The visible range of `open`'s place, once; nothing before the run's model is there.
  std::optional<TimeRange> take_range_to_restore();
  void clear_recent();

  /// Runs the selected [[run]]. Before a live run that is risky, `ask_before_live` is called.
  void run(bool modeled, bool live);
  /// All runs of the scenario in both worlds, one after the other; the question before is about all of them.
  void run_all();
  /// Of `run_all`, which one is going, from 1; 0: none is.
  std::size_t place_in_all() const { return runs_in_all_ == 0 ? 0 : runs_in_all_ - waiting_runs_.size(); }
  std::size_t runs_in_all() const { return runs_in_all_; }
  std::function<LiveAnswer(const LiveEstimate&)> ask_before_live = [](const LiveEstimate&) { return LiveAnswer::run; };
  /// Nothing of the scenario's runs continues or is kept, and no record.
  void close();

  /// The runs that are shown: the selected one first, then those beside it.
  std::vector<std::size_t> shown_runs() const;
  /// The result of the selected run; null: there is none.
  std::shared_ptr<const RunResult> result(WorldKind world) const { return runs_.result({selection_.run(), world}); }
  /// Those of the selected run that have a record.
  std::vector<std::shared_ptr<const RunResult>> recorded_results() const;
  KnownResults known(std::size_t run) const;
  /// The run fails in either world, by its results of the present text; a run of the scenario that has none yet, by its
  /// model, which is computed in the background for just that. Nothing: not known, or not yet.
  std::optional<bool> fails(std::size_t run) const;
  bool is_foreseeing() const { return foreseeing_.is_running(); }
  bool is_of_present_text(RunKey key) const;
  /// Both worlds of the selected run fail: they can be shown with their failures at one place.
  bool can_align() const;

  /// Writes a value into the text, and models it. While a model is being computed the newest request waits, so that
  /// what is dragged is drawn again and again. `gesture`: changes of the same one are one step to undo.
  void turn(const QString& key, const QString& value, int gesture);
  /// What would do better than the selected run, of the present text. Computed in the background once nothing runs:
  /// the search would disturb what a live run measures. Empty until then.
  const std::vector<Suggestion>& suggestions() const { return suggestions_; }
  bool is_trying() const { return trying_.is_running(); }
  bool is_advising() const { return advising_.is_running(); }
  /// Adds a run that would do better, or selects it where it is there; which one it is, is found in the background.
  void try_suggestion(const Suggestion& suggestion);
  /// What that will do, in words: which run it selects or adds to the text, and what it lays over the text.
  QString trying_words(const Suggestion& suggestion) const;
  /// The suggestion that was tried last, without a change of the text, can be taken back.
  bool can_take_back() const;
  /// What is over the text, and the run, are again what they were before it.
  void take_back();
  /// Opens and models a run that a map has a point of. The text stays as it is: the values, and the run where the text
  /// has none of that model, go over it, in place of those of the point before.
  void open_run(const std::vector<Setting>& settings, const RunSpec& spec);
  /// What is over the text goes into it, as one step that can be undone. What cannot be written there stays over it.
  void write_settings();

  // What one page or panel wants of another.
  void ask_to_open(const QString& path) { emit open_asked(path); }
  void show_job(WorldKind world, JobId job) { emit job_asked(world, job); }
  /// A moment of a world's own record.
  void show_moment(Instant at, WorldKind world) { emit moment_asked(at, world); }
  void show_whole_time() { emit whole_time_asked(); }

 signals:
  /// The text was read again. `changed`: the scenario is another one; what is known of its results is there.
  void scenario_read(bool changed);
  /// The same, after what follows from it has begun: its model runs.
  void scenario_followed(bool changed);
  /// A value that was turned is not written, as the text has errors: what shows it goes back to what is.
  void turn_refused();
  void recent_changed();
  /// One was opened or closed, or all are gone.
  void records_changed();
  /// Why a record could not be opened.
  void record_refused(const QString& words);
  /// The user wants to see the timelines: a run was asked for, or a point of the map.
  void timelines_asked();
  void suggestions_changed();
  /// `can_take_back` may be another.
  void tried();
  /// `fails` has become known of runs without a result.
  void failures_foreseen();
  void job_asked(spawnpoint::WorldKind world, spawnpoint::JobId job);
  void moment_asked(spawnpoint::Instant at, spawnpoint::WorldKind world);
  void whole_time_asked();
  /// Empty: the user chooses.
  void open_asked(const QString& path);
  /// Something for the user to read; empty: how things stand.
  void told(const QString& words);

 private:
  /// Live runs that were asked for, with what those would take that take most.
  struct LiveWish {
    std::vector<RunRequest> requests;
    LiveEstimate estimate;
  };
  /// The text with the run of a suggestion, in place of `before`, and what is over it.
  struct TriedText {
    QString before;
    std::vector<Setting> settings_before;
    QString text;
    std::vector<Setting> settings;
    std::size_t run = 0;              ///< Its index in `text`.
    std::optional<std::size_t> same;  ///< The run of `before` that would be just that one.
  };
  /// What there was before a suggestion was tried: an undo leads back to its run, too.
  struct BeforeTry {
    QString text;
    std::size_t run = 0;
    std::vector<Setting> settings;
    std::vector<Setting> settings_after;
  };
  /// One that has changed only what is over the text, or the run.
  struct TriedOver {
    BeforeTry before;
    std::size_t run = 0;  ///< The run that it selected.
  };
  struct Turn {
    QString key;
    QString value;
    int gesture = 0;
  };

  /// Of so many code points at most.
  QString name_of(std::size_t run, std::size_t most) const;
  /// Shifts the worlds as the selection's alignment says.
  void align();
  void keep_aligned();
  void open_next_record();
  void take_record(SavedRecord record);
  void follow_scenario(bool changed);
  void forget_live_wish();
  void ask_for(std::vector<RunRequest> requests);
  void start_live(LiveWish wish);
  void start_all(std::vector<RunRequest> requests);
  void go_on();
  void continue_when_idle();
  void model_if_needed();
  void take_known_results();
  void keep_result(RunKey key);
  /// What a result of the scenario as it is follows from.
  const std::string& present_key(RunKey key);
  void turn_waiting(bool patient = true);
  void advise_if_needed();
  void foresee_failures();
  /// A live run is measured: nothing else computes meanwhile.
  void put_off(RunKey running);
  void take_tried(const TriedText& tried);
  /// These settings are over the text, and no others.
  void lay_over(const std::vector<Setting>& settings);

  Session& session_;
  Document document_;
  Runs runs_;
  ResultCache results_;
  Selection selection_;
  std::map<RunKey, std::string> present_keys_;  ///< Of the scenario as it is; made when they are asked for.
  std::map<RunKey, std::string> kept_keys_;     ///< What the results that `runs_` keeps follow from.
  std::string running_key_;                     ///< What that of the run that is going will follow from.
  std::optional<Place> place_to_restore_;
  bool following_ = false;                         ///< The scenario is another one, and not everybody knows yet.
  std::optional<std::size_t> select_after_parse_;  ///< A run that may not be there before: of a suggestion, a point of
                                                   ///< the map, the last session.
  std::optional<BeforeTry> before_try_;
  std::vector<TriedOver> tried_over_;  ///< The last one last.
  bool closing_ = false;
  bool run_after_parse_ = false;  ///< A point of the map was opened: its run was asked for.
  std::optional<Turn> waiting_turn_;
  std::optional<Turn> last_turn_;  ///< Its gesture may go on.
  QString text_of_last_turn_;
  QTimer turn_patience_;
  std::map<std::size_t, SavedRecord> records_;  ///< By their runs' numbers.
  std::deque<RunRequest> waiting_runs_;         ///< Of run_all().
  std::size_t runs_in_all_ = 0;
  std::uint64_t wishes_ = 0;
  LatestJob<LiveWish> estimating_;
  std::shared_ptr<const RunResult> advised_;  ///< What the suggestions are about.
  std::vector<Suggestion> suggestions_;
  LatestJob<std::vector<Suggestion>> advising_;
  std::uint64_t foreseen_revision_ = 0;        ///< Of the document, that `foreseen_` is of or will be.
  std::vector<std::optional<bool>> foreseen_;  ///< By run of the scenario: whether its model fails.
  LatestJob<std::vector<std::optional<bool>>> foreseeing_;
  LatestJob<TriedText> trying_;
  std::unique_ptr<FailureMap> failure_map_;
  QStringList records_to_open_;  ///< One after the other.
  LatestJob<std::expected<SavedRecord, std::string>> opening_;
};

/// Over the default cap, or so large or so long that nobody should start it by accident.
bool is_risky(const LiveEstimate& estimate);
/// Over ten minutes.
bool is_long(const LiveEstimate& estimate);

}  // namespace spawnpoint::gui
