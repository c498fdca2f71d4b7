// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/advice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "core/memory/reserve.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/units.hpp"
#include "models/lab/diagnosis/bottleneck.hpp"
#include "models/lab/diagnosis/pool_size.hpp"
#include "models/lab/diagnosis/runs_of_text.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/run/run_identity.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/run_names.hpp"
#include "models/scenario/run_threads.hpp"
#include "models/scenario/settings.hpp"
#include "models/workload/steps.hpp"
#include "models/world/real_time.hpp"

namespace spawnpoint {
namespace {

constexpr std::size_t kMost = 3;
/// Faster by less is not worth a change.
constexpr double kBetter = 0.95;
/// One of a round number of workers may take so much longer than the best.
constexpr double kAsGoodIfRound = 1.02;
/// One that takes this many times as long as the best is no alternative to it.
constexpr double kMuchSlower = 10;
/// Work: what it takes to read the text of a candidate.
constexpr std::uint64_t kWorkOfReading = 4000;
/// The stacks that are tried where a smaller one may help: as programs set them.
constexpr Bytes kStacks[] = {Bytes{8 << 20},   Bytes{4 << 20},   Bytes{2 << 20},  Bytes{1 << 20},  Bytes{512 << 10},
                             Bytes{256 << 10}, Bytes{128 << 10}, Bytes{64 << 10}, Bytes{32 << 10}, kSmallestStack};

struct Candidate {
  std::string name;  ///< For people.
  std::string model;
  std::string concurrency;  ///< What it is asked for by.
  std::vector<Setting> set;
  std::optional<std::int64_t> threads;  ///< The size that the file gives its pool.
};

struct Outcome {
  std::int64_t completed = 0;
  Duration wall{};
};

/// The settings of a run, with these in place of those of the same keys.
std::vector<Setting> overlaid(std::vector<Setting> of_run, const std::vector<Setting>& with) {
  for (const Setting& setting : with) {
    std::erase_if(of_run, [&](const Setting& other) { return other.key == setting.key; });
    of_run.push_back(setting);
  }
  return of_run;
}

class Adviser {
 public:
  Adviser(ScenarioSource source, const std::string& run, const RunResult& modeled, const AdviceOptions& options)
      : source_(std::move(source)), base_(modeled), stop_(options.stop) {
    base_.trace.reset();
    // Of what the run itself took, some is left for reading the text again and again.
    work_left_ = std::max(options.work, work_of(modeled) / 3 * 2);
    if (options.real_time) end_ = thread_cpu_time() + std::max(*options.real_time, modeled.compute);
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
    cpus_ = usable_cpus(scenario->machine);
    std::tie(least_useful_, most_useful_) = useful_workers(*scenario, spec_->scheduling.policy);
    runs_ = runs_of_text(source_, run, *scenario);
    source_.options.settings = lasting_settings(source_);
    note_known(*scenario, options.known);
    const auto index = static_cast<std::size_t>(spec - scenario->runs.begin());
    if (base_.beside_live) model_alone(*scenario, index);
    if (!base_.beside_live) known_[identity_of(*scenario, index)] = base_;
  }

  std::vector<Suggestion> suggestions() {
    if (!spec_) return {};
    using enum JobsRun;
    // What takes least to compute comes first.
    try_models(as_tasks);
    try_timer();
    try_stack();
    // Not so much that nothing is left for the pools.
    work_kept_ = work_left_ / 2;
    const bool all = try_models(on_own_threads);
    work_kept_ = 0;
    try_models(in_a_pool);
    if (!all) try_models(on_own_threads);
    // Better than nothing, where nothing else goes.
    if (found_.empty() && !cut_short_) try_models(one_at_a_time);
    std::ranges::stable_sort(found_, {}, &Suggestion::wall);
    if (!found_.empty())
      // What mends the very run stays, however fast another one would be.
      std::erase_if(found_, [this, best = to_seconds(found_.front().wall)](const Suggestion& one) {
        return one.concurrency != runs_.run.name && to_seconds(one.wall) > kMuchSlower * best;
      });
    if (found_.size() > kMost) found_.resize(kMost);
    return std::move(found_);
  }

