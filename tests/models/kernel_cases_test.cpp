// SPDX-License-Identifier: GPL-3.0-or-later
// The real kernel's failure points against a modeled run of the same program, and against the ladder of limits. What
// the command line says of them is in tests/cli/failure_points_test.cpp.
#include "tests/models/kernel_cases.hpp"

#include "models/lab/limits/limits.hpp"
#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using tests::KernelCase;

namespace {

Scenario scenario_of(const KernelCase& measured) {
  ParseOptions options;
  for (const std::string& text : measured.settings()) {
    const auto setting = parse_setting(text);
    REQUIRE(setting);
    options.settings.push_back(*setting);
  }
  const std::int64_t jobs = measured.none_refused() ? measured.number("requested_n") : measured.measured() + 100;
  // So long that none ends before the last is created.
  const std::string text = "[jobs]\ncount = " + std::to_string(jobs) +
                           "\nsteps = [{ sleep = \"1h\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n";
  const ParseResult parsed = parse_scenario(text, "case.toml", options);
  for (const Diagnostic& diagnostic : parsed.diagnostics) UNSCOPED_INFO(format(diagnostic));
  REQUIRE(parsed.scenario);
  return *parsed.scenario;
}

/// A line on what is wrong; empty: nothing is.
std::string difference(const KernelCase& measured, std::int64_t threads, const std::string& error,
                       const std::string& limit) {
  const bool same = std::llabs(threads - measured.measured()) <= measured.tolerance() &&
                    error == measured.text("errno") && limit == measured.limit();
  if (same) return {};
  return measured.name() + ": measured " + std::to_string(measured.measured()) + " " + measured.text("errno") + " by " +
         measured.limit() + ", modeled " + std::to_string(threads) + " " + error + " by " + limit + "\n";
}

}  // namespace

TEST_CASE("A modeled run and the ladder fail at the thread that the real kernel refused") {
  int skipped = 0;
  int checked = 0;
  std::string wrong;
  for (const KernelCase& measured : tests::kernel_cases()) {
    if (measured.injected()) {
      ++skipped;
      continue;
    }
    ++checked;
    const Scenario scenario = scenario_of(measured);
    const LimitLadder ladder = limit_ladder(scenario.machine, scenario.runs[0].runtime);
    const RunResult result = run_modeled(scenario, 0, RunOptions{.record = false, .progress = {}, .stop = {}});
    if (measured.none_refused()) {
      if (result.failure || ladder.threads < measured.number("requested_n"))
        wrong += measured.name() + ": measured no refusal, modeled one\n";
      continue;
    }
    const LimitRung binding = ladder.rungs.empty() ? LimitRung{} : ladder.rungs.front();
    const std::string of_ladder = difference(measured, ladder.threads, name_of(binding.cause),
                                             binding.limit != nullptr ? std::string(binding.limit->name) : "");
    if (!of_ladder.empty()) wrong += "ladder: " + of_ladder;
    const FailurePoint failure = result.failure.value_or(FailurePoint{});
    const std::string of_run = difference(measured, failure.threads, name_of(failure.cause), failure.limit);
    if (!of_run.empty()) wrong += "run: " + of_run;
    // The calls as the measurement names them; newer C libraries call clone3 where some rows say clone.
    if (measured.limit() != "memory.max" && result.failure &&
        measured.text("failing_call").find(failure.call.substr(0, 4)) == std::string::npos)
      wrong += measured.name() + ": measured " + measured.text("failing_call") + ", modeled " + failure.call + "\n";
  }
  INFO(wrong);
  CHECK(wrong.empty());
  // live_nobody_seccomp_507_c and _rust.
  CHECK(skipped == 2);
  CHECK(checked == 65 + 77);
}
