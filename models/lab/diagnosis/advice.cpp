// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/advice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "models/concurrency/registry.hpp"
#include "models/document/document.hpp"
#include "models/lab/diagnosis/bottleneck.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/settings.hpp"
#include "models/workload/steps.hpp"

namespace spawnpoint {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMost = 3;
/// Faster by less is not worth a change.
constexpr double kBetter = 0.95;
/// A pool that is slower by no more than this is as good, if it is smaller.
constexpr double kAsGood = 1.01;
/// One that takes this many times as long as the best is no alternative to it.
constexpr double kMuchSlower = 10;
constexpr std::int64_t kLargestPool = 1'000'000;

struct Candidate {
  std::string name;  ///< For people.
  std::string concurrency;
  std::vector<Setting> set;
};

struct Outcome {
  std::int64_t completed = 0;
  Duration wall{};
};

/// The settings that the document gives to a run, but not its name, model and size.
struct OwnSettings {
  std::vector<Setting> of_run;  ///< As `run.KEY`.
  std::string steps;            ///< `jobs.steps` with every blocking call replaced by a timer; empty: none blocks.
};

class Adviser {
 public:
  Adviser(ScenarioSource source, const std::string& run, const RunResult& modeled, const AdviceOptions& options)
      : source_(std::move(source)),
        base_(modeled),
        stop_(options.stop),
        deadline_(Clock::now() + std::max(options.time, modeled.compute)) {
    // However often it is read, it is the same host.
    if (source_.options.host)
      source_.options.host = [read = source_.options.host, host = std::make_shared<std::optional<Machine>>()] {
        if (!*host) *host = read();
        return **host;
      };
    source_.options.one_point = true;
    const auto scenario = read({}, {});
    if (!scenario) return;
    const auto spec = std::ranges::find(scenario->runs, run, &RunSpec::label);
    if (spec == scenario->runs.end()) return;
    spec_ = *spec;
    blocks_ = has_step(*scenario, JobState::blocked);
    cpus_ = scenario->machine.cpus;
    own_ = own_settings(run);
  }

  std::vector<Suggestion> suggestions() {
    if (!spec_) return {};
    using enum JobsRun;
    for (const JobsRun kind : {as_tasks, in_a_pool, on_own_threads}) try_models(kind);
    try_timer();
    // Better than nothing, where nothing else goes.
    if (found_.empty()) try_models(one_at_a_time);
    std::ranges::stable_sort(found_, {}, &Suggestion::wall);
    if (!found_.empty())
      std::erase_if(found_, [best = to_seconds(found_.front().wall)](const Suggestion& one) {
        return to_seconds(one.wall) > kMuchSlower * best;
      });
    if (found_.size() > kMost) found_.resize(kMost);
    return std::move(found_);
  }

 private:
  std::optional<Scenario> read(const std::vector<std::string>& concurrency, const std::vector<Setting>& set) const {
    ParseOptions options = source_.options;
    if (!concurrency.empty()) options.concurrency = concurrency;
    options.settings.insert(options.settings.end(), set.begin(), set.end());
    return parse_scenario(source_.text, source_.file, options).scenario;
  }

  OwnSettings own_settings(const std::string& run) const {
    OwnSettings own;
    Diagnostics out;
    auto root = parse_document(out.add_source(source_.file, source_.text), out);
    if (!root) return own;
    Node& list = run_list(*root);
    add_missing_runs(*root, source_.options.added, out);
    add_missing_runs(*root, source_.options.concurrency, out);
    for (const Setting& setting : source_.options.settings)
      apply_setting(*root, setting, source_.options.concurrency, out);
    const std::vector<std::string> labels = run_labels(list);
    const auto at = std::ranges::find(labels, run);
    if (at == labels.end()) return own;
    for (const Node::Entry& entry : list.items[static_cast<std::size_t>(at - labels.begin())].entries) {
      if (entry.key == "concurrency" || entry.key == "label" || entry.key == "threads") continue;
      own.of_run.push_back({"run." + entry.key, setting_text(entry.value)});
    }
    own.steps = with_timers(*root);
    return own;
  }

  static std::string with_timers(const Node& root) {
    const Node::Entry* jobs = root.find("jobs");
    const Node::Entry* steps = jobs == nullptr ? nullptr : jobs->value.find("steps");
    if (steps == nullptr) return {};
    Node changed = steps->value;
    bool any = false;
    for (Node& step : changed.items) {
      for (Node::Entry& entry : step.entries) {
        if (entry.key != traits_of(StepKind::block).name) continue;
        entry.key = traits_of(StepKind::sleep).name;
        any = true;
      }
    }
    return any ? setting_text(changed) : std::string();
  }

  /// The run of another model has this one's own settings where it is of the same kind, on threads or async; else the
  /// runtime is another one, and they are of no use to it.
  std::vector<Setting> kept_for(const ConcurrencyModel& model) const {
    const ConcurrencyModel* own = find_concurrency_model(spec_->concurrency);
    return own != nullptr && own->async == model.async ? own_.of_run : std::vector<Setting>();
  }

  bool is_time_up() const { return stop_.stop_requested() || Clock::now() >= deadline_; }