 private:
  static std::uint64_t work_of(const RunResult& result) {
    return std::max(result.work, result.events) + static_cast<std::uint64_t>(std::max<std::int64_t>(result.jobs, 0));
  }

  /// So many would be busy, if nothing kept them from it, and no more than so many could be: by what the cores can
  /// compute of the jobs, and by what comes meanwhile.
  static std::pair<std::int64_t, std::int64_t> useful_workers(const Scenario& scenario, Policy policy) {
    constexpr double kAmple = 4;
    const Demand demand = demand_of(scenario, policy);
    double busy = static_cast<double>(concurrency::kMostWorkers);
    double most = busy;
    if (demand.computing > 0) {
      busy = std::min(busy,
                      demand.own / least_time(scenario.machine, quota_of(scenario.machine, policy), demand.computing));
      most = std::min(most, kAmple * busy);
    }
    if (demand.last_arrival > Duration::zero()) {
      const double come = demand.own / to_seconds(demand.last_arrival);  // Little's law
      busy = std::min(busy, come + std::sqrt(come));
      most = std::min(most, kAmple * (come + 4 * std::sqrt(come) + 4));
    }
    const std::int64_t cpus = usable_cpus(scenario.machine);
    return {std::max(static_cast<std::int64_t>(std::ceil(busy)), cpus),
            std::max(static_cast<std::int64_t>(most), cpus)};
  }

  Duration time_left() const { return end_ ? *end_ - thread_cpu_time() : Duration::max(); }

  std::optional<Scenario> read(const std::vector<std::string>& concurrency, const std::vector<Setting>& set) const {
    ParseOptions options = source_.options;
    if (!concurrency.empty()) options.concurrency = concurrency;
    options.settings.insert(options.settings.end(), set.begin(), set.end());
    return parse_scenario(source_.text, source_.file, options).scenario;
  }

  /// By what each follows from. The label has no say in it, as a candidate may be called otherwise.
  static std::string identity_of(Scenario scenario, std::size_t run) {
    scenario.runs[run].label.clear();
    scenario.runs[run].threads = settings_of(scenario, run).threads;
    const ConcurrencyModel* model = find_concurrency_model(scenario.runs[run].concurrency);
    if (model == nullptr || !model->takes_threads) scenario.runs[run].threads.reset();
    return run_identity(scenario, run, WorldKind::modeled);
  }

  void note_known(const Scenario& scenario, std::span<const RunResult> known) {
    for (const RunResult& result : known) {
      const auto run = std::ranges::find(scenario.runs, result.label, &RunSpec::label);
      if (run == scenario.runs.end() || result.beside_live || result.stopped || !result.error.empty()) continue;
      known_[identity_of(scenario, static_cast<std::size_t>(run - scenario.runs.begin()))] = result;
    }
  }

  /// The run as it is without a live one beside it, where that can be computed.
  void model_alone(const Scenario& scenario, std::size_t run) {
    work_left_ += work_of(base_);
    if (auto alone = result_of(scenario, run)) base_ = *std::move(alone);
  }

  /// What people read of a run of the file.
  std::string shown_name_of(const RunOfText& run) const {
    const auto scenario = read({}, {});
    if (!scenario) return run.name;
    const auto there = std::ranges::find_if(scenario->runs, [&](const RunSpec& one) {
      return one.concurrency == run.model && is_called(run.name, one.concurrency, one.label);
    });
    if (there == scenario->runs.end()) return run.name;
    return shown_name(*scenario, static_cast<std::size_t>(there - scenario->runs.begin()));
  }

