// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run run`: each run of each file in the wanted worlds, reported as a table and a sentence, or as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/files/streams.hpp"
#include "core/text/text.hpp"
#include "core/trace/fingerprint.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/one_run.hpp"
#include "models/command_line/outputs.hpp"
#include "models/command_line/terminal.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/diagnosis/diagnosis_json.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/result/format.hpp"
#include "models/result/imposed_words.hpp"
#include "models/result/result_values.hpp"
#include "models/scenario/run_names.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint::command_line {
namespace {

/// Both worlds of one run, where they were made, and what to try instead of it.
struct Pair {
  std::optional<RunResult> modeled;
  std::optional<RunResult> live;
  std::vector<Suggestion> suggestions;
};

std::string failure_text(const RunResult& result) {
  if (!result.error.empty()) return "could not run";
  std::string text = format_failure(result);
  if (result.stopped) text += text.empty() ? "stopped" : ", stopped";
  return text;
}

/// A column of the table that is a field of the result.
struct RunColumn {
  const char* title;
  const char* field;
  bool of_memory = false;
  bool is_peak = false;  ///< A size that may have been higher than what was seen of it.
};
constexpr RunColumn kColumns[] = {{"time", "wall"},
                                  {"all threads", "peak_threads"},
                                  {"resident", "jobs_memory.resident", true, true},
                                  {"kernel", "memory.kernel", true, true},
                                  {"virtual", "jobs_memory.virtual", true, true},
                                  {"program", "base.resident", true}};

void add_row(Table& table, const std::string& name, const RunResult& result) {
  using enum Table::Emphasis;
  const bool ran = result.error.empty();
  std::vector<std::string> row{name, std::string(to_string(result.world)),
                               ran ? format_count(result.completed) + " of " + format_count(result.jobs) : ""};
  for (const RunColumn& column : kColumns) {
    const bool known = ran && (!column.of_memory || result.memory_is_known());
    if (!known) {
      row.emplace_back();
      continue;
    }
    const FieldValue value = value_of(result, column.field);
    row.push_back(column.is_peak ? format_peak(result, std::get<Bytes>(value)) : for_people(value));
  }
  row.push_back(failure_text(result));
  table.add(std::move(row), !ran || result.failure ? bad : none);
}

const RunResult* made(const std::optional<RunResult>& result) {
  return result && result->error.empty() ? &*result : nullptr;
}

/// What makes this very run: "--concurrency thread_pool --set run.threads=500".
std::string options_of(const Suggestion& suggestion) {
  std::string options = "--concurrency " + shell_word(suggestion.concurrency);
  for (const Setting& setting : suggestion.set) options += " --set " + shell_word(to_text(setting));
  return options;
}

/// Which of the scenario's limits held in the live run too. In short: --json says by which means.
void print_imposed(const RunResult& live, const Style& style) {
  std::string names;
  for (const ImposedLimit& limit : live.imposed) {
    if (limit.held()) names += (names.empty() ? "" : ", ") + imposed_item(limit);
  }
  if (!names.empty()) say("    {}\n", style.faint("live, these limits held: " + names));
  for (const ImposedLimit& limit : live.imposed) {
    // One that another limit hides is of no interest here.
    if (limit.imposed != Imposed::no) continue;
    say("    {}\n", style.faint(fmt::format("live, {} did not hold: {}", imposed_value(limit), limit.means)));
  }
}

Table run_table() {
  using enum Table::Align;
  std::vector<Table::Column> columns{{"concurrency", left}, {"world", left}, {"jobs done", right}};
  for (const RunColumn& column : kColumns) columns.push_back({column.title, right});
  columns.push_back({"failure", left});
  return Table(std::move(columns));
}

/// Records have their rows after those of the scenario's runs, and a line that says of what they are.
void add_records(Table& table, const std::vector<SavedRecord>& records) {
  for (const SavedRecord& record : records) add_row(table, shown(record.result.label), record.result);
}
void print_records(const std::vector<SavedRecord>& records, const Style& style) {
  for (const SavedRecord& record : records)
    say("  {}: {}\n", shown(record.result.label), style.faint(provenance(record)));
}

/// Records that are shown with no scenario, or with several.
void print_report(const std::vector<SavedRecord>& records) {
  const Style style = Style::of(STDOUT_FILENO);
  Table table = run_table();
  add_records(table, records);
  say("{}\n{}\n", style.bold("Saved records"), table.text(style));
  print_records(records, style);
  say("\n");
}

void print_report(const Scenario& scenario, const std::vector<Pair>& pairs, const std::vector<SavedRecord>& records) {
  const Style style = Style::of(STDOUT_FILENO);
  Table table = run_table();
  for (const Pair& pair : pairs) {
    for (const auto* result : {&pair.modeled, &pair.live})
      if (*result) add_row(table, shown_name(scenario, **result), **result);
  }
  add_records(table, records);
  say("{}\n{}\n", style.bold(scenario.title), table.text(style));
  std::map<std::string, std::vector<std::string>> notes;  // With the runs that each is about.
  std::size_t live_runs = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const RunResult* modeled = made(pairs[i].modeled);
    const RunResult* live = made(pairs[i].live);
    if (modeled == nullptr && live == nullptr) continue;
    say("  {}: {}\n", shown_name(scenario, i), diagnose(scenario, i, modeled, live).headline);
    for (const Suggestion& suggestion : pairs[i].suggestions)
      say("    try instead: {}  {}\n", suggestion.label, style.faint(options_of(suggestion)));
    if (live == nullptr) continue;
    if (const std::string seen = format_memory_seen(*live); !seen.empty())
      say("    {}\n", style.faint("live, its memory was " + seen + "; its peak may have been higher"));
    print_imposed(*live, style);
    ++live_runs;
    for (const std::string& note : live->notes) notes[note].push_back(shown_name(scenario, i));
  }
  print_records(records, style);
  for (const auto& [note, runs] : notes) {
    const std::string of = runs.size() == live_runs ? "" : fmt::format("{}: ", fmt::join(runs, ", "));
    say("  {}\n", style.faint("live, " + of + note));
  }
  say("\n");
}

