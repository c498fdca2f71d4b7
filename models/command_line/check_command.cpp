// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run check`: scenarios as tests. Each expectation is compared with each result that it is about.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/files/streams.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/one_run.hpp"
#include "models/command_line/terminal.hpp"
#include "models/lab/run/run.hpp"
#include "models/result/format.hpp"
#include "models/scenario/expect.hpp"
#include "models/scenario/run_names.hpp"

namespace spawnpoint::command_line {
namespace {

struct Count {
  std::int64_t met = 0;
  std::int64_t failed = 0;
  std::int64_t not_run = 0;
  Count& operator+=(const Count& other) {
    met += other.met;
    failed += other.failed;
    not_run += other.not_run;
    return *this;
  }
};

/// Modeled, every run is made. Live, only those that an expectation is about: a live run takes its real time.
bool is_wanted(const Scenario& scenario, std::size_t run, WorldKind world, Worlds worlds) {
  if (!includes(worlds, world)) return false;
  if (world == WorldKind::modeled) return true;
  const RunResult stands_for = result_before(scenario, run, world);
  return std::ranges::any_of(scenario.expectations,
                             [&](const Expectation& expectation) { return applies(expectation, stands_for); });
}

void compare(const Scenario& scenario, const RunResult& result, const Style& style, Count& count) {
  for (const Expectation& expectation : scenario.expectations) {
    if (!applies(expectation, result)) continue;
    const auto place = fmt::format("{}:{}", scenario.file.empty() ? "<stdin>" : scenario.file, expectation.line);
    if (!result.error.empty()) {
      ++count.not_run;
      say("{}: {}: {}\n", place, style.bad("not run"), expectation.key);
    } else if (const auto mismatch = spawnpoint::check(expectation, result)) {
      ++count.failed;
      say("{}: {}: {}\n", place, style.bad("failed"), *mismatch);
    } else {
      ++count.met;
    }
  }
}

std::string summary(const Count& count) {
  std::string text = fmt::format("{} met", format_count(count.met));
  if (count.failed > 0) text += fmt::format(", {} failed", format_count(count.failed));
  if (count.not_run > 0) text += fmt::format(", {} not run", format_count(count.not_run));
  return text;
}

}  // namespace

Exit check(const CheckArguments& arguments) {
  const auto scenarios = load_scenarios(arguments.scenarios);
  if (!scenarios) return Exit::usage;
  const Interrupt interrupt;
  const Style style = Style::of(STDOUT_FILENO);
  const RunRequest request{
      .record = false, .beside_live = arguments.worlds == Worlds::both, .uncapped = arguments.uncapped};
  Count total;
  bool could_not_run = false;
  for (const Scenario& scenario : *scenarios) {
    Count count;
    for (std::size_t run = 0; run < scenario.runs.size(); ++run) {
      for (const WorldKind world : kWorlds) {
        if (!is_wanted(scenario, run, world, arguments.worlds)) continue;
        const RunResult result = run_one(scenario, run, world, request);
        if (Interrupt::requested()) {
          say("stopped\n");
          return Exit::interrupted;
        }
        if (!result.error.empty()) {
          could_not_run = true;
          print_error(
              fmt::format("{}: {}, {}: {}", scenario.file, shown_name(scenario, run), to_string(world), result.error));
        }
        compare(scenario, result, style, count);
      }
    }
    const bool good = count.failed == 0 && count.not_run == 0;
    say("{}  {}: {}\n", good ? style.good("ok") : style.bad("--"), scenario.file.empty() ? "<stdin>" : scenario.file,
        scenario.expectations.empty() ? "it runs; it has no expectations" : summary(count));
    std::fflush(stdout);
    total += count;
  }
  say("{}: {}: {}\n", format_count(static_cast<std::int64_t>(scenarios->size()), "scenario"),
      format_count(total.met + total.failed + total.not_run, "expectation"), summary(total));
  if (total.failed > 0) return Exit::expectation_failed;
  return could_not_run ? Exit::cannot_run : Exit::ok;
}

}  // namespace spawnpoint::command_line
