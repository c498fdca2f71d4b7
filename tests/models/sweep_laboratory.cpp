// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/models/sweep_laboratory.hpp"

#include <utility>

#include "models/lab/sweep/sweep_text.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

namespace spawnpoint::sweep_tests {

const std::string kPlayground = R"toml(
[machine]
profile = "rust-playground"
[jobs]
count = 1000
[[run]]
concurrency = "thread_per_job"
runtime = "rust-std"
[[run]]
concurrency = "join_all"
)toml";

SweepSource source(const std::string& text, std::vector<Setting> settings) {
  SweepSource source;
  source.text = text;
  source.file = "test.toml";
  source.options.settings = std::move(settings);
  source.options.host = [] { return tests::plain_machine(); };
  return source;
}

SweepPlan plan(const std::string& text, std::vector<Setting> settings) {
  auto made = SweepPlan::make(source(text, std::move(settings)));
  if (!made) FAIL(format(made.error()));
  return *std::move(made);
}

SweepOptions on(unsigned workers) {
  SweepOptions options;
  options.workers = workers;
  return options;
}

std::vector<std::string> lines(const SweepPlan& of, const SweepOutcome& outcome) {
  std::vector<std::string> all;
  for (const auto& cell : outcome.cells) all.push_back(cell ? to_json_line(of, *cell) : "missing");
  for (const SweepEdge& edge : outcome.edges) all.push_back(to_json_line(of, edge));
  return all;
}

std::string values(const SweepPlan& of, std::size_t point) {
  std::string text;
  for (const Setting& setting : of.settings(point)) text += (text.empty() ? "" : " ") + setting.value;
  return text;
}

}  // namespace spawnpoint::sweep_tests