/// Takes the saved records out of `arguments`' files and opens them; nothing where one has a mistake, which is
/// reported.
std::optional<std::vector<SavedRecord>> take_records(ScenarioArguments& arguments) {
  std::vector<SavedRecord> records;
  bool good = true;
  std::erase_if(arguments.files, [&](const std::string& file) {
    if (!is_record(file)) return false;
    for (const std::filesystem::path& path : records_at(file)) {
      if (auto record = open_record(path)) {
        records.push_back(*std::move(record));
      } else {
        print_error(record.error());
        good = false;
      }
    }
    return true;
  });
  if (!good) return std::nullopt;
  return records;
}

/// Whether an option is given that says how to run something, or what to keep of it.
bool asks_for_run(const RunArguments& arguments) {
  return arguments.worlds != Worlds::modeled || !arguments.scenarios.concurrency.empty() ||
         !arguments.scenarios.settings.empty() || arguments.scenarios.seed || !arguments.trace.empty() ||
         !arguments.csv.empty();
}

/// With the diagnosis of what is known of the run so far. One that could not be made has none.
void print_json(const Scenario& scenario, std::size_t index, const RunResult& result, const Pair& pair) {
  const bool is_live = result.world == WorldKind::live;
  const RunResult* live = is_live && result.error.empty() ? &result : nullptr;
  const RunResult* modeled = is_live ? made(pair.modeled) : result.error.empty() ? &result : nullptr;
  say("{}\n", to_json_line(result, diagnose(scenario, index, modeled, live), pair.suggestions));
}

void print_fingerprint(const RunResult& result) {
  say("{:016x}  {}  {}\n", fingerprint(*result.trace), result.scenario, result.label);
}

/// Makes the runs of scenarios, and says of each what was asked for.
class Runner {
 public:
  Runner(const RunArguments& arguments, const ScenarioArguments& inputs, const std::vector<Scenario>& scenarios,
         bool records)
      : arguments_(arguments),
        inputs_(inputs),
        scenarios_(scenarios),
        files_(scenarios, arguments.worlds, arguments.trace, arguments.csv) {
    request_.record = arguments.log || arguments.fingerprint || files_.wanted();
    request_.beside_live = arguments.worlds == Worlds::both;
    request_.uncapped = arguments.uncapped;
    request_.budget = arguments.budget;
    several_ = !scenarios.empty() && (!files_.tag(0, 0, WorldKind::modeled).empty() || records);
  }

