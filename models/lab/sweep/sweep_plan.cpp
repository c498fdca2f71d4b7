// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/simulation/random_stream.hpp"
#include "core/text/fnv.hpp"
#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/units.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/run_names.hpp"

namespace spawnpoint {
namespace {

/// Of points, runs and replications together: what a cell takes is kept until the end.
constexpr double kMostTasks = 1'000'000;

/// Reads the host when first asked, and gives that answer from then on, to any thread.
std::function<Machine()> once(std::function<Machine()> read) {
  if (!read) return {};
  struct Cache {
    std::mutex mutex;
    std::optional<Machine> machine;
  };
  return [read = std::move(read), cache = std::make_shared<Cache>()] {
    const std::scoped_lock lock(cache->mutex);
    if (!cache->machine) cache->machine = read();
    return *cache->machine;
  };
}

std::vector<Diagnostic> one_error(const std::string& file, const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.file = file;
  diagnostic.message = message;
  return {std::move(diagnostic)};
}

std::string first_error(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::error) return diagnostic.message;
  }
  return "the point cannot be read";
}

/// The default map has one run for each model, in the order of the registry: the file's first one of it.
void keep_one_for_each_model(Scenario& scenario) {
  std::vector<RunSpec> runs;
  for (const ConcurrencyModel& model : concurrency_models()) {
    const auto own = std::ranges::find(scenario.runs, model.name, &RunSpec::concurrency);
    if (own != scenario.runs.end()) runs.push_back(*own);
  }
  scenario.runs = std::move(runs);
}

}  // namespace

std::string SweepPlan::default_words() {
  return fmt::format("1 to {} million jobs", kDefaultMillions);
}

std::expected<SweepPlan, std::vector<Diagnostic>> SweepPlan::make(SweepSource source) {
  SweepPlan plan;
  plan.source_ = std::move(source);
  ParseOptions& options = plan.source_.options;
  options.host = once(std::move(options.host));
  // Every point sees the files as they are now.
  options.files = std::make_shared<InputFiles>();
  options.one_point = false;
  ParseResult parsed = parse_scenario(plan.source_.text, plan.source_.file, options);
  if (!parsed.scenario) return std::unexpected(std::move(parsed.diagnostics));
  plan.is_default_ = !parsed.scenario->sweep;
  if (plan.is_default_) {
    plan.is_of_all_models_ = options.concurrency.empty();
    if (plan.is_of_all_models_) options.concurrency = concurrency_names();
    ParseOptions with_sweep = options;
    with_sweep.settings.push_back(
        {"sweep.\"jobs.count\"", fmt::format(R"({{ from = 1, to = {}, points = {}, scale = "log" }})",
                                             kDefaultMillions * 1'000'000, kDefaultPoints)});
    parsed = parse_scenario(plan.source_.text, plan.source_.file, with_sweep);
    if (!parsed.scenario) {
      return std::unexpected(
          one_error(plan.source_.file,
                    fmt::format("the scenario has no [sweep], and cannot be run with {} as it would be without one: {}",
                                default_words(), first_error(parsed.diagnostics))));
    }
  }
  plan.scenario_ = *std::move(parsed.scenario);
  if (plan.is_of_all_models_) keep_one_for_each_model(plan.scenario_);
  plan.lay_out();
  const double tasks = static_cast<double>(plan.cells()) * static_cast<double>(plan.repeat());
  if (tasks > kMostTasks) {
    return std::unexpected(one_error(
        plan.source_.file, fmt::format("the sweep makes {:.0f} runs: at most {:.0f} are allowed", tasks, kMostTasks)));
  }
  plan.name_runs();
  return plan;
}

void SweepPlan::lay_out() {
  const Sweep& varied = sweep();
  group_of_.assign(varied.axes.size(), SIZE_MAX);
  for (std::size_t i = 0; i < varied.axes.size(); ++i) {
    if (group_of_[i] != SIZE_MAX) continue;
    Group group;
    group.axes.push_back(i);
    group.length = varied.axes[i].values.size();
    for (const std::vector<std::string>& keys : varied.zipped) {
      if (std::ranges::find(keys, varied.axes[i].key) == keys.end()) continue;
      for (std::size_t k = i + 1; k < varied.axes.size(); ++k) {
        if (std::ranges::find(keys, varied.axes[k].key) != keys.end()) group.axes.push_back(k);
      }
    }
    for (const std::size_t axis : group.axes) group_of_[axis] = groups_.size();
    groups_.push_back(std::move(group));
  }
  points_ = 1;
  for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {
    group->stride = points_;
    points_ *= group->length;
  }
}

