// SPDX-License-Identifier: GPL-3.0-or-later
// What replaces a file or a folder does so whole, or not at all, and leaves nothing beside it.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "core/files/replacing_file.hpp"
#include "core/files/replacing_folder.hpp"
#include "core/files/streams.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using spawnpoint::tests::TemporaryDirectory;

namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

/// Runs `body` in a process of its own, and kills that after so many microseconds.
void kill_after(int microseconds, const std::function<void()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    body();
    ::_exit(0);
  }
  ::usleep(static_cast<useconds_t>(microseconds));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace

TEST_CASE("a file is replaced when it is committed, and otherwise stays") {
  const TemporaryDirectory folder;
  const fs::path file = folder / "result.json";
  put(file, "old");
  {
    auto made = ReplacingFile::create(file);
    REQUIRE(made);
    CHECK(made->write("half of the new"));
    CHECK(contents(file) == "old");
  }
  CHECK(contents(file) == "old");
  CHECK(names_in(folder.path()) == std::set<std::string>{"result.json"});
  ::chmod(file.c_str(), 0640);
  CHECK(replace_file(file, "new"));
  CHECK(contents(file) == "new");
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  CHECK(names_in(folder.path()) == std::set<std::string>{"result.json"});
  // Through a link the file behind it.
  fs::create_symlink(file, folder / "link");
  CHECK(replace_file(folder / "link", "newer"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(contents(file) == "newer");
}

TEST_CASE("what cannot be replaced is told with its name, and is as it was") {
  const TemporaryDirectory folder;
  CHECK(replace_file(folder.path(), "x").error() == folder.path().string() + ": Is a directory");
  CHECK(replace_file(folder / "no/such", "x").error().ends_with("/no/such: No such file or directory"));
  // A device is written to itself.
  CHECK(replace_file("/dev/null", "x"));
  CHECK(replace_file("/dev/full", "x").error() == "/dev/full: No space left on device");
  CHECK(fs::is_character_file("/dev/full"));
  // A file may not be larger: as on a disk that is full.
  put(folder / "old", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto written = replace_file(folder / "old", std::string(5000, 'x'));
    ::_exit(!written && written.error().ends_with("/old: File too large") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(contents(folder / "old") == "old");
  CHECK(names_in(folder.path()) == std::set<std::string>{"old"});
}

TEST_CASE("a process that is killed while it writes leaves the old file or the new one") {
  const TemporaryDirectory folder;
  const fs::path file = folder / "record";
  const std::string old_text(100'000, 'o'), new_text(300'000, 'n');
  std::mt19937 random(17);
  for (int i = 0; i < 40; ++i) {
    put(file, old_text);
    kill_after(static_cast<int>(random() % 1500), [&] {
      for (;;) (void)replace_file(file, new_text);
    });
    const std::string there = contents(file);
    CHECK((there == old_text || there == new_text));
  }
  // What a killed one may have left is gone with the next.
  CHECK(replace_file(file, "end"));
  CHECK(names_in(folder.path()) == std::set<std::string>{"record"});
}

TEST_CASE("a folder's files are all old or all new, whenever the process is killed") {
  const TemporaryDirectory around;
  const fs::path folder = around / "record";
  const std::vector<std::string> files{"run.csv", "jobs.csv", "marks.csv"};
  const auto write = [&](const std::string& text) {
    auto made = ReplacingFolder::create(folder, files);
    if (!made) return false;
    for (const std::string& file : files) put(made->folder() / file, text);
    return made->commit().has_value();
  };
  REQUIRE(write("0"));
  CHECK(names_in(folder) == std::set<std::string>(files.begin(), files.end()));
  CHECK(names_in(around.path()) == std::set<std::string>{"record"});
  const bool with_others = GENERATE(false, true);
  if (with_others) put(folder / "notes.txt", "mine");
  std::mt19937 random(17);
  for (int i = 1; i <= 40; ++i) {
    kill_after(static_cast<int>(random() % 2500), [&] {
      for (int n = 0;; ++n) (void)write(std::to_string(n));
    });
    // Without the first one the folder is no record.
    if (!fs::exists(folder / "run.csv")) continue;
    const std::string one = contents(folder / "run.csv");
    for (const std::string& file : files) CHECK(contents(folder / file) == one);
  }
  REQUIRE(write("end"));
  CHECK(contents(folder / "marks.csv") == "end");
  CHECK(names_in(around.path()) == std::set<std::string>{"record"});
  CHECK(fs::exists(folder / "notes.txt") == with_others);
}

TEST_CASE("standard streams that are closed or full are told by the status, not by an exception") {
  const auto status_of = [](const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  CHECK(status_of([] {
          ::close(STDERR_FILENO);
          ::close(STDOUT_FILENO);
          guard_standard_streams();
          // No other file gets their numbers.
          const int fd = ::open("/dev/null", O_RDONLY);
          note("nobody {}\n", 1);
          say("hears {}\n", 2);
          return fd > STDERR_FILENO && !standard_streams_hold();
        }) == 0);
  CHECK(status_of([] {
          ::dup2(::open("/dev/full", O_WRONLY), STDERR_FILENO);
          note("{}\n", std::string(10'000, 'x'));
          return !standard_streams_hold();
        }) == 0);
  CHECK(status_of([] {
          ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
          ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
          note("{}\n", 1);
          say("{}\n", 2);
          return standard_streams_hold();
        }) == 0);
}
