// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/data_file.hpp"
#include "models/document/document.hpp"
#include "models/document/reader.hpp"
#include "models/machine/field_reader.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/profile_file.hpp"
#include "models/result/format.hpp"
#include "models/scenario/expect.hpp"
#include "models/scenario/read_jobs.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/settings.hpp"
#include "models/scenario/sweep.hpp"

namespace spawnpoint {
namespace {

/// The runtime profile of a run that names none. Null, a model that is not known: that of threads.
std::string default_runtime(const ConcurrencyModel* model) {
  return std::string(model != nullptr ? model->default_runtime : ConcurrencyTraits{}.default_runtime);
}

constexpr std::int64_t kFormatVersion = 1;
constexpr CountRange kPoolThreads{1, concurrency::kMostWorkers};
constexpr std::size_t kMostRuns = 100;

/// Reads one document, perhaps many times (a sweep tries its values): profiles and this host are read once.
class ScenarioReader {
 public:
  ScenarioReader(const std::string& file, const ParseOptions& options)
      : options_(&options),
        inputs_{std::filesystem::path(file).parent_path(), options.files},
        places_{options.profile_roots, inputs_} {}

  Scenario read(const Node& root, Diagnostics& out) {
    Scenario scenario;
    TableReader reader(root, {}, out, scenario_keys());
    if (!read_version(reader)) return scenario;
    if (const Node* node = reader.take("title")) scenario.title = read_text(*node, "title", out).value_or("");
    if (const Node* node = reader.take("about")) scenario.about = read_text(*node, "about", out).value_or("");
    if (const Node* node = reader.take("seed"))
      scenario.seed = static_cast<std::uint64_t>(read_count(*node, "seed", {0, INT64_MAX}, out).value_or(1));
    if (options_->seed) scenario.seed = *options_->seed;
    read_machine_table(reader.table("machine"), scenario);
    read_jobs(reader.table("jobs"), scenario.jobs, inputs_);
    read_runs(reader, scenario.runs);
    const Node* sweep = reader.take("sweep");
    const Node* expect = reader.take("expect");
    reader.finish();
    check_total(root, scenario, out);
    if (sweep != nullptr) read_sweep_table(root, *sweep, scenario, out);
    if (expect != nullptr) {
      if (expect->kind == Node::Kind::table)
        scenario.expectations = read_expectations(*expect, scenario.runs, out);
      else
        wrong_kind(*expect, "expect", "a table", out);
    }
    return scenario;
  }

 private:
  /// False: the file is written for a newer version, in which other keys may be right.
  bool read_version(TableReader& reader) {
    const Node* node = reader.take("spawnpoint");
    if (node == nullptr) return true;
    const auto version = read_count(*node, "spawnpoint", {1, INT32_MAX}, reader.out());
    if (!version || *version <= kFormatVersion) return true;
    reader.out().error(
        node->place,
        fmt::format("this file has format version {}: it needs a newer Spawnpoint (this one reads version {})",
                    *version, kFormatVersion));
    return false;
  }

  void read_machine_table(TableReader table, Scenario& scenario) {
    Diagnostics& out = table.out();
    Place where;
    if (const Node* node = table.take("profile")) {
      scenario.machine_profile = read_text(*node, "machine.profile", out).value_or("host");
      where = node->place;
    }
    scenario.host_machine = scenario.machine_profile == "host";
    MachineDraft draft = machine_draft(scenario, where, out);
    std::vector<std::string> present;
    apply_machine_fields(std::move(table), draft, present);
    scenario.machine_overrides = present;
    if (scenario.host_machine) begin_afresh(draft, present);
    scenario.machine = finish_machine(std::move(draft));
    executor_ = scenario.machine.executor;
  }