  /// "runtime = rust-std": what makes a run that the file does not have.
  static std::string words_of(const std::vector<Setting>& set) {
    std::string words;
    for (const Setting& setting : set) {
      std::string_view value = setting.value;
      if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      words +=
          fmt::format("{}{} = {}", words.empty() ? "" : ", ", setting.key.substr(setting.key.rfind('.') + 1), value);
    }
    return words;
  }

  /// The runs of a model that can be asked for, this one first; where the file has none, the one that is added then.
  /// Each has this run's own settings where it is of the same kind, on threads or async; else the runtime is another
  /// one, and they are of no use to it.
  std::vector<Candidate> runs_of(const ConcurrencyModel& model) const {
    const ConcurrencyModel* own = find_concurrency_model(spec_->concurrency);
    const auto kept = own != nullptr && own->async == model.async ? runs_.run.own : std::vector<Setting>();
    std::vector<Candidate> runs;
    for (const RunOfText& run : runs_.file) {
      if (run.model != model.name) continue;
      const bool is_this = run.name == runs_.run.name;
      // Another run of the very model differs in just those settings.
      const bool as_it_is = !is_this && !model.takes_threads && run.model == spec_->concurrency;
      auto set = as_it_is ? std::vector<Setting>() : overlaid(run.own, kept);
      // One that has a name of its own is another run of the file, with settings of its own.
      const bool is_named = !is_this && run.name != run.model;
      std::string name(model.title);
      if (is_named)
        name += fmt::format(" ({})",
                            as_it_is || std::ranges::is_permutation(set, run.own) ? shown_name_of(run) : words_of(set));
      runs.insert(is_this ? runs.begin() : runs.end(),
                  {std::move(name), run.model, run.name, std::move(set), run.threads});
    }
    if (runs.empty())
      runs.push_back({std::string(model.title), std::string(model.name), std::string(model.name), kept, {}});
    return runs;
  }

  std::optional<RunResult> result_of(const Scenario& scenario, std::size_t run) {
    const std::string identity = identity_of(scenario, run);
    if (const auto known = known_.find(identity); known != known_.end()) return known->second;
    if (over_ || must_end()) return std::nullopt;
    const std::uint64_t allowed = work_left_ - std::min(work_kept_, work_left_);
    const auto vain = vain_.find(identity);
    const bool was_vain = vain != vain_.end() && allowed <= vain->second;
    const auto jobs = static_cast<std::uint64_t>(scenario.jobs.count);
    const Duration left = time_left();
    if (scenario.jobs.count > kMostStoppable || jobs >= allowed || was_vain || left <= Duration::zero()) {
      over_ = true;
      return std::nullopt;
    }
    RunOptions options;
    options.record = false;
    options.stop = stop_;
    options.budget.work = allowed - jobs;
    if (end_) options.budget.real_time = left;
    RunResult result = run_modeled(scenario, run, options);
    work_left_ -= std::min(work_of(result), work_left_);
    if (result.stopped) {
      vain_[identity] = allowed;
      over_ = true;
      return std::nullopt;
    }
    return result;
  }

  /// Nobody wants to know any more, or there is no memory left to find it out.
  bool must_end() const { return stop_.stop_requested() || MemoryReserve::taken() != reserve_taken_; }

  /// Nothing where it cannot be computed, or not everything would be done.
  std::optional<Outcome> outcome_of(const Candidate& candidate, std::int64_t most_jobs = kMostJobs) {
    if (must_end()) return std::nullopt;
    auto scenario = read({candidate.concurrency}, candidate.set);
    work_left_ -= std::min(kWorkOfReading, work_left_);
    if (!scenario) return std::nullopt;
    scenario->jobs.count = std::min(scenario->jobs.count, most_jobs);
    std::optional<Outcome> outcome;
    for (std::size_t i = 0; i < scenario->runs.size(); ++i) {
      // A run of another model may be called so.
      if (scenario->runs[i].concurrency != candidate.model) return std::nullopt;
      const auto result = result_of(*scenario, i);
      if (!result || result->failure || !result->error.empty() || result->completed < result->jobs) return std::nullopt;
      // Several runs of one name must all keep the promise.
      if (outcome && outcome->wall != result->wall) return std::nullopt;
      outcome = Outcome{result->completed, result->wall};
    }
    return outcome;
  }

