// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run run`: each run of each file in the wanted worlds, told as a table and a sentence, or as JSON.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <set>

#include "core/trace/fingerprint.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/one_run.hpp"
#include "models/command_line/outputs.hpp"
#include "models/command_line/terminal.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/run/selection.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::command_line {
namespace {

/// Both worlds of one run, where they were made.
struct Pair {
  std::optional<RunResult> modeled;
  std::optional<RunResult> live;
};

std::string failure_text(const RunResult& result) {
  if (!result.error.empty()) return "could not run";
  std::string text;
  if (result.failure) {
    const FailurePoint& failure = *result.failure;
    text = failure.errno_name;
    if (failure.job != kNoJob) text += " at job " + format_count(std::int64_t{failure.job} + 1);
    if (!failure.limit.empty()) text += ": " + failure.limit;
  }
  if (result.stopped) text += text.empty() ? "stopped" : ", stopped";
  return text;
}

void add_row(Table& table, const RunResult& result) {
  using enum Table::Emphasis;
  if (!result.error.empty()) {
    table.add({result.label, std::string(to_string(result.world)), "", "", "", "", "", "", failure_text(result)}, bad);
    return;
  }
  table.add({result.label, std::string(to_string(result.world)),
             format_count(result.completed) + " of " + format_count(result.jobs), format_duration(result.wall),
             format_count(result.peak_threads), format_bytes(result.memory.resident),
             format_bytes(result.memory.kernel), format_bytes(result.memory.virtual_size), failure_text(result)},
            result.failure ? bad : none);
}

const RunResult* made(const std::optional<RunResult>& result) {
  return result && result->error.empty() ? &*result : nullptr;
}

/// Which of the scenario's limits held in the live run too. In short: --json tells by which means.
void print_imposed(const RunResult& live, const Style& style) {
  std::string names;
  for (const ImposedLimit& limit : live.imposed) {
    if (limit.held()) names += (names.empty() ? "" : ", ") + limit.limit;
  }
  if (!names.empty()) fmt::print("    {}\n", style.faint("live, these limits held: " + names));
  for (const ImposedLimit& limit : live.imposed) {
    // One that another limit hides is of no interest here.
    if (limit.imposed != Imposed::no) continue;
    fmt::print("    {}\n", style.faint(fmt::format("live, {} did not hold: {}", limit.limit, limit.means)));
  }
}

void print_report(const Scenario& scenario, const std::vector<Pair>& pairs) {
  using enum Table::Align;
  const Style style = Style::of(STDOUT_FILENO);
  Table table({{"concurrency", left},
               {"world", left},
               {"jobs done", right},
               {"time", right},
               {"threads", right},
               {"resident", right},
               {"kernel", right},
               {"virtual", right},
               {"failure", left}});
  for (const Pair& pair : pairs) {
    if (pair.modeled) add_row(table, *pair.modeled);
    if (pair.live) add_row(table, *pair.live);
  }
  fmt::print("{}\n{}\n", style.bold(scenario.title), table.text(style));
  std::set<std::string> notes;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const RunResult* modeled = made(pairs[i].modeled);
    const RunResult* live = made(pairs[i].live);
    if (modeled == nullptr && live == nullptr) continue;
    fmt::print("  {}: {}\n", scenario.runs[i].label, diagnose(scenario, i, modeled, live).headline);
    if (live == nullptr) continue;
    print_imposed(*live, style);
    notes.insert(live->notes.begin(), live->notes.end());
  }
  for (const std::string& note : notes) fmt::print("  {}\n", style.faint("live, " + note));
  fmt::print("\n");
}

}  // namespace

Exit run(const RunArguments& arguments) {
  if (arguments.fingerprint && arguments.worlds != Worlds::modeled) {
    print_error("--fingerprint is of modeled runs: no two live runs have the same record");
    return Exit::usage;
  }
  auto scenarios = load_scenarios(arguments.scenarios);
  if (!scenarios) return Exit::usage;
  for (Scenario& scenario : *scenarios) {
    if (const auto selected = select_runs(scenario, arguments.concurrency); !selected) {
      print_error(selected.error());
      return Exit::usage;
    }
  }
  const OutputFiles files(*scenarios, arguments.worlds, arguments.trace, arguments.csv);
  RunRequest request;
  request.record = arguments.log || arguments.fingerprint || files.wanted();
  request.beside_live = arguments.worlds == Worlds::both;
  request.uncapped = arguments.uncapped;

  const Interrupt interrupt;
  Exit status = Exit::ok;
  const bool several = !files.tag(0, 0, WorldKind::modeled).empty();

  const auto make = [&](std::size_t file, std::size_t index, WorldKind world) {
    const Scenario& scenario = (*scenarios)[file];
    RunResult result = run_one(scenario, index, world, request);
    if (!result.error.empty()) {
      print_error(fmt::format("{}, {}: {}", result.label, to_string(world), result.error));
      status = Exit::cannot_run;
    } else if (arguments.log) {
      if (several && !arguments.json) fmt::print("# {}, {}\n", result.label, to_string(world));
      print_log(*result.trace);
    }
    if (arguments.json) fmt::print("{}\n", to_json_line(result));
    if (arguments.fingerprint && result.trace)
      fmt::print("{:016x}  {}  {}\n", fingerprint(*result.trace), result.scenario, result.label);
    std::fflush(stdout);
    if (result.error.empty() && result.trace) {
      if (const auto written = files.write(file, index, result); !written) {
        print_error(written.error());
        status = Exit::cannot_run;
      }
    }
    // The table needs no record, and one of a million jobs is large.
    result.trace.reset();
    return result;
  };

  for (std::size_t file = 0; file < scenarios->size(); ++file) {
    const Scenario& scenario = (*scenarios)[file];
    std::vector<Pair> pairs(scenario.runs.size());
    for (std::size_t i = 0; i < pairs.size() && !Interrupt::requested(); ++i) {
      if (arguments.worlds != Worlds::live) pairs[i].modeled = make(file, i, WorldKind::modeled);
      if (arguments.worlds != Worlds::modeled && !Interrupt::requested())
        pairs[i].live = make(file, i, WorldKind::live);
    }
    if (!arguments.json && !arguments.fingerprint) print_report(scenario, pairs);
    if (Interrupt::requested()) return Exit::interrupted;
  }
  return status;
}

}  // namespace spawnpoint::command_line
