// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's runs: what starts one, from the keys to a turned knob, and which results are known already.
#include "gui/window/main_window.hpp"

#include <QTabWidget>
#include <QTimer>
#include <algorithm>
#include <utility>

#include "gui/compare/compare_page.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/window/status_line.hpp"

namespace spawnpoint::gui {
namespace {

/// More jobs than this are not modeled unasked: it would take seconds and hundreds of megabytes.
constexpr std::int64_t kModelUnasked = 2'000'000;

QString text(const std::string& words) {
  return QString::fromStdString(words);
}

}  // namespace

void MainWindow::run(bool modeled, bool live) {
  const auto scenario = document_.scenario();
  if (!scenario || scenario->runs.empty()) return;
  pages_->setCurrentWidget(compare_);
  forget_live_wish();
  const RunRequest request{
      scenario, document_.revision(), std::min(compare_->selected_run(), scenario->runs.size() - 1), modeled,
      live,     /*uncapped=*/false};
  if (!live) {
    runs_.start(request);
    return;
  }
  // What it would take is computed in the background: it may read all of /proc.
  status_->show_words(tr("Asking what the live run would take …"));
  estimating_.start(
      [request](std::stop_token) { return LiveWish{request, estimate_live(*request.scenario, request.run)}; });
}

void MainWindow::forget_live_wish() {
  ++wishes_;
  estimating_.cancel();
}

void MainWindow::start_live(LiveWish wish) {
  if (is_risky(wish.estimate)) {
    const std::uint64_t asked = wishes_;
    const LiveAnswer answer = questions_.live(this, wish.estimate);
    // Something else was opened or started while the question stood.
    if (asked != wishes_) return;
    if (answer == LiveAnswer::cancel) {
      show_status();
      return;
    }
    wish.request.uncapped = answer == LiveAnswer::run_uncapped;
  }
  runs_.start(wish.request);
}

void MainWindow::model_if_needed() {
  const auto scenario = document_.scenario();
  if (!scenario || document_.scenario_is_old() || compare_->selected_run() >= scenario->runs.size()) return;
  if (scenario->jobs.count > kModelUnasked) return;
  // The selected run first; those beside it follow one by one.
  const std::vector<std::size_t> shown = compare_->shown_runs();
  const auto wanted = std::ranges::find_if(shown, [&](std::size_t run) {
    const RunKey key{run, WorldKind::modeled};
    return run < scenario->runs.size() && !(runs_.revision(key) == document_.revision() && runs_.result(key));
  });
  if (wanted == shown.end()) return;
  // A live run is never interrupted by what nobody asked for.
  if (const auto current = runs_.current(); current && current->world == WorldKind::live) return;
  runs_.start({scenario, document_.revision(), *wanted, /*modeled=*/true, /*live=*/false, /*uncapped=*/false});
}

void MainWindow::take_known_results() {
  const auto scenario = document_.scenario();
  results_key_ = cache_key(*scenario, document_.text(), document_.settings());
  bool some = false;
  for (std::size_t run = 0; run < scenario->runs.size(); ++run) {
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
      if (auto known = results_.find(results_key_, {run, world})) {
        runs_.adopt({run, world}, std::move(known), document_.revision());
        some = true;
      }
    }
  }
  if (!some) return;
  compare_->show_results();
  job_table_->refresh();
  show_job();
  restore_range();
}

void MainWindow::keep_result(RunKey key) {
  const auto result = runs_.result(key);
  // A partial one, or one of an older text, would be taken for this text's.
  if (!result || !result->error.empty() || result->stopped || document_.scenario_is_old() ||
      runs_.revision(key) != document_.revision())
    return;
  results_.put(results_key_, key, result);
}

void MainWindow::turn(const QString& key, const QString& value, int gesture) {
  waiting_turn_ = Turn{key, value, gesture};
  turn_waiting();
}

