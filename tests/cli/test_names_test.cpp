// SPDX-License-Identifier: GPL-3.0-or-later
// Each test case runs as a test of its own, found by its name. Some names break that silently: one that looks like an
// option is not run, and an open bracket makes many tests one.
#include <filesystem>
#include <regex>
#include <string>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

TEST_CASE("no test has a name by which it cannot be run") {
  static const std::regex pattern(R"re(^TEST_CASE\(("[^"]*)")re");
  int found = 0;
  std::string broken;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SPAWNPOINT_TEST_DATA)) {
    if (entry.path().extension() != ".cpp") continue;
    for (const std::string& line : spawnpoint::test::lines_of(spawnpoint::test::read_file(entry.path()))) {
      std::smatch match;
      if (!std::regex_search(line, match, pattern)) continue;
      ++found;
      const std::string name = match[1].str().substr(1);
      if (name.starts_with('-') || name.find_first_of("[];") != std::string::npos) broken += name + "\n";
    }
  }
  CHECK(found > 100);
  CHECK(broken == "");
}
