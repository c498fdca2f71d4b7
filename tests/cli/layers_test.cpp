// SPDX-License-Identifier: GPL-3.0-or-later
// Includes go downwards only: gui -> models -> core, and within a floor as the table in its README allows. The sources
// themselves are read.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/documents.hpp"

using spawnpoint::tests::code_words;
using spawnpoint::tests::document;
using spawnpoint::tests::table_rows;

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
struct Folder {
  std::string name;
  std::vector<std::string> may_include;
};

/// The folders of all floors, as the tables in their READMEs have them.
const std::vector<Folder>& folders() {
  static const std::vector<Folder> all = [] {
    std::vector<Folder> found;
    for (const std::string floor : {"core", "models", "gui"}) {
      for (const auto& row : table_rows(document(floor + "/README.md"))) {
        const std::vector<std::string> folder = code_words(row.front());
        if (row.size() == 3 && folder.size() == 1) found.push_back({folder.front(), code_words(row[2])});
      }
    }
    return found;
  }();
  return all;
}

const Folder* find_folder(const std::string& folder) {
  const auto found = std::ranges::find(folders(), folder, &Folder::name);
  return found == folders().end() ? nullptr : &*found;
}

/// Whether `to` can be reached from `from` by what folders may include.
bool may_include(const std::string& from, const std::string& to) {
  const Folder* entry = find_folder(from);
  return entry != nullptr && std::ranges::any_of(entry->may_include, [&](const std::string& next) {
           return next == to || may_include(next, to);
         });
}

}  // namespace

TEST_CASE("no folder may include what may include it") {
  CHECK(folders().size() > 40);
  for (const Folder& entry : folders()) {
    INFO(entry.name);
    CHECK(std::filesystem::is_directory(SPAWNPOINT_SOURCE "/" + entry.name));
    for (const std::string& next : entry.may_include) CHECK(find_folder(next) != nullptr);
    // A folder is below those that it may include, so the table itself has no cycle.
    for (const std::string& next : entry.may_include) CHECK(find_folder(next) < &entry);
  }
}

TEST_CASE("each folder includes only what its README allows") {
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

TEST_CASE("what runs in the background of the app is a LatestJob, or beside what waits for it") {
  for (const char* other : {"QtConcurrent", "QFuture", "QThreadPool", "QThread", "std::async", "std::jthread"}) {
    INFO(other);
    CHECK(spread(other, {"gui/background/"}) == "");
  }
}

TEST_CASE("what the app knows is known without a widget") {
  const std::vector<std::string> of_core = {"QByteArray",     "QCryptographicHash",
                                            "QDir",           "QFile",
                                            "QFileInfo",      "QFileSystemWatcher",
                                            "QObject",        "QRegularExpression",
                                            "QSaveFile",      "QSettings",
                                            "QStandardPaths", "QString",
                                            "QStringList",    "QTimer"};
  std::string found;
  for (const Include& include : includes_below("gui/workspace")) {
    if (include.name.starts_with("Q") && std::ranges::find(of_core, include.name) == of_core.end())
      found += include.file.string() + " includes " + include.name + "\n";
  }
  CHECK(found == "");
}

TEST_CASE("third-party libraries appear each in one place") {
  CHECK(spread("toml++/", {"models/document/"}) == "");
  CHECK(spread("qcustomplot", {"gui/charts/"}) == "");
}