  bool helps(const Outcome& outcome) const {
    if (base_.failure || base_.completed < base_.jobs) return true;
    return to_seconds(outcome.wall) < kBetter * to_seconds(base_.wall);
  }

  void take(const Candidate& candidate, const std::optional<Outcome>& outcome) {
    if (!outcome || !helps(*outcome)) return;
    // A kind of model may be tried again.
    if (std::ranges::any_of(found_, [&](const Suggestion& one) {
          return one.concurrency == candidate.concurrency && one.set == candidate.set;
        }))
      return;
    found_.push_back({fmt::format("{}: {}", candidate.name, format_duration(outcome->wall)), candidate.concurrency,
                      candidate.set, outcome->completed, outcome->wall});
  }

  /// The best of the models whose jobs run like this. False: not all that there is could be tried.
  bool try_models(JobsRun kind) {
    std::optional<Candidate> best;
    std::optional<Outcome> least;
    over_ = false;
    for (const ConcurrencyModel& model : concurrency_models()) {
      if (model.jobs_run != kind) continue;
      // A blocking call holds the executor's thread, and with it every other job. Async, one at a time, is a mistake.
      if (model.async && (blocks_ || kind == JobsRun::one_at_a_time)) continue;
      for (Candidate& candidate : runs_of(model)) {
        // The very run. A pool may be of another size.
        if (candidate.concurrency == runs_.run.name && !model.takes_threads) continue;
        const auto outcome = model.takes_threads ? best_size(model, candidate) : outcome_of(candidate);
        if (!outcome) continue;
        if (!least || outcome->wall < least->wall) {
          least = outcome;
          best = std::move(candidate);
        }
        break;
      }
    }
    if (best && !must_end()) take(*best, least);
    return !over_;
  }

  /// What the model of a pool's job takes, about: it is fetched and ends, and each step begins and ends.
  static std::uint64_t work_of_job(const Scenario& scenario) {
    const bool comes = scenario.jobs.arrivals.kind != Arrivals::Kind::at_once;
    return 2 + 2 * scenario.jobs.steps.size() + (comes ? 2 : 0);
  }

  /// Of a pool's model, what a size of it takes with some of the jobs, or with all.
  using TakesWith = std::function<std::optional<Duration>(std::int64_t size, std::int64_t jobs)>;
  struct Pool {
    std::int64_t size;
    Duration wall;  ///< With all jobs.
  };

  /// The smallest pool that is as good as the best of those that can be tried within the work that is allowed, and its
  /// size as the candidate's setting. Where none can, the file's own pool, if what it gives is known.
  std::optional<Outcome> best_size(const ConcurrencyModel& model, Candidate& candidate) {
    const auto scenario = read({candidate.concurrency}, candidate.set);
    if (!scenario || scenario->runs.empty()) return std::nullopt;
    const std::int64_t jobs = scenario->jobs.count;
    const auto sized = [&](std::int64_t size) {
      Candidate of_size = candidate;
      of_size.set.push_back({"run.threads", std::to_string(size)});
      return of_size;
    };
    const TakesWith takes = [&](std::int64_t size, std::int64_t most_jobs) -> std::optional<Duration> {
      const auto outcome = outcome_of(sized(size), most_jobs);
      return outcome ? std::optional(outcome->wall) : std::nullopt;
    };
    std::optional<Pool> pool = find_size(*scenario, takes);
    over_ = false;
    if (!pool && candidate.threads)
      if (const auto wall = takes(*candidate.threads, jobs)) pool = Pool{*candidate.threads, *wall};
    if (!pool) return std::nullopt;
    // The very pool that there is.
    if (spec_->concurrency == model.name && spec_->threads.value_or(cpus_) == pool->size) return std::nullopt;
    candidate = sized(pool->size);
    candidate.name = fmt::format(fmt::runtime(model.title_with_threads), format_count(pool->size), model.title);
    return Outcome{jobs, pool->wall};
  }

