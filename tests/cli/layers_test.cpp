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

namespace {

/// A folder, and those that it may include. A folder may include what these may, too. All of models may include core,
/// all of gui may include models.
struct Room {
  std::string folder;
  std::vector<std::string> may_include;
};

const std::vector<Room> kRooms{
    {"core", {}},
    {"core/numeric", {"core"}},
    {"core/text", {"core"}},
    {"core/files", {"core"}},
    {"core/statistics", {"core", "core/numeric"}},
    {"core/memory", {"core"}},
    {"core/coroutine", {"core/memory"}},
    {"core/executor", {"core/coroutine", "core/files"}},
    {"core/simulation", {"core/coroutine", "core/statistics", "core/text"}},
    {"core/trace", {"core/files", "core/memory"}},

    {"models/document", {}},
    {"models/machine", {"models/document"}},
    {"models/machine/host", {"models/machine"}},
    {"models/workload", {"models/document"}},
    {"models/kernel", {"models/machine"}},
    {"models/result", {"models/machine"}},
    {"models/world", {"models/kernel", "models/machine", "models/result", "models/workload"}},
    {"models/concurrency", {"models/workload", "models/world"}},
    {"models/scenario",
     {"models/concurrency", "models/document", "models/machine", "models/result", "models/workload"}},
    {"models/scenario/edit", {"models/scenario"}},
    {"models/lab/run", {"models/concurrency", "models/scenario", "models/world", "models/result"}},
    {"models/lab/limits", {"models/kernel", "models/machine"}},
    {"models/lab/live", {"models/lab/run", "models/lab/limits", "models/machine/host", "models/world"}},
    {"models/lab/live/worker", {"models/lab/live", "models/world"}},
    {"models/lab/diagnosis", {"models/lab/run", "models/lab/limits", "models/result", "models/scenario"}},
    {"models/lab/calibration", {"models/lab/run", "models/lab/live", "models/machine/host", "models/scenario"}},
    {"models/lab/sweep", {"models/lab/run", "models/lab/live", "models/lab/limits", "models/lab/calibration"}},
    {"models/command_line",
     {"models/lab/sweep", "models/lab/diagnosis", "models/lab/live/worker", "models/scenario/edit"}},
    {"models/command_line/mpi", {"models/command_line"}},

    {"gui/theme", {}},
    {"gui/time", {"gui/theme"}},
    {"gui/workspace", {}},
    {"gui/charts", {"gui/time", "gui/theme"}},
    {"gui/timeline", {"gui/charts", "gui/time", "gui/theme"}},
    {"gui/compare", {"gui/workspace", "gui/timeline"}},
    {"gui/map", {"gui/workspace", "gui/timeline"}},
    {"gui/file", {"gui/workspace", "gui/timeline"}},
    {"gui/gallery", {"gui/workspace", "gui/timeline"}},
    {"gui/jobs", {"gui/workspace", "gui/timeline"}},
    {"gui/limits", {"gui/workspace", "gui/timeline"}},
    {"gui/diagnosis", {"gui/workspace", "gui/timeline"}},
    {"gui/whatif", {"gui/workspace", "gui/timeline"}},
    {"gui/help", {"gui/workspace", "gui/timeline"}},
    {"gui/export", {"gui/map", "gui/limits", "gui/jobs", "gui/timeline", "gui/charts", "gui/theme"}},
    {"gui/window",
     {"gui/compare", "gui/map", "gui/file", "gui/gallery", "gui/jobs", "gui/limits", "gui/diagnosis", "gui/whatif",
      "gui/help", "gui/export"}},
    {"gui/app", {"gui/window", "gui/export"}},
};

const Room* find_room(const std::string& folder) {
  const auto found = std::ranges::find(kRooms, folder, &Room::folder);
  return found == kRooms.end() ? nullptr : &*found;
}

/// Whether `to` can be reached from `from` by what rooms may include.
bool may_include(const std::string& from, const std::string& to) {
  const Room* room = find_room(from);
  return room != nullptr && std::ranges::any_of(room->may_include, [&](const std::string& next) {
           return next == to || may_include(next, to);
         });
}

}  // namespace

TEST_CASE("no room of the house leads back into itself") {
  for (const Room& room : kRooms) {
    INFO(room.folder);
    for (const std::string& next : room.may_include) CHECK(find_room(next) != nullptr);
    // A room stands below those that it may include, so the table itself has no circle.
    for (const std::string& next : room.may_include) CHECK(find_room(next) < &room);
  }
}

TEST_CASE("each folder includes only what the house allows it") {
  std::string found;
  for (const std::string floor : {"core", "models", "gui"}) {
    for (const Include& include : includes_below(floor)) {
      if (!include.quoted || !include.name.starts_with(floor + "/")) continue;
      const std::string from = std::filesystem::relative(include.file, SPAWNPOINT_SOURCE).parent_path().string();
      const std::string to = std::filesystem::path(include.name).parent_path().string();
      if (from != to && !may_include(from, to)) found += include.file.string() + " includes " + include.name + "\n";
    }
  }
  CHECK(found == "");
}

TEST_CASE("no one but the program itself knows the command line") {
  CHECK(spread("models/command_line/", {"models/command_line/"}) == "");
  CHECK(spread("CLI/", {"models/command_line/", "gui/app/main.cpp", "gui/app/"}) == "");
}

TEST_CASE("third-party libraries appear each in one place") {
  CHECK(spread("toml++/", {"models/document/"}) == "");
  CHECK(spread("qcustomplot", {"gui/charts/"}) == "");
}
