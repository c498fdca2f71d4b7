// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/models/advice_laboratory.hpp"

#include <algorithm>

#include "models/lab/run/run.hpp"
#include "tests/catch.hpp"

namespace spawnpoint::advice_tests {

std::optional<Scenario> read(const ScenarioSource& source) {
  return parse_scenario(source.text, source.file, source.options).scenario;
}

RunResult modeled(const Scenario& scenario, std::size_t run) {
  RunOptions options;
  options.record = false;
  return run_modeled(scenario, run, options);
}

bool is_done(const RunResult& result) {
  return result.error.empty() && !result.failure && result.completed == result.jobs;
}

std::vector<Suggestion> advice_of(const std::string& text, const AdviceOptions& options) {
  const ScenarioSource source{text, "advice.toml", {}};
  const auto scenario = read(source);
  REQUIRE(scenario);
  return advise(source, scenario->runs.front().label, modeled(*scenario, 0), options);
}

const Suggestion* find(const std::vector<Suggestion>& suggestions, std::string_view concurrency) {
  const auto found = std::ranges::find(suggestions, concurrency, &Suggestion::concurrency);
  return found == suggestions.end() ? nullptr : &*found;
}

}  // namespace spawnpoint::advice_tests