void MainWindow::turn_waiting(bool patient) {
  if (!waiting_turn_ || !document_.scenario()) return;
  if (document_.error_count() > 0) {
    waiting_turn_.reset();
    status_->show_words(tr("The text has mistakes: mend them first, then values can be changed here."));
    return;
  }
  if (document_.scenario_is_old()) {
    document_.parse_at_once();
    return;  // The parser's answer comes back here.
  }
  if (const auto current = runs_.current(); current && current->world == WorldKind::modeled) {
    if (patient) {
      if (!turn_patience_.isActive()) turn_patience_.start();
      return;
    }
  }
  turn_patience_.stop();
  const Turn now = *std::exchange(waiting_turn_, std::nullopt);
  const auto changed = with_value(document_.text(), now.key, now.value);
  if (!changed) {
    // The text has it in a form that cannot be rewritten: it goes over the file.
    document_.set_setting(now.key, now.value);
    document_.parse_at_once();
    return;
  }
  document_.set_setting(now.key, std::nullopt);
  const bool goes_on = now.gesture != kNoGesture && last_turn_ && last_turn_->key == now.key &&
                       last_turn_->gesture == now.gesture && text_of_last_turn_ == document_.text();
  file_->replace_text(*changed, goes_on);
  last_turn_ = now;
  text_of_last_turn_ = document_.text();
  document_.parse_at_once();
}

void MainWindow::try_suggestion(const Suggestion& suggestion) {
  const auto scenario = document_.scenario();
  if (!scenario || scenario->runs.empty()) return;
  bool wants_own_run = false;
  for (const std::string& setting : suggestion.settings) {
    const auto parsed = parse_setting(setting);
    if (!parsed) continue;
    if (is_run_setting(parsed->key)) {
      wants_own_run = true;
    } else {
      document_.set_setting(text(parsed->key), text(parsed->value));
    }
  }
  const auto& runs = scenario->runs;
  const auto there = std::find_if(runs.begin(), runs.end(),
                                  [&](const RunSpec& run) { return run.concurrency == suggestion.concurrency; });
  if (suggestion.concurrency.empty() || (there != runs.end() && !wants_own_run)) {
    if (there != runs.end()) compare_->select_run(static_cast<std::size_t>(there - runs.begin()));
    return;
  }
  select_after_parse_ = runs.size();
  std::vector<std::string> implied;
  for (const RunSpec& run : runs) implied.push_back(run.concurrency);
  file_->replace_text(with_run(document_.text(), suggestion, implied));
}

/// The point's values go into the text, where they can be undone; what cannot be written there goes over it.
void MainWindow::open_point(const MapItem& item) {
  const auto scenario = document_.scenario();
  const auto result = map_->sweep().result();
  if (!scenario || !result || document_.scenario_is_old()) return;
  QString words = document_.text();
  for (const Setting& setting : item.settings) {
    const QString key = text(setting.key), value = text(setting.value);
    if (auto changed = with_value(words, key, value)) {
      words = *std::move(changed);
      document_.set_setting(key, std::nullopt);
    } else {
      document_.set_setting(key, value);
    }
  }
  const RunSpec& spec = result->plan.scenario().runs[item.run];
  const auto& runs = scenario->runs;
  auto there = std::ranges::find(runs, spec.label, &RunSpec::label);
  if (there == runs.end()) there = std::ranges::find(runs, spec.concurrency, &RunSpec::concurrency);
  std::size_t run = static_cast<std::size_t>(there - runs.begin());
  if (there == runs.end()) {
    std::vector<std::string> implied;
    for (const RunSpec& other : runs) implied.push_back(other.concurrency);
    words = with_run(words, Suggestion{.label = {}, .concurrency = spec.concurrency, .settings = {}}, implied);
    run = runs.size();
  }
  // Only what the map varies anyway has changed: it stays.
  map_->keep_over_next_change();
  if (words != document_.text()) file_->replace_text(words);
  pages_->setCurrentWidget(compare_);
  if (document_.scenario_is_old()) {
    select_after_parse_ = run;
    run_after_parse_ = true;
    return;
  }
  // The very scenario that is open.
  compare_->select_run(run);
  this->run(/*modeled=*/true, /*live=*/false);
}

}  // namespace spawnpoint::gui