  std::optional<Pool> find_size(const Scenario& scenario, const TakesWith& takes) {
    const std::int64_t jobs = scenario.jobs.count;
    const LimitLadder ladder = limit_ladder(scenario.machine, scenario.runs.front().runtime);
    const std::int64_t largest = std::min({ladder.threads, jobs, most_useful_});
    const std::uint64_t left = work_left_ - std::min(work_left_, work_kept_);
    const std::optional<PoolSearch> plan = plan_search(largest, jobs, cpus_, work_of_job(scenario), left);
    // Where not even that is possible, what is likely to be good is all that is tried.
    const std::int64_t tried = plan ? plan->jobs : jobs;
    PoolSizes sizes([&](std::int64_t size) { return takes(size, tried); });
    if (plan) {
      search(sizes, *plan, scenario);
    } else if (left > 0) {
      (void)sizes.of(std::max<std::int64_t>(std::min(least_useful_, largest), 1));
    }
    const bool over = std::exchange(over_, false);
    const auto with_all = [&](std::int64_t size) { return tried == jobs ? sizes.of(size) : takes(size, jobs); };
    const std::optional<std::int64_t> best = sizes.best();
    const std::optional<Duration> wall = best ? with_all(*best) : std::nullopt;
    cut_short_ = cut_short_ || (!wall && (over || over_ || left == 0));
    if (!wall) return std::nullopt;
    const Pool pool{*best, *wall};
    // A number that people would choose, where it does as well.
    if (pool.size != cpus_)
      for (const std::int64_t round : rounder_sizes(pool.size, largest))
        if (const auto as_good = as_good_as(pool, round, sizes, with_all)) return as_good;
    return pool;
  }

  std::optional<Pool> as_good_as(const Pool& pool, std::int64_t size, PoolSizes& sizes,
                                 const PoolSizes::Take& with_all) const {
    const auto is_as_good = [](const std::optional<Duration>& one, Duration best) {
      return one && to_seconds(*one) <= kAsGoodIfRound * to_seconds(best);
    };
    if (!is_as_good(sizes.of(size), *sizes.of(pool.size))) return std::nullopt;
    const auto wall = with_all(size);
    if (!is_as_good(wall, pool.wall)) return std::nullopt;
    if (helps({base_.jobs, pool.wall}) && !helps({base_.jobs, *wall})) return std::nullopt;
    return Pool{size, *wall};
  }

  /// Of a part of the jobs: work and time are kept for all of them.
  void search(PoolSizes& sizes, const PoolSearch& plan, const Scenario& scenario) {
    constexpr int kTenthsOfTime = 6;
    Scenario of_part = scenario;
    of_part.jobs.count = plan.jobs;
    const std::optional<double> least = demand_of(of_part, scenario.runs.front().scheduling.policy).unhindered;
    const std::uint64_t work_kept = work_kept_;
    const std::optional<Duration> end = end_;
    if (plan.jobs < scenario.jobs.count) {
      work_kept_ += plan.work_of_all;
      if (end_) end_ = thread_cpu_time() + time_left() * kTenthsOfTime / 10;
    }
    sizes.search(plan, cpus_, least);
    work_kept_ = work_kept;
    end_ = end;
  }

  void try_timer() {
    over_ = false;
    const ConcurrencyModel* model = find_concurrency_model(spec_->concurrency);
    if (model == nullptr || !model->async || runs_.steps.empty()) return;
    const Candidate candidate{"A timer instead of the blocking call", spec_->concurrency, runs_.run.name,
                              overlaid(runs_.again, {{"jobs.steps", runs_.steps}})};
    take(candidate, outcome_of(candidate));
  }

