// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace's changes of the text: a turned knob, a suggestion, a point of the map.

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "gui/workspace/workspace.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/run/run_identity.hpp"
#include "models/scenario/edit/text_edit.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint::gui {
namespace {

/// Without the run that is tried, which comes last.
std::span<const RunSpec> own_runs(const Scenario& scenario) {
  return std::span(scenario.runs)
      .first(static_cast<std::size_t>(std::ranges::count(scenario.runs, false, &RunSpec::added)));
}

/// The models of the runs that a scenario has of its own, as its file may not write them out.
std::vector<std::string> models_of_own_runs(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const RunSpec& run : own_runs(scenario)) names.push_back(run.concurrency);
  return names;
}

/// The run that is the same as the last one but for its name.
std::optional<std::size_t> same_as_last(Scenario scenario) {
  for (RunSpec& run : scenario.runs) run.label.clear();
  const std::size_t last = scenario.runs.size() - 1;
  const std::string wanted = run_identity(scenario, last, WorldKind::modeled);
  for (std::size_t run = 0; run < last; ++run)
    if (run_identity(scenario, run, WorldKind::modeled) == wanted) return run;
  return std::nullopt;
}

bool contains(const std::vector<Setting>& settings, const std::string& key) {
  return std::ranges::find(settings, key, &Setting::key) != settings.end();
}

/// The first that is called so, by its model or its label.
std::optional<std::size_t> run_called(const std::string& name, const Scenario& scenario) {
  const auto& runs = scenario.runs;
  const auto there =
      std::ranges::find_if(runs, [&](const RunSpec& run) { return is_called(name, run.concurrency, run.label); });
  return there == runs.end() ? std::nullopt : std::optional(static_cast<std::size_t>(there - runs.begin()));
}

/// In place of the value that the key has there.
void put(std::vector<Setting>& settings, const Setting& setting) {
  const auto there = std::ranges::find(settings, setting.key, &Setting::key);
  if (there == settings.end())
    settings.push_back(setting);
  else
    there->value = setting.value;
}

}  // namespace

void Workspace::turn(const QString& key, const QString& value, int gesture) {
  waiting_turn_ = Turn{key, value, gesture};
  turn_waiting();
}

