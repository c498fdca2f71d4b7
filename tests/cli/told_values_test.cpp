// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the command's table tells of a run in numbers is found again in the JSON of the same command.
#include "tests/told_values.hpp"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/drawn_scenario.hpp"

using namespace spawnpoint::tests;

TEST_CASE("each number of a run's table and of its diagnosis is in its JSON", "[values]") {
  const TemporaryDirectory folder;
  std::mt19937 random(21);
  std::vector<std::string> files{"run", "--world", "modeled"};
  for (int i = 0; i < 200; ++i) {
    const auto file = folder.path() / ("drawn" + std::string(1, static_cast<char>('a' + i / 26)) +
                                       std::string(1, static_cast<char>('a' + i % 26)) + ".toml");
    write_file(file, drawn_scenario(random));
    files.push_back(file.string());
  }
  const Output table = spawnpoint_run(files);
  files.emplace_back("--json");
  const Output json = spawnpoint_run(files);
  REQUIRE(table.status == json.status);
  std::map<std::string, std::set<std::string>> known;  // By the scenario's title.
  for (const std::string& line : lines_of(json.out)) {
    const auto result = nlohmann::json::parse(line);
    const std::string title = std::filesystem::path(result["scenario"].get<std::string>()).stem();
    known[title].merge(values_of(line));
    const auto scenario = spawnpoint::load_scenario(result["scenario"].get<std::string>(), {}).scenario;
    REQUIRE(scenario);
    for (std::size_t run = 0; run < scenario->runs.size(); ++run)
      if (scenario->runs[run].label == result["label"]) known[title].merge(facts_of(*scenario, run, line));
  }
  REQUIRE(known.size() == 200);
  std::string title;
  std::size_t checked = 0;
  for (const std::string& line : lines_of(table.out)) {
    if (known.contains(line)) title = line;
    // What is typed after it is not told.
    const std::string said = line.substr(0, line.find("  --concurrency"));
    INFO(title << ": " << said);
    REQUIRE_FALSE(title.empty());
    CHECK(not_among(known[title], said) == std::vector<std::string>{});
    checked += values_in(said).size();
  }
  CHECK(checked > 3000);
}