std::size_t SweepPlan::value_of(std::size_t point, std::size_t axis) const {
  const Group& group = groups_[group_of_[axis]];
  return point / group.stride % group.length;
}

std::optional<std::size_t> SweepPlan::neighbour(std::size_t point, std::size_t axis, int step) const {
  const Group& group = groups_[group_of_[axis]];
  const auto value = static_cast<std::ptrdiff_t>(value_of(point, axis)) + step;
  if (value < 0 || value >= static_cast<std::ptrdiff_t>(group.length)) return std::nullopt;
  return point + static_cast<std::size_t>(step) * group.stride;
}

std::vector<Setting> SweepPlan::settings(std::size_t point) const {
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < sweep().axes.size(); ++i) {
    const SweepAxis& axis = sweep().axes[i];
    settings.push_back({axis.key, axis.values[value_of(point, i)]});
  }
  return settings;
}

std::int64_t SweepPlan::jobs(std::size_t point) const {
  for (std::size_t i = 0; i < sweep().axes.size(); ++i) {
    if (sweep().axes[i].key != "jobs.count") continue;
    const std::string& text = sweep().axes[i].values[value_of(point, i)];
    if (const auto count = parse_number<std::int64_t>(text); count && *count > 0) return *count;
  }
  return scenario_.jobs.count;
}

std::expected<Scenario, std::string> SweepPlan::at(std::size_t point, const std::optional<Setting>& changed) const {
  ParseOptions options = source_.options;
  options.one_point = true;
  // Where seeds are swept, the point's is meant.
  if (std::ranges::find(sweep().axes, "seed", &SweepAxis::key) != sweep().axes.end()) options.seed.reset();
  for (Setting& setting : settings(point)) {
    if (changed && setting.key == changed->key) setting.value = changed->value;
    options.settings.push_back(std::move(setting));
  }
  ParseResult parsed = parse_scenario(source_.text, source_.file, options);
  if (!parsed.scenario) return std::unexpected(first_error(parsed.diagnostics));
  if (is_of_all_models_) keep_one_for_each_model(*parsed.scenario);
  if (parsed.scenario->runs.size() != runs()) return std::unexpected("the point has different runs from the file");
  return *std::move(parsed.scenario);
}

std::uint64_t SweepPlan::seed(const Scenario& at_point, std::int64_t replication) {
  if (replication == 0) return at_point.seed;
  return sample_at(at_point.seed, "replication", static_cast<std::uint64_t>(replication)) >> 11;
}

/// Which files a point reads follows from its values one by one.
void SweepPlan::read_all_files() const {
  for (const SweepAxis& axis : sweep().axes)
    for (const std::string& value : axis.values) (void)at(0, Setting{axis.key, value});
}

std::string SweepPlan::fingerprint() const {
  read_all_files();
  Fnv hash;
  hash.add(SPAWNPOINT_VERSION);
  hash.add(source_.text);
  for (const Setting& setting : source_.options.settings) {
    hash.add(setting.key);
    hash.add(setting.value);
  }
  for (const RunSpec& run : scenario_.runs) hash.add(run.concurrency);
  hash.add(fmt::format("{}", scenario_.seed));
  hash.add(to_toml(scenario_.machine));
  hash.add(fmt::format("{:016x}", source_.options.files->digest()));
  return fmt::format("{:016x}", hash.value());
}

void SweepPlan::name_runs() {
  std::vector<RunSpec> runs = scenario_.runs;
  for (const SweepAxis& axis : sweep().axes) {
    if (!axis.key.starts_with("run") || !axis.key.ends_with(".threads")) continue;
    // A key may mean some of the runs: those that differ by its values.
    const auto first = at(0, Setting{axis.key, axis.values.front()}),
               last = at(0, Setting{axis.key, axis.values.back()});
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (first && last && first->runs.at(i).threads != last->runs.at(i).threads) runs[i].threads.reset();
  }
  names_ = shown_names(runs);
}

std::string SweepPlan::run_name(std::size_t run) const {
  return shown(names_.at(run));
}

}  // namespace spawnpoint