  /// The runs of one scenario, those before Ctrl-C.
  std::vector<Pair> make_all(std::size_t file) {
    std::vector<Pair> pairs(scenarios_[file].runs.size());
    known_.clear();
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      for (const WorldKind world : kWorlds)
        if (includes(arguments_.worlds, world) && !Interrupt::requested()) make(file, i, world, pairs[i]);
    }
    return pairs;
  }

  const OutputFiles& files() const { return files_; }
  /// There is more than one run, and each needs its name.
  bool several() const { return several_; }
  Exit status() const { return status_; }

 private:
  void make(std::size_t file, std::size_t index, WorldKind world, Pair& pair) {
    const Scenario& scenario = scenarios_[file];
    RunResult result = run_one(scenario, index, world, request_);
    if (!result.error.empty()) {
      print_error(fmt::format("{}, {}: {}", shown_name(scenario, index), to_string(world), result.error));
      status_ = Exit::cannot_run;
    } else if (arguments_.log) {
      if (several_ && !arguments_.json) say("# {}, {}\n", shown_name(scenario, index), to_string(world));
      print_log(*result.trace);
    }
    if (world == WorldKind::modeled && !arguments_.fingerprint)
      pair.suggestions = suggestions_for(source_of(scenario, inputs_), scenario.runs[index].label, result, known_);
    if (arguments_.json) print_json(scenario, index, result, pair);
    if (arguments_.fingerprint && result.trace) print_fingerprint(result);
    std::fflush(stdout);
    if (result.error.empty() && result.trace) {
      if (const auto written = files_.write(file, index, result); !written) {
        print_error(written.error());
        status_ = Exit::cannot_run;
      }
    }
    // The table needs no record, and one of a million jobs is large.
    result.trace.reset();
    if (world == WorldKind::modeled) known_.push_back(result);
    (world == WorldKind::modeled ? pair.modeled : pair.live) = std::move(result);
  }

  const RunArguments& arguments_;
  const ScenarioArguments& inputs_;
  const std::vector<Scenario>& scenarios_;
  OutputFiles files_;
  RunRequest request_;
  bool several_ = false;
  std::vector<RunResult> known_;  ///< What the modeled runs of this file gave.
  Exit status_ = Exit::ok;
};

/// All but the table.
void print_saved(const RunArguments& arguments, const std::vector<SavedRecord>& records, bool several) {
  for (const SavedRecord& record : records) {
    if (arguments.log) {
      if ((several || records.size() > 1) && !arguments.json)
        say("# {}, {}, saved\n", record.result.label, to_string(record.result.world));
      print_log(*record.result.trace);
    }
    if (arguments.json) say("{}\n", to_json_line(record.result));
    if (arguments.fingerprint) print_fingerprint(record.result);
  }
}

}  // namespace

Exit run(const RunArguments& arguments) {
  if (arguments.fingerprint && arguments.worlds != Worlds::modeled) {
    print_error("--fingerprint is for modeled runs only: no two live runs have the same record");
    return Exit::usage;
  }
  ScenarioArguments inputs = arguments.scenarios;
  auto records = take_records(inputs);
  if (!records) return Exit::usage;
  if (inputs.files.empty() && asks_for_run(arguments)) {
    print_error(
        "--world, --concurrency, --set, --seed, --trace and --csv are for scenarios, and only saved records are given");
    return Exit::usage;
  }
  const auto scenarios = load_scenarios(inputs);
  if (!scenarios) return Exit::usage;

  const Interrupt interrupt;
  const bool tables = !arguments.json && !arguments.fingerprint;
  const bool is_only = scenarios->size() == 1;
  Runner runner(arguments, inputs, *scenarios, !records->empty());
  if (!scenarios->empty()) {
    if (const auto fits = runner.files().check_folder(); !fits) {
      print_error(fits.error());
      return Exit::usage;
    }
  }
  for (std::size_t file = 0; file < scenarios->size(); ++file) {
    const std::vector<Pair> pairs = runner.make_all(file);
    if (tables) print_report((*scenarios)[file], pairs, is_only ? *records : std::vector<SavedRecord>());
    if (Interrupt::requested()) return Exit::interrupted;
  }
  print_saved(arguments, *records, runner.several());
  if (!records->empty() && !is_only && tables) print_report(*records);
  return runner.status();
}

}  // namespace spawnpoint::command_line
