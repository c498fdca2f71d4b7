// SPDX-License-Identifier: GPL-3.0-or-later
// Each test case runs as a test of its own, found by its name, beside others. Some names break that silently: one that
// looks like an option is not run, and an open bracket makes many tests one. Files by a fixed name break it now and
// then.
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
    for (const std::string& line : spawnpoint::tests::lines_of(spawnpoint::tests::read_file(entry.path()))) {
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

TEST_CASE("no test has a directory that another has too") {
  int found = 0;
  std::string shared;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SPAWNPOINT_TEST_DATA)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".cpp") && !name.ends_with(".hpp")) continue;
    // In two parts, so that this file does not name it.
    if (spawnpoint::tests::read_file(entry.path()).find(std::string("temp_directory") + "_path") == std::string::npos)
      continue;
    ++found;
    if (name != "temporary_directory.hpp") shared += entry.path().string() + "\n";
  }
  CHECK(found == 1);
  CHECK(shared == "");
}