void Workspace::turn_waiting(bool patient) {
  if (!waiting_turn_ || !document_.scenario()) return;
  if (document_.has_errors()) {
    waiting_turn_.reset();
    emit told(tr("Fix the errors in the file first; then values can be changed here."));
    emit turn_refused();
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
  document_.edit(*changed, goes_on);
  last_turn_ = now;
  text_of_last_turn_ = document_.text();
  document_.parse_at_once();
}

void Workspace::advise_if_needed() {
  const RunKey key{selection_.run(), WorldKind::modeled};
  const auto scenario = document_.scenario();
  std::shared_ptr<const RunResult> about;
  if (scenario && key.run < scenario->runs.size() && is_of_present_text(key)) about = runs_.result(key);
  if (about == advised_) return;
  advised_.reset();
  advising_.cancel();
  if (!suggestions_.empty()) {
    suggestions_.clear();
    emit suggestions_changed();
  }
  if (!about || runs_.is_running()) return;  // When nothing runs any more, this is asked again.
  advised_ = about;
  ScenarioSource source{document_.text().toStdString(), document_.path().toStdString(), {}};
  source.options.settings = document_.settings();
  if (!document_.added_run().empty()) source.options.added = {document_.added_run()};
  source.options.host = [] { return this_host().machine; };
  std::vector<RunResult> known;
  for (std::size_t run = 0; run < scenario->runs.size(); ++run) {
    const RunKey other{run, WorldKind::modeled};
    if (const auto result = runs_.result(other); result && result != about && is_of_present_text(other))
      known.push_back(*result);
  }
  advising_.start([source = std::move(source), about, known = std::move(known),
                   label = scenario->runs[key.run].label](const std::stop_token& stop) {
    AdviceOptions options;
    options.stop = stop;
    options.known = known;
    options.real_time = kPatienceForAdvice;
    return advise(source, label, *about, options);
  });
}

void Workspace::try_suggestion(const Suggestion& suggestion) {
  const auto scenario = document_.scenario();
  if (!scenario || scenario->runs.empty()) return;
  TriedText tried{.before = document_.text(), .settings_before = document_.settings()};
  tried.settings = tried.settings_before;
  std::vector<Setting> of_run;
  for (const Setting& setting : suggestion.set) {
    if (!is_run_setting(setting.key)) {
      put(tried.settings, setting);
      continue;
    }
    of_run.push_back(setting);
    // A value that is tried for all runs would hold for one that is added, too: it is the selected run's from here on.
    const auto general = std::ranges::find(tried.settings, setting.key, &Setting::key);
    if (general == tried.settings.end()) continue;
    const Setting own{key_of_run(selection_.run(), setting.key.substr(4)), general->value};
    tried.settings.erase(general);
    put(tried.settings, own);
  }
  if (const auto there = run_called(suggestion.concurrency, *scenario); there && of_run.empty()) {
    tried.same = there;
    return take_tried(tried);
  }
  tried.run = own_runs(*scenario).size();
  const std::string text =
      with_run(document_.text().toStdString(), suggestion.concurrency, of_run, models_of_own_runs(*scenario));
  tried.text = to_qstring(text);
  ParseOptions options;
  options.settings = tried.settings;
  options.host = [] { return this_host().machine; };
  trying_.start([tried, text, file = document_.path().toStdString(),
                 options = std::move(options)](const std::stop_token&) mutable {
    auto parsed = parse_scenario(text, file, options);
    if (parsed.scenario) tried.same = same_as_last(*std::move(parsed.scenario));
    return tried;
  });
}

QString Workspace::trying_words(const Suggestion& suggestion) const {
  const auto scenario = document_.scenario();
  if (!scenario) return {};
  const auto there = run_called(suggestion.concurrency, *scenario);
  const std::string& model = there ? scenario->runs[*there].concurrency : suggestion.concurrency;
  QStringList of_run{QStringLiteral("concurrency = \"%1\"").arg(to_qstring(model))}, over;
  for (const Setting& setting : suggestion.set) {
    const QString key = to_qstring(setting.key);
    if (is_run_setting(setting.key))
      of_run += QStringLiteral("%1 = %2").arg(key.section('.', -1), to_qstring(setting.value));
    else if (document_.setting(key) != to_qstring(setting.value))
      over += QStringLiteral("%1 = %2").arg(key, to_qstring(setting.value));
  }
  QStringList words;
  if (!there || of_run.size() > 1)
    words += tr("Adds a run to the text, unless it has this one: %1").arg(of_run.join(QStringLiteral(", ")));
  else if (*there != selection_.run())
    words += tr("Selects the run %1").arg(name_of(*there));
  if (!over.isEmpty()) words += tr("Tries without changing the text: %1").arg(over.join(QStringLiteral(", ")));
  return words.join('\n');
}

void Workspace::take_tried(const TriedText& tried) {
  // Whoever has changed something meanwhile wants something else.
  if (document_.text() != tried.before || document_.settings() != tried.settings_before) return;
  lay_over(tried.settings);
  const BeforeTry before{tried.before, selection_.run(), tried.settings_before, document_.settings()};
  if (tried.same) {
    selection_.select_run(*tried.same);
    tried_over_.push_back({before, *tried.same});
    emit this->tried();
    return;
  }
  select_after_parse_ = tried.run;
  before_try_ = before;
  document_.edit(tried.text);
}

void Workspace::lay_over(const std::vector<Setting>& settings) {
  const std::vector<Setting> present = document_.settings();
  for (const Setting& old : present)
    if (!contains(settings, old.key)) document_.set_setting(to_qstring(old.key), std::nullopt);
  for (const Setting& setting : settings)
    if (std::ranges::find(present, setting) == present.end())
      document_.set_setting(to_qstring(setting.key), to_qstring(setting.value));
}

bool Workspace::can_take_back() const {
  if (tried_over_.empty()) return false;
  const auto& [before, run] = tried_over_.back();
  if (document_.text() != before.text || !std::ranges::is_permutation(document_.settings(), before.settings_after))
    return false;
  // What only selected a run is over once the user has selected another one.
  return before.settings != before.settings_after || (run != before.run && selection_.run() == run);
}

void Workspace::take_back() {
  if (!can_take_back()) return;
  const BeforeTry before = tried_over_.back().before;
  tried_over_.pop_back();
  lay_over(before.settings);
  if (document_.scenario_is_old()) {
    select_after_parse_ = before.run;
    document_.parse_at_once();
  } else {
    selection_.select_run(before.run);
  }
  emit tried();
}

void Workspace::open_run(const std::vector<Setting>& settings, const RunSpec& spec) {
  const auto scenario = document_.scenario();
  if (!scenario || document_.scenario_is_old()) return;
  for (const Setting& setting : settings) {
    const QString key = to_qstring(setting.key), value = to_qstring(setting.value);
    // What the text says already need not be said again.
    const bool in_text = with_value(document_.text(), key, value) == document_.text();
    document_.set_setting(key, in_text ? std::nullopt : std::optional(value));
  }
  const std::span<const RunSpec> own = own_runs(*scenario);
  auto there = std::ranges::find(own, spec.label, &RunSpec::label);
  if (there == own.end()) there = std::ranges::find(own, spec.concurrency, &RunSpec::concurrency);
  const auto run = static_cast<std::size_t>(there - own.begin());
  document_.set_added_run(there == own.end() ? spec.concurrency : std::string());
  emit timelines_asked();
  if (document_.scenario_is_old()) {
    select_after_parse_ = run;
    run_after_parse_ = true;
    document_.parse_at_once();
    return;
  }
  // The very scenario that is open.
  selection_.select_run(run);
  this->run(/*modeled=*/true, /*live=*/false);
}

void Workspace::write_settings() {
  const auto scenario = document_.scenario();
  if (!scenario || document_.scenario_is_old()) return;
  QString words = document_.text();
  if (const std::string added = document_.added_run(); !added.empty()) {
    words = to_qstring(with_run(words.toStdString(), added, {}, models_of_own_runs(*scenario)));
    document_.set_added_run({});
  }
  for (const Setting& setting : std::vector(document_.settings())) {
    const QString key = to_qstring(setting.key);
    auto changed = with_value(words, key, to_qstring(setting.value));
    if (!changed) continue;
    words = *std::move(changed);
    document_.set_setting(key, std::nullopt);
  }
  const bool all = !document_.has_settings();
  document_.edit(words);
  document_.parse_at_once();
  if (!all) emit told(tr("Some values cannot be written into the text; they still override it."));
}

}  // namespace spawnpoint::gui
