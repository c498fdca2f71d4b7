// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run limits`: the ladder of limits of a scenario's machine, or of this host.
#include <fmt/format.h>
#include <unistd.h>

#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/terminal.hpp"
#include "models/concurrency/registry.hpp"
#include "models/lab/format.hpp"
#include "models/lab/limits.hpp"
#include "models/lab/selection.hpp"

namespace spawnpoint::command_line {
namespace {

/// The run whose runtime counts: the first that runs on threads, else the first.
const RunSpec& threaded_run(const Scenario& scenario) {
  for (const RunSpec& run : scenario.runs) {
    const ConcurrencyModel* model = find_concurrency_model(run.concurrency);
    if (model != nullptr && !model->async && run.concurrency != "sequential") return run;
  }
  return scenario.runs.front();
}

void print_ladder(const Scenario& scenario, const Runtime& runtime, const LimitLadder& ladder,
                  std::optional<std::int64_t> wanted) {
  using enum Table::Align;
  const Style style = Style::of(STDOUT_FILENO);
  const std::string where = fmt::format("{} with {}", scenario.machine.name, runtime.name);
  if (ladder.binding.empty()) {
    fmt::print("{}: no limit is known\n", style.bold(where));
    return;
  }
  fmt::print("{}: {} beyond the main thread; then {} refuses ({})\n\n", style.bold(where),
             format_count(ladder.threads, "thread"), ladder.binding, ladder.errno_name);
  Table table({{"", left},
               {"limit", left},
               {"value", right},
               {"threads", right},
               {"refused call", left},
               {"seen as", left},
               {"set by", left}});
  for (const LimitRung& rung : ladder.rungs) {
    const bool binds = &rung == &ladder.rungs.front();
    const bool too_low = wanted ? rung.threads < *wanted : binds;
    table.add({binds ? "▸" : "", rung.name, format_value(rung), format_count(rung.threads), rung.call, rung.errno_name,
               rung.source},
              too_low ? (wanted ? Table::Emphasis::bad : Table::Emphasis::bold) : Table::Emphasis::none);
  }
  fmt::print("{}", table.text(style));
  if (!wanted) return;
  std::string names;
  for (const LimitRung& rung : ladder.rungs) {
    if (rung.threads < *wanted) names += (names.empty() ? "" : ", ") + rung.name;
  }
  if (names.empty()) {
    fmt::print("\n{} fit: no limit stands in their way.\n", format_count(*wanted, "thread"));
  } else {
    fmt::print("\n{} need higher limits: {}.\n", format_count(*wanted, "thread"), names);
  }
}

}  // namespace

Exit limits(const LimitsArguments& arguments) {
  std::optional<Scenario> scenario;
  if (arguments.scenarios.files.empty()) {
    scenario = default_scenario(arguments.scenarios);
  } else if (auto loaded = load_scenarios(arguments.scenarios)) {
    scenario = std::move(loaded->front());
  }
  if (!scenario) return Exit::usage;
  if (const auto selected = select_runs(*scenario, arguments.concurrency); !selected) {
    print_error(selected.error());
    return Exit::usage;
  }
  const Runtime& runtime = threaded_run(*scenario).runtime;
  const LimitLadder ladder = limit_ladder(scenario->machine, runtime);
  if (arguments.json) {
    fmt::print("{}\n", to_json_line(ladder));
  } else {
    print_ladder(*scenario, runtime, ladder, arguments.threads);
  }
  return Exit::ok;
}

}  // namespace spawnpoint::command_line
