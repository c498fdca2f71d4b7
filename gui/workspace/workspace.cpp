// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace: its documents and records, and which results are known already.
#include "gui/workspace/workspace.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/text/text.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/workspace/failure_map.hpp"
#include "models/scenario/run_names.hpp"

namespace spawnpoint::gui {
namespace {

/// What is dragged waits this long for the model of the step before to be drawn.
constexpr std::chrono::milliseconds kTurnPatience{300};

}  // namespace

Workspace::Workspace(Session& session, std::filesystem::path worker, QObject* parent)
    : QObject(parent),
      session_(session),
      runs_(std::move(worker)),
      estimating_([this](auto outcome) {
        if (outcome)
          start_live(*std::move(outcome));
        else
          emit told(to_qstring(outcome.error()));
      }),
      advising_([this](auto outcome) {
        suggestions_ = outcome ? *std::move(outcome) : std::vector<Suggestion>();
        emit suggestions_changed();
      }),
      foreseeing_([this](auto outcome) {
        if (outcome) foreseen_ = *std::move(outcome);
        emit failures_foreseen();
      }),
      trying_([this](auto outcome) {
        if (outcome)
          take_tried(*outcome);
        else
          emit told(to_qstring(outcome.error()));
      }),
      opening_([this](auto outcome) {
        // The job's own trouble, or the record's.
        if (outcome && *outcome)
          take_record(**std::move(outcome));
        else
          emit record_refused(to_qstring(outcome ? outcome->error() : outcome.error()));
        open_next_record();
      }) {
  turn_patience_.setSingleShot(true);
  turn_patience_.setInterval(kTurnPatience);
  connect(&turn_patience_, &QTimer::timeout, this, [this] { turn_waiting(/*patient=*/false); });
  // Views learn of the new document at once: results of the old one must be gone by then.
  connect(&document_, &Document::leaving, this, &Workspace::close);
  connect(&document_, &Document::parsed, this, &Workspace::follow_scenario);
  connect(&document_, &Document::saved, this, [this] {
    session_.add_recent(document_.path());
    emit recent_changed();
  });
  connect(&selection_, &Selection::run_changed, this, [this] {
    if (!following_) model_if_needed();
  });
  connect(&selection_, &Selection::side_by_side_changed, this, &Workspace::model_if_needed);
  connect(&runs_, &Runs::started, this,
          [this](RunKey key) { running_key_ = result_key(*runs_.current_scenario(), key); });
  connect(&runs_, &Runs::started, this, &Workspace::put_off);
  connect(&runs_, &Runs::finished, this, &Workspace::keep_result);
  connect(&runs_, &Runs::idle, this, &Workspace::continue_when_idle);
  connect(&selection_, &Selection::run_changed, this, &Workspace::advise_if_needed);
  connect(this, &Workspace::scenario_followed, this, &Workspace::advise_if_needed);
  connect(this, &Workspace::scenario_followed, this, &Workspace::foresee_failures);
  keep_aligned();
  failure_map_ = std::make_unique<FailureMap>(*this);
}

Workspace::~Workspace() = default;

void Workspace::continue_when_idle() {
  // What is left of a document that is just being left must not begin anything.
  if (closing_) return;
  go_on();
  advise_if_needed();
  foresee_failures();
  turn_waiting();
  if (shown_runs().size() > 1 && !runs_.was_stopped()) model_if_needed();
}

void Workspace::keep_aligned() {
  connect(&runs_, &Runs::started, this, &Workspace::align);
  connect(&runs_, &Runs::finished, this, &Workspace::align);
  connect(&runs_, &Runs::idle, this, &Workspace::align);
  connect(&selection_, &Selection::run_changed, this, &Workspace::align);
  connect(&selection_, &Selection::alignment_changed, this, &Workspace::align);
}

bool Workspace::open(const QString& path, QString& error) {
  if (!document_.open(path, error)) return false;
  selection_.select_run(0);
  session_.add_recent(document_.path());
  emit recent_changed();
  return true;
}

void Workspace::begin(const QString& text) {
  document_.begin(text);
  selection_.select_run(0);
}

bool Workspace::open(const Place& place, QString& error) {
  if (!open(place.file, error)) return false;
  place_to_restore_ = place;
  select_after_parse_ = static_cast<std::size_t>(std::max(0, place.run));
  return true;
}

void Workspace::open_record(const QString& path) {
  emit told(tr("Opening the record …"));
  records_to_open_.push_back(path);
  open_next_record();
}

void Workspace::open_next_record() {
  if (records_to_open_.empty() || opening_.is_running()) return;
  opening_.start(
      [path = records_to_open_.takeFirst().toStdString()](std::stop_token) { return spawnpoint::open_record(path); });
}

void Workspace::take_record(SavedRecord record) {
  const std::size_t number = records_.empty() ? kFirstRecord : records_.rbegin()->first + 1;
  const RunKey key{number, record.result.world};
  runs_.adopt(key, std::make_shared<const RunResult>(record.result), document_.revision());
  record.result.trace.reset();  // It is the run's.
  records_.emplace(number, std::move(record));
  emit told({});
  align();
  emit records_changed();
  selection_.select_run(key.run);
  emit timelines_asked();
}

const SavedRecord* Workspace::record(std::size_t run) const {
  const auto there = records_.find(run);
  return there == records_.end() ? nullptr : &there->second;
}

void Workspace::close_record(std::size_t run) {
  const auto closed = records_.find(run);
  if (closed == records_.end()) return;
  runs_.forget({run, closed->second.result.world});
  records_.erase(closed);
  if (selection_.run() == run) {
    // Its neighbour to the left, as tabs have it.
    const std::vector<std::size_t> left = all_runs();
    const auto after = std::ranges::upper_bound(left, run);
    selection_.select_run(left.empty() ? 0 : after == left.begin() ? left.front() : *std::prev(after));
  }
  align();
  emit records_changed();
}

std::vector<std::size_t> Workspace::all_runs() const {
  std::vector<std::size_t> runs;
  const auto scenario = document_.scenario();
  for (std::size_t run = 0; scenario && run < scenario->runs.size(); ++run) runs.push_back(run);
  for (const auto& [number, saved] : records_) runs.push_back(number);
  return runs;
}

std::string Workspace::concurrency_of(std::size_t run) const {
  if (const SavedRecord* saved = record(run)) return saved->result.concurrency;
  const auto scenario = document_.scenario();
  return scenario && run < scenario->runs.size() ? scenario->runs[run].concurrency : std::string();
}

QString Workspace::name_of(std::size_t run) const {
  constexpr std::size_t kMost = 60;
  return name_of(run, kMost);
}

QString Workspace::full_name_of(std::size_t run) const {
  constexpr std::size_t kMost = 200;  // A label has 80 at most.
  return name_of(run, kMost);
}

QString Workspace::name_of(std::size_t run, std::size_t most) const {
  if (const SavedRecord* saved = record(run)) {
    const QString label = to_qstring(shown(saved->result.label, most));
    return saved->result.world == WorldKind::live ? tr("%1 (saved, live)").arg(label)
                                                  : tr("%1 (saved, modeled)").arg(label);
  }
  const auto scenario = document_.scenario();
  if (!scenario || run >= scenario->runs.size()) return {};
  return to_qstring(shown(shown_names(scenario->runs)[run], most));
}

QString Workspace::why_nothing() const {
  if (!document_.is_open()) return tr("Open a scenario to begin.");
  if (document_.has_errors()) return tr("The scenario has errors. The File panel shows them at their lines.");
  return tr("Reading the scenario …");
}

void Workspace::close() {
  closing_ = true;
  forget_live_wish();
  waiting_runs_.clear();
  runs_in_all_ = 0;
  advising_.cancel();
  trying_.cancel();
  foreseeing_.cancel();
  foreseen_.clear();
  foreseen_revision_ = 0;
  advised_.reset();
  suggestions_.clear();
  records_to_open_.clear();
  opening_.cancel();
  runs_.clear();
  align();
  kept_keys_.clear();
  if (!records_.empty()) {
    records_.clear();
    emit records_changed();
  }
  select_after_parse_.reset();
  before_try_.reset();
  tried_over_.clear();
  run_after_parse_ = false;
  waiting_turn_.reset();
  last_turn_.reset();
  place_to_restore_.reset();
  closing_ = false;
}

std::optional<TimeRange> Workspace::take_range_to_restore() {
  if (!place_to_restore_ || !result(WorldKind::modeled)) return std::nullopt;
  const Place place = *std::exchange(place_to_restore_, std::nullopt);
  return TimeRange{Instant(Duration(place.begin)), Instant(Duration(place.end))};
}

void Workspace::clear_recent() {
  session_.clear_recent();
  emit recent_changed();
}

void Workspace::follow_scenario(bool changed) {
  if (changed) {
    // What is left of all runs was asked of another text.
    waiting_runs_.clear();
    runs_in_all_ = 0;
    const std::size_t last = document_.scenario()->runs.size() - 1;
    take_known_results();
    following_ = true;
    if (before_try_ && before_try_->text == document_.text()) {
      if (!select_after_parse_) select_after_parse_ = before_try_->run;
      const BeforeTry before = *std::exchange(before_try_, std::nullopt);
      if (document_.settings() == before.settings_after) lay_over(before.settings);
    }
    if (record(selection_.run()) == nullptr || select_after_parse_)
      selection_.select_run(std::min(select_after_parse_.value_or(selection_.run()), last));
    select_after_parse_.reset();
    align();
  }
  emit scenario_read(changed);
  following_ = false;
  if (changed) {
    if (std::exchange(run_after_parse_, false))
      run(/*modeled=*/true, /*live=*/false);
    else
      model_if_needed();
  }
  emit scenario_followed(changed);
  turn_waiting();
}

std::vector<std::size_t> Workspace::shown_runs() const {
  std::vector<std::size_t> runs{selection_.run()};
  if (!selection_.is_side_by_side()) return runs;
  for (const std::size_t run : all_runs())
    if (run != selection_.run() && runs.size() < kMostRunsShown) runs.push_back(run);
  return runs;
}

const std::string& Workspace::present_key(RunKey key) {
  std::string& made = present_keys_[key];
  if (made.empty()) made = result_key(*document_.scenario(), key);
  return made;
}

void Workspace::take_known_results() {
  present_keys_.clear();
  const std::size_t runs = document_.scenario()->runs.size();
  for (std::size_t run = 0; run < runs; ++run) {
    for (const WorldKind world : kWorlds) {
      const RunKey key{run, world};
      // What is shown may be too large, or too partial, for the cache.
      const auto shown = runs_.result(key);
      const auto made_of = kept_keys_.find(key);
      const bool stays =
          shown && shown->error.empty() && made_of != kept_keys_.end() && made_of->second == present_key(key);
      auto known = stays ? shown : results_.find(present_key(key));
      if (!known) continue;
      kept_keys_[key] = present_key(key);
      runs_.adopt(key, std::move(known), document_.revision(), document_.scenario());
    }
  }
}

void Workspace::keep_result(RunKey key) {
  kept_keys_[key] = running_key_;
  const auto result = runs_.result(key);
  if (!result || !result->error.empty()) return;
  if (!result->stopped) results_.put(running_key_, result);
  // The text may have changed and come back meanwhile, or have changed where this run does not care.
  const auto scenario = document_.scenario();
  if (scenario && !document_.scenario_is_old() && key.run < scenario->runs.size() && present_key(key) == running_key_)
    runs_.adopt(key, result, document_.revision(), scenario);
}

bool Workspace::is_of_present_text(RunKey key) const {
  // A record is of no text.
  if (record(key.run) != nullptr) return true;
  return !document_.scenario_is_old() && runs_.revision(key) == document_.revision();
}

QString Workspace::why_old(RunKey key) const {
  const bool of_last_good_text = document_.has_errors() && runs_.revision(key) == document_.revision();
  return of_last_good_text ? tr("of the last text without errors") : tr("from before the last change");
}

QString Workspace::age_words() const {
  const bool is_old = document_.has_errors() && document_.scenario();
  return is_old ? tr("This is of the last text without errors. ") : QString();
}

KnownResults Workspace::known(std::size_t run) const {
  KnownResults all, of_present;
  const auto take = [&](WorldKind world, auto member) {
    const RunKey key{run, world};
    const auto result = runs_.result(key);
    if (!result || !result->error.empty()) return;
    all.*member = result;
    if (is_of_present_text(key)) of_present.*member = result;
  };
  take(WorldKind::modeled, &KnownResults::modeled);
  take(WorldKind::live, &KnownResults::live);
  if (of_present.modeled || of_present.live) return of_present;
  all.of_former_text = true;
  // Those of two texts say nothing of each other: the newer one counts.
  if (all.modeled && all.live) {
    const std::uint64_t modeled = runs_.revision({run, WorldKind::modeled});
    const std::uint64_t live = runs_.revision({run, WorldKind::live});
    if (modeled < live) all.modeled = nullptr;
    if (live < modeled) all.live = nullptr;
  }
  return all;
}

std::optional<bool> Workspace::fails(std::size_t run) const {
  const KnownResults results = known(run);
  if (!results.of_former_text) {
    bool ended = false;
    for (const auto& result : {results.modeled, results.live}) {
      if (!result) continue;
      if (result->failure) return true;
      ended = ended || !result->stopped;
    }
    return ended ? std::optional(false) : std::nullopt;  // One that was stopped might have failed later.
  }
  if (document_.scenario_is_old() || foreseen_revision_ != document_.revision() || run >= foreseen_.size())
    return std::nullopt;
  return foreseen_[run];
}

bool Workspace::can_align() const {
  const auto modeled = result(WorldKind::modeled), lively = result(WorldKind::live);
  return modeled && lively && modeled->failure && lively->failure;
}

void Workspace::align() {
  Duration later{};  // How much later the model is shown than the live run.
  // One that is going has no failure yet.
  const bool live_is_going = runs_.current() == RunKey{selection_.run(), WorldKind::live};
  if (can_align() && selection_.alignment() == Alignment::failure && !live_is_going)
    later = result(WorldKind::live)->failure->at - result(WorldKind::modeled)->failure->at;
  // The one that fails earlier is shown later, so that nothing lies before 0.
  selection_.set_shifts(std::max(later, Duration::zero()), std::max(-later, Duration::zero()));
}

std::vector<std::shared_ptr<const RunResult>> Workspace::recorded_results() const {
  std::vector<std::shared_ptr<const RunResult>> results;
  for (const WorldKind world : kWorlds) {
    if (auto there = result(world); there && there->trace) results.push_back(std::move(there));
  }
  return results;
}

}  // namespace spawnpoint::gui