  /// A limit that a scenario puts on this host is put on the run alone: on a cgroup or a user namespace of its own, in
  /// which there is only its main thread, and where root has no privilege; as memory, on a machine of its own.
  static void begin_afresh(MachineDraft& draft, const std::vector<std::string>& set) {
    Machine& host = draft.machine;
    const auto is_set = [&](std::string_view key) { return std::ranges::find(set, key) != set.end(); };
    for (const Limit& limit : limit_table()) {
      const auto& names = limit.fields.names;
      if (!is_set(names.front())) continue;
      const bool says_in_use = std::ranges::any_of(
          names, [&](std::string_view name) { return name.starts_with("in_use.") && is_set(name); });
      // Those above its own level are not the run's alone.
      const bool alone = std::ranges::find(draft.set_alone, names.front()) != draft.set_alone.end();
      const std::size_t levels = alone ? 1 : limit.fields.read ? limit.fields.read(host).size() : 0;
      if (limit.fields.empty != nullptr && !says_in_use) limit.fields.empty(host, levels);
      if (limit.exempts_privileged && !is_set("privileged")) host.privileged = false;
    }
  }

  MachineDraft machine_draft(const Scenario& scenario, const Place& where, Diagnostics& out) {
    const auto known = machines_.find(scenario.machine_profile);
    if (known != machines_.end()) return known->second;
    MachineDraft draft;
    if (scenario.host_machine && options_->host) {
      draft.machine = options_->host();
      // Every machine has memory: this one could not be asked.
      if (draft.machine.memory == Bytes{})
        out.warning(
            where, "this machine's memory cannot be read, nor perhaps its limits: what is not read counts as unlimited",
            "mount /proc, or name a machine: machine.profile");
      // Nothing costs nothing: the profile that stands in for a calibration could not be read. What is wrong with it?
      if (draft.machine.costs.kernel_stack == Bytes{} && !read_machine("defaults", places_, where, out)) return draft;
      for (const KeyHelp& key : machine_keys("")) draft.present.push_back(key.key);
    } else {
      // Without a way to read this host (a checker of texts needs none) the default profile stands in for it.
      const std::string name = scenario.host_machine ? "defaults" : scenario.machine_profile;
      auto read = read_machine(name, places_, where, out);
      if (!read) {
        // What the machine has is not known: nothing in the text is too much for it.
        draft.machine.cpus = kCpus.high;
        return draft;
      }
      draft = std::move(*read);
      if (scenario.host_machine) draft.machine.name = "host";
    }
    machines_[scenario.machine_profile] = draft;
    return draft;
  }

  void read_runs(TableReader& root, std::vector<RunSpec>& runs) {
    Diagnostics& out = root.out();
    const Node* node = root.take("run");  // There: see run_list().
    if (node->kind != Node::Kind::array)
      return wrong_kind(
          *node, "run", "a list of tables", out,
          node->from_setting ? "set the keys of the runs, such as run.threads=4" : "each run begins with [[run]]");
    if (node->items.empty()) return out.error(node->place, "`run` is empty", "each run begins with [[run]]");
    if (node->items.size() > kMostRuns)
      return out.error(node->place,
                       fmt::format("there are {} runs: at most {} are allowed", node->items.size(), kMostRuns));
    std::map<std::string, std::size_t> labels;
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      const Node& item = node->items[i];
      const std::string name = fmt::format("run[{}]", i + 1);
      if (item.kind != Node::Kind::table) {
        wrong_kind(item, name, "a table", out, "each run begins with [[run]]");
        continue;
      }
      RunSpec run = read_run(item, name, out);
      if (!run.label.empty()) {
        const auto [taken, is_new] = labels.emplace(run.label, i + 1);
        if (!is_new)
          out.error(item.find("label")->value.place,
                    fmt::format("the label \"{}\" is taken by run {}", shown(run.label), taken->second));
      }
      runs.push_back(std::move(run));
    }
    const std::vector<std::string> names = run_labels(*node);
    for (std::size_t i = 0; i < runs.size() && runs.size() == names.size(); ++i) {
      runs[i].label_is_made = runs[i].label.empty();
      runs[i].label = names[i];
    }
  }

