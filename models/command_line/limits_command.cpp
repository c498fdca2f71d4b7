// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run limits`: the ladder of limits of a scenario's machine, or of this host.
#include <fmt/format.h>
#include <unistd.h>

#include "core/files/streams.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/terminal.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/limits/limits_json.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint::command_line {
namespace {

/// The run whose runtime counts: the first that runs on threads, else the first.
const RunSpec& threaded_run(const Scenario& scenario) {
  for (std::size_t run = 0; run < scenario.runs.size(); ++run)
    if (threads_of_run(scenario, run) > 0) return scenario.runs[run];
  return scenario.runs.front();
}

/// What this many threads need: memory, and the limits that are too low for them.
void print_needs(const ThreadNeeds& needs, std::int64_t own_threads, const Style& style) {
  using enum Table::Align;
  const std::string threads =
      fmt::format("{} besides {}", format_count(needs.threads, "thread"), own_threads_words(own_threads));
  const bool one = needs.threads == 1;
  if (needs.raise.empty()) {
    say("\n{} {} way.\n{}\n", style.bold(threads),
        one ? "fits: no limit stands in its" : "fit: no limit stands in their", memory_words(needs));
    return;
  }
  std::string names;
  for (const LimitToRaise& limit : needs.raise) {
    const bool again = &limit != needs.raise.data() && (&limit)[-1].limit == limit.limit;
    if (!again) names += fmt::format("{}{}", names.empty() ? "" : ", ", limit.limit->name);
  }
  say("\n{} {} higher limits: {}.\n{}\n\n", style.bold(threads), one ? "needs" : "need", names, memory_words(needs));
  Table table({{"limit", left}, {"is", right}, {"needs", right}, {"with", left}, {"set by", left}});
  for (const LimitToRaise& limit : needs.raise) {
    const Limit& row = *limit.limit;
    table.add(
        {std::string(row.name), format_value(row, limit.value), needed_value(limit), limit.how.text, limit.source},
        Table::Emphasis::none);
  }
  say("{}", table.text(style));
}

void print_ladder(const Scenario& scenario, const Runtime& runtime, const LimitLadder& ladder,
                  std::optional<std::int64_t> wanted) {
  using enum Table::Align;
  const Style style = Style::of(STDOUT_FILENO);
  const std::string where = fmt::format("{} with {}", scenario.machine.name, runtime.name);
  const LimitRung* binding = ladder.binding();
  if (binding == nullptr) {
    say("{}: no limit is known\n", style.bold(where));
    return;
  }
  const std::string value = format_value(*binding->limit, binding->value);
  if (binding->limit->per_thread) {
    say("{}: no thread can do its job: it would use {} of its stack, which has {} ({})\n", style.bold(where),
        format_bytes(runtime.touched + runtime.idle_stack), value, name_of(binding->cause));
  } else {
    // A runtime's other threads are there before the first one for a job.
    say("{}: {} besides {}; then {} {} ({})\n", style.bold(where), format_count(ladder.threads, "thread"),
        own_threads_words(runtime.base_threads), name_of(*binding),
        ends_process(binding->cause) ? "ends the process" : "refuses", name_of(binding->cause));
  }
  say("{} is {}: {}\nraise it with: {}\n", name_of(*binding), value, binding->source, binding->raise.text);
  if (!binding->room.empty()) say("{}\n", binding->room);
  if (ladder.rungs.size() > 1) {
    const LimitRung& next = ladder.rungs[1];
    say("if it were raised, {} would bind next, at {}\n", name_of(next), format_count(next.threads, "thread"));
  }
  say("\n");
  Table table({{"", left},
               {"limit", left},
               {"value", right},
               {"threads", right},
               {"refused call", left},
               {"seen as", left},
               {"set by", left}});
  for (const LimitRung& rung : ladder.rungs) {
    const bool binds = &rung == binding;
    const bool too_low = wanted ? rung.threads < *wanted : binds;
    table.add({binds ? "▸" : "", name_of(rung), format_value(*rung.limit, rung.value), format_count(rung.threads),
               rung.call, name_of(rung.cause), rung.source},
              too_low ? (wanted ? Table::Emphasis::bad : Table::Emphasis::bold) : Table::Emphasis::none);
  }
  for (const LimitRung& rung : ladder.exempt) {
    table.add({"", name_of(rung), format_value(*rung.limit, rung.value), format_count(rung.threads), rung.call,
               "root is exempt", rung.source},
              Table::Emphasis::none);
  }
  say("{}", table.text(style));
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
  const Runtime& runtime = threaded_run(*scenario).runtime;
  const LimitLadder ladder = limit_ladder(scenario->machine, runtime);
  std::optional<ThreadNeeds> needs;
  if (arguments.threads) {
    if (*arguments.threads > kMostThreads) {
      print_error(fmt::format("--threads {}: Linux has no pids for more than {} threads", *arguments.threads,
                              format_count(kMostThreads)));
      return Exit::usage;
    }
    needs = thread_needs(scenario->machine, runtime, *arguments.threads);
  }
  if (arguments.json) {
    say("{}\n", to_json_line(ladder, needs ? &*needs : nullptr));
  } else {
    print_ladder(*scenario, runtime, ladder, arguments.threads);
    if (needs) print_needs(*needs, ladder.own_threads, Style::of(STDOUT_FILENO));
  }
  return Exit::ok;
}

}  // namespace spawnpoint::command_line