  /// Larger stacks where a thread dies of its own; smaller ones where they are what is refused.
  void try_stack() {
    if (!base_.failure) return;
    const Limit* limit = find_limit(base_.failure->limit);
    if (limit == nullptr) return;
    over_ = false;
    const auto scenario = read({runs_.run.name}, runs_.again);
    if (!scenario || scenario->runs.empty()) return;
    if (limit->per_thread)
      try_larger_stack(*scenario);
    else if (limit->of_stacks)
      try_smaller_stack(*scenario);
  }

  Candidate with_stack(Bytes stack) const {
    std::vector<Setting> set = overlaid(runs_.run.own, {{"run.stack", bytes_text(stack)}});
    const ConcurrencyModel* model = find_concurrency_model(spec_->concurrency);
    if (spec_->threads && model != nullptr && model->takes_threads)
      set.push_back({"run.threads", std::to_string(*spec_->threads)});
    return {fmt::format("Stacks of {}", format_bytes(stack)), spec_->concurrency, runs_.run.name, std::move(set)};
  }

  /// The smallest that holds what a thread uses of it.
  void try_larger_stack(const Scenario& scenario) {
    const auto needs = thread_needs(scenario.machine, scenario.runs.front().runtime, 1);
    const auto stack = std::ranges::find_if(needs.raise, [](const LimitToRaise& one) { return one.limit->per_thread; });
    if (stack == needs.raise.end()) return;
    Bytes size{stack->needed};
    for (const Bytes usual : kStacks)
      if (usual.count >= stack->needed) size = usual;
    const Candidate candidate = with_stack(size);
    take(candidate, outcome_of(candidate));
  }

  /// The largest with which all threads fit. Where none is enough for all at a time, the smallest: it may be for those
  /// that are alive at once.
  void try_smaller_stack(const Scenario& scenario) {
    Runtime runtime = scenario.runs.front().runtime;
    const Bytes present = stack_size(runtime, scenario.machine.limits);
    const std::int64_t threads = threads_of_run(scenario, 0);
    std::optional<Bytes> chosen;
    for (const Bytes stack : kStacks) {
      if (stack >= present) continue;
      runtime.stack = stack;
      const LimitLadder ladder = limit_ladder(scenario.machine, runtime);
      if (ladder.threads == 0) break;
      chosen = stack;
      if (ladder.threads >= threads) break;
    }
    if (!chosen) return;
    const Candidate candidate = with_stack(*chosen);
    take(candidate, outcome_of(candidate));
  }

  ScenarioSource source_;
  RunResult base_;
  std::stop_token stop_;
  std::optional<Duration> end_;  ///< In thread_cpu_time(), which does not pass while others have the processor.
  std::uint64_t work_left_ = 0;
  std::uint64_t work_kept_ = 0;  ///< Of it, what is not for what is looked at now.
  std::size_t reserve_taken_ = MemoryReserve::taken();
  bool cut_short_ = false;  ///< Of pools none could be tried: there may be one that does better than anything else.
  bool over_ = false;       ///< What is looked at takes more work than is left: only what is known already counts.
  std::map<std::string, RunResult, std::less<>> known_;
  std::map<std::string, std::uint64_t, std::less<>> vain_;  ///< For what was so much work too little.
  std::optional<RunSpec> spec_;
  RunsOfText runs_;
  bool blocks_ = false;
  std::int64_t cpus_ = 1;
  std::int64_t least_useful_ = 1;  ///< Workers of a pool: useful_workers().
  std::int64_t most_useful_ = 1;
  std::vector<Suggestion> found_;
};

}  // namespace

std::vector<Suggestion> advise(const ScenarioSource& source, const std::string& run, const RunResult& modeled,
                               const AdviceOptions& options) {
  if (modeled.stopped || !modeled.error.empty()) return {};
  return Adviser(source, run, modeled, options).suggestions();
}

}  // namespace spawnpoint
