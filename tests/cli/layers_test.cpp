// SPDX-License-Identifier: GPL-3.0-or-later
// Imports run downwards only: gui -> models -> core. The sources themselves are read.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

namespace {

struct Include {
  std::filesystem::path file;
  std::string name;
  bool quoted = false;
};

std::vector<Include> includes_below(const std::string& folder) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SPAWNPOINT_SOURCE "/" + folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".hpp" && extension != ".cpp") continue;
    for (const std::string& line : spawnpoint::tests::lines_of(spawnpoint::tests::read_file(entry.path()))) {
      std::smatch match;
      if (std::regex_search(line, match, pattern)) includes.push_back({entry.path(), match[2], match[1] == "\""});
    }
  }
  return includes;
}

/// The includes below `folder` that begin with one of `starts`.
std::string forbidden(const std::string& folder, const std::vector<std::string>& starts) {
  std::string found;
  for (const Include& include : includes_below(folder)) {
    if (std::ranges::any_of(starts, [&](const std::string& start) { return include.name.starts_with(start); })) {
      found += include.file.string() + " includes " + include.name + "\n";
    }
  }
  return found;
}

/// Files other than `allowed` (folders or files) that include `library`'s headers.
std::string spread(const std::string& library, const std::vector<std::string>& allowed) {
  std::string found;
  for (const char* folder : {"core", "models", "gui"}) {
    if (!std::filesystem::exists(std::string(SPAWNPOINT_SOURCE "/") + folder)) continue;
    for (const Include& include : includes_below(folder)) {
      const std::string file = std::filesystem::relative(include.file, SPAWNPOINT_SOURCE).string();
      if (!include.name.starts_with(library)) continue;
      if (std::ranges::any_of(allowed, [&](const std::string& start) { return file.starts_with(start); })) continue;
      found += file + " includes " + include.name + "\n";
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the sources are found, so that the tests of their includes can fail") {
  CHECK(includes_below("core").size() > 10);
  CHECK(includes_below("models").size() > 10);
  CHECK_FALSE(forbidden("models", {"core/"}).empty());
}

TEST_CASE("core includes nothing of models or gui, and no Qt") {
  CHECK(forbidden("core", {"models/", "gui/", "tests/", "Q", "qcustomplot"}) == "");
}

TEST_CASE("models includes nothing of gui, and no Qt") {
  CHECK(forbidden("models", {"gui/", "tests/", "Q", "qcustomplot"}) == "");
}

TEST_CASE("the simulated kernel and the concurrency models do not know each other, nor files, nor runs") {
  const std::vector<std::string> above{"models/concurrency/", "models/scenario/parse", "models/lab/",
                                       "models/command_line/"};
  if (std::filesystem::exists(SPAWNPOINT_SOURCE "/models/kernel")) CHECK(forbidden("models/kernel", above) == "");
  if (std::filesystem::exists(SPAWNPOINT_SOURCE "/models/concurrency")) {
    CHECK(forbidden("models/concurrency",
                    {"models/kernel/", "models/scenario/parse", "models/lab/", "models/command_line/"}) == "");
  }
}

TEST_CASE("no one but the program itself knows the command line") {
  CHECK(spread("models/command_line/", {"models/command_line/"}) == "");
  CHECK(spread("CLI/", {"models/command_line/", "gui/app/main.cpp", "gui/app/"}) == "");
}

TEST_CASE("third-party libraries appear each in one place") {
  CHECK(spread("toml++/", {"models/scenario/"}) == "");
  CHECK(spread("qcustomplot", {"gui/charts/"}) == "");
}