  /// Nothing where it cannot be computed in the time, or not everything would be done.
  std::optional<Outcome> outcome_of(const Candidate& candidate) const {
    if (is_time_up()) return std::nullopt;
    const auto scenario = read({candidate.concurrency}, candidate.set);
    if (!scenario) return std::nullopt;
    std::optional<Outcome> outcome;
    for (std::size_t i = 0; i < scenario->runs.size(); ++i) {
      std::stop_source stop;
      RunOptions options;
      options.record = false;
      options.stop = stop.get_token();
      options.progress = [&](const Progress&) {
        if (is_time_up()) stop.request_stop();
      };
      const RunResult result = run_modeled(*scenario, i, options);
      if (result.stopped || result.failure || !result.error.empty() || result.completed < result.jobs)
        return std::nullopt;
      // Several runs of one name must all keep the promise.
      if (outcome && outcome->wall != result.wall) return std::nullopt;
      outcome = Outcome{result.completed, result.wall};
    }
    return outcome;
  }

  bool helps(const Outcome& outcome) const {
    if (base_.failure || base_.completed < base_.jobs) return true;
    return to_seconds(outcome.wall) < kBetter * to_seconds(base_.wall);
  }

  void take(const Candidate& candidate, const std::optional<Outcome>& outcome) {
    if (!outcome || !helps(*outcome)) return;
    found_.push_back({fmt::format("{}: {}", candidate.name, format_duration(outcome->wall)), candidate.concurrency,
                      candidate.set, outcome->completed, outcome->wall});
  }

  /// The best of the models whose jobs run like this.
  void try_models(JobsRun kind) {
    std::optional<Candidate> best;
    std::optional<Outcome> least;
    for (const ConcurrencyModel& model : concurrency_models()) {
      if (model.jobs_run != kind) continue;
      // A blocking call holds the executor's thread, and with it every other job. Async, one at a time, is a mistake.
      if (model.async && (blocks_ || kind == JobsRun::one_at_a_time)) continue;
      if (model.name == spec_->concurrency && !model.takes_threads) continue;
      Candidate candidate{std::string(model.title), std::string(model.name), kept_for(model)};
      const auto outcome = model.takes_threads ? best_size(model, candidate) : outcome_of(candidate);
      if (!outcome || (least && outcome->wall >= least->wall)) continue;
      least = outcome;
      best = std::move(candidate);
    }
    if (best) take(*best, least);
  }

  /// The smallest pool that is as good as the best one: from the largest that the limits allow downwards.
  std::optional<Outcome> best_size(const ConcurrencyModel& model, Candidate& candidate) const {
    const auto scenario = read({candidate.concurrency}, candidate.set);
    if (!scenario || scenario->runs.empty()) return std::nullopt;
    const LimitLadder ladder = limit_ladder(scenario->machine, scenario->runs.front().runtime);
    const std::int64_t largest = std::min({ladder.threads, scenario->jobs.count, kLargestPool});
    std::optional<Outcome> best, chosen;
    std::int64_t size_chosen = 0;
    const auto try_size = [&](std::int64_t size) {
      Candidate sized = candidate;
      sized.set.push_back({"run.threads", std::to_string(size)});
      const auto outcome = outcome_of(sized);
      if (!outcome) return false;
      if (!best || outcome->wall < best->wall) best = outcome;
      if (to_seconds(outcome->wall) > kAsGood * to_seconds(best->wall)) return false;
      if (chosen && size >= size_chosen && to_seconds(chosen->wall) <= kAsGood * to_seconds(best->wall)) return true;
      chosen = outcome;
      size_chosen = size;
      return true;
    };
    bool worked = false;
    for (std::int64_t size = largest; size >= 1; size /= 2) {
      const bool good = try_size(size);
      if (worked && !good) break;
      worked = worked || good;
    }
    if (cpus_ < largest) try_size(cpus_);
    if (!chosen) return std::nullopt;
    // The very pool that there is.
    if (spec_->concurrency == model.name && spec_->threads == size_chosen) return std::nullopt;
    candidate.set.push_back({"run.threads", std::to_string(size_chosen)});
    candidate.name = fmt::format(fmt::runtime(model.title_with_threads), format_count(size_chosen), model.title);
    return chosen;
  }

  void try_timer() {
    const ConcurrencyModel* model = find_concurrency_model(spec_->concurrency);
    if (model == nullptr || !model->async || own_.steps.empty()) return;
    const Candidate candidate{"A timer instead of the blocking call", spec_->label, {{"jobs.steps", own_.steps}}};
    take(candidate, outcome_of(candidate));
  }

  ScenarioSource source_;
  const RunResult& base_;
  std::stop_token stop_;
  Clock::time_point deadline_;
  std::optional<RunSpec> spec_;
  OwnSettings own_;
  bool blocks_ = false;
  std::int64_t cpus_ = 1;
  std::vector<Suggestion> found_;
};

}  // namespace

std::vector<Suggestion> advise(const ScenarioSource& source, const std::string& run, const RunResult& modeled,
                               const AdviceOptions& options) {
  if (modeled.stopped || !modeled.error.empty()) return {};
  return Adviser(source, run, modeled, options).suggestions();
}

std::string to_text(const Setting& setting) {
  return setting.key + '=' + setting.value;
}

}  // namespace spawnpoint