  RunSpec read_run(const Node& item, const std::string& name, Diagnostics& out) {
    RunSpec run;
    TableReader table(item, name, out);
    const Node* concurrency = table.take("concurrency");
    const ConcurrencyModel* model = nullptr;
    if (concurrency == nullptr) {
      out.error(item.place, fmt::format("`{}` has no `concurrency`", name),
                fmt::format("one of {}", list_of(concurrency_names())));
    } else if (const auto word = read_text(*concurrency, name + ".concurrency", out)) {
      model = find_concurrency_model(*word);
      if (model == nullptr) {
        std::string hint = did_you_mean(*word, concurrency_names());
        if (hint.empty()) hint = fmt::format("known: {}", list_of(concurrency_names(), 20));
        out.error(concurrency->place, fmt::format("unknown concurrency model \"{}\"", shown(*word)), std::move(hint));
      }
      run.concurrency = *word;
    }
    if (const Node* label = table.take("label")) {
      run.label = read_text(*label, name + ".label", out).value_or("");
      if (run.label.empty() && label->kind == Node::Kind::string)
        out.error(label->place, fmt::format("`{}.label` is empty", name));
      if (code_points(run.label) > 80)
        out.error(label->place, fmt::format("`{}.label` is longer than 80 characters", name));
    }
    if (const Node* threads = table.take("threads")) {
      run.threads = read_count(*threads, name + ".threads", kPoolThreads, out);
      if (model != nullptr && !model->takes_threads && !threads->from_setting)
        out.warning(item.find("threads")->place, fmt::format("`threads` has no effect on {}", run.concurrency));
    }
    if (const Node* runtime = table.take("runtime")) {
      if (const auto word = read_text(*runtime, name + ".runtime", out))
        run.runtime = runtime_of(*word, runtime->place, out);
    } else {
      run.runtime = runtime_of(default_runtime(model), {}, out);
    }
    std::vector<std::string> present;
    FieldReader fields(std::move(table), present);
    describe(fields, run.runtime);
    describe(fields, run.scheduling);
    fields.finish();
    apply_executor_costs(run.runtime, executor_, present);
    return run;
  }

  Runtime runtime_of(const std::string& name, const Place& where, Diagnostics& out) {
    auto known = runtimes_.find(name);
    if (known == runtimes_.end()) {
      auto read = read_runtime(name, places_, where, out);
      if (!read) return {};
      known = runtimes_.emplace(name, std::move(*read)).first;
    }
    return known->second;
  }

  /// A job after the other must end within what the clock can count.
  static void check_total(const Node& root, const Scenario& scenario, Diagnostics& out) {
    constexpr double kYear = 365.25 * 86400;
    constexpr double kMostSeconds = 250 * kYear;
    double seconds = 0;
    for (const Step& step : scenario.jobs.steps) seconds += to_seconds(step.duration.mean());
    seconds *= static_cast<double>(scenario.jobs.count);
    if (scenario.jobs.arrivals.kind == Arrivals::Kind::every)
      seconds += to_seconds(scenario.jobs.arrivals.every) * static_cast<double>(scenario.jobs.count);
    if (scenario.jobs.arrivals.kind == Arrivals::Kind::rate)
      seconds += static_cast<double>(scenario.jobs.count) / scenario.jobs.arrivals.rate_per_second;
    if (seconds <= kMostSeconds) return;
    const Node::Entry* jobs = root.find("jobs");
    Place place = jobs != nullptr ? jobs->place : root.place;
    if (jobs != nullptr)
      if (const Node::Entry* count = jobs->value.find("count")) place = count->value.place;
    out.error(place, fmt::format("the jobs together take {} years: at most 250 are allowed",
                                 format_count(std::llround(std::ceil(seconds / kYear)))));
  }

  void read_sweep_table(const Node& root, const Node& node, Scenario& scenario, Diagnostics& out) {
    if (node.kind != Node::Kind::table) return wrong_kind(node, "sweep", "a table", out);
    SweepDraft draft = read_sweep(node, out);
    try_sweep(root, draft, out);
    scenario.sweep = std::move(draft.sweep);
  }

  /// A value that its key refuses is best reported now.
  void try_sweep(const Node& root, const SweepDraft& draft, Diagnostics& out) {
    Node base = root;
    std::erase_if(base.entries, [](const Node::Entry& entry) {
      return entry.key == "sweep" || entry.key == "expect" || entry.key == "about";
    });
    // What is wrong without the sweep is reported already.
    std::vector<Diagnostic> known;
    if (out.has_errors()) {
      Diagnostics scratch;
      read(base, scratch);
      known = scratch.take();
    }
    const auto is_known = [&](const Diagnostic& one) {
      return std::ranges::any_of(known, [&](const Diagnostic& other) {
        return std::tie(one.file, one.line, one.column, one.message) ==
               std::tie(other.file, other.line, other.column, other.message);
      });
    };
    for (std::size_t i = 0; i < draft.sweep.axes.size(); ++i) {
      const SweepAxis& axis = draft.sweep.axes[i];
      std::string told;
      for (std::size_t k = 0; k < draft.to_try[i].size(); ++k) {
        Node changed = base;
        Diagnostics scratch;
        apply_setting(changed, {axis.key, axis.values[draft.to_try[i][k]]}, options_->concurrency, scratch);
        if (!scratch.has_errors()) read(changed, scratch);
        for (Diagnostic& diagnostic : scratch.take()) {
          if (diagnostic.severity != Severity::error || is_known(diagnostic)) continue;
          // A mistake of the key is the same for all of its values.
          const bool of_key =
              diagnostic.column <= static_cast<int>(code_points(axis.key)) && diagnostic.file.starts_with("--set");
          if (of_key && told == diagnostic.message) continue;
          if (of_key) told = diagnostic.message;
          out.error(of_key ? draft.key_places[i] : draft.value_places[i][k], "`sweep`: " + diagnostic.message,
                    std::move(diagnostic.hint));
        }
      }
    }
  }

  const ParseOptions* options_;
  InputPlace inputs_;
  ProfilePlaces places_;
  std::map<std::string, MachineDraft> machines_;
  std::map<std::string, Runtime> runtimes_;
  ExecutorCosts executor_;  ///< Of the text's machine.
};

}  // namespace

ParseResult parse_scenario(std::string_view text, const std::string& file_name, const ParseOptions& options) {
  Diagnostics out;
  const SourceText& source = out.add_source(file_name, std::string(text.substr(0, kLargestFile + 1)));
  auto root = parse_document(source, out);
  if (!root) return {std::nullopt, out.take()};
  const std::size_t own_runs = run_list(*root).items.size();
  add_missing_runs(*root, options.added, out);
  add_missing_runs(*root, options.concurrency, out);
  for (const Setting& setting : options.settings) apply_setting(*root, setting, options.concurrency, out);
  if (options.one_point)
    std::erase_if(root->entries,
                  [](const Node::Entry& entry) { return entry.key == "sweep" || entry.key == "expect"; });
  ScenarioReader reader(file_name, options);
  Scenario scenario = reader.read(*root, out);
  for (std::size_t i = own_runs; i < scenario.runs.size(); ++i) scenario.runs[i].added = true;
  std::erase_if(scenario.runs,
                [&](const RunSpec& run) { return !is_wanted(options.concurrency, run.concurrency, run.label); });
  scenario.file = file_name;
  scenario.text = std::string(text);
  if (scenario.title.empty())
    scenario.title = file_name.empty() ? "Untitled" : std::filesystem::path(file_name).stem().string();
  const bool good = !out.has_errors();
  ParseResult result;
  result.diagnostics = out.take();
  if (good) result.scenario = std::move(scenario);
  return result;
}

}  // namespace spawnpoint
