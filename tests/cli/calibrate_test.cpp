// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run machine --calibrate`: what it writes, keeps, and leaves alone. How good the costs are,
// tests/bench/fidelity_time.cpp shows.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/processes.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint::tests;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What programs started from here keep, they keep in a folder of the test's own.
class OwnData {
 public:
  OwnData() {
    if (const char* set = std::getenv("XDG_DATA_HOME")) before_ = set;
    ::setenv("XDG_DATA_HOME", directory_.path().c_str(), 1);
  }
  OwnData(const OwnData&) = delete;
  OwnData& operator=(const OwnData&) = delete;
  ~OwnData() { before_.empty() ? ::unsetenv("XDG_DATA_HOME") : ::setenv("XDG_DATA_HOME", before_.c_str(), 1); }
  std::filesystem::path file() const { return directory_ / "spawnpoint/host.toml"; }

 private:
  TemporaryDirectory directory_;
  std::string before_;
};

}  // namespace

TEST_CASE("a calibration is written with its intervals, and kept for the machine host") {
  spawnpoint::need_exact_counts();
  const OwnData data;
  TemporaryDirectory directory;
  const std::string file = (directory / "mine.toml").string();
  const Output output = spawnpoint_run({"machine", "--calibrate", "--save", "-o", file});
  INFO(output.err);
  REQUIRE(output.status == 0);
  CHECK(output.out.empty());
  const std::string profile = read_file(file);
  for (const char* key :
       {"syscall", "page_fault", "thread_create", "context_switch", "wakeup", "timer_slack", "task_spawn"})
    CHECK_THAT(profile, ContainsSubstring(std::string("\n") + key + " = { value = \""));
  CHECK_THAT(profile, ContainsSubstring("costs calibrated on "));
  CHECK(read_file(data.file()) == profile);

  // Whatever else the machine does meanwhile: no thread takes a second to create.
  const Output run = spawnpoint_run({"run", "-", "--json", "--set", "machine.profile=" + file},
                                    "title = \"x\"\n[jobs]\ncount = 1000\n[[run]]\nconcurrency = \"thread_per_job\"\n"
                                    "[[run]]\nconcurrency = \"join_all\"\n");
  INFO(run.err);
  REQUIRE(run.status == 0);
  for (const std::string& line : lines_of(run.out)) {
    const auto result = nlohmann::json::parse(line);
    CHECK(result["completed"] == 1000);
    CHECK(result["wall_s"] > 1.0);
    CHECK(result["wall_s"] < 1000.0);
  }

  // The host has what was kept, and says so.
  const Output host = spawnpoint_run({"machine"});
  CHECK_THAT(host.out, ContainsSubstring("costs calibrated on "));
  CHECK_THAT(host.err, ContainsSubstring("calibrated, " + data.file().string()));

  // Another kernel's calibration is left alone.
  std::string other = profile;
  const auto at = other.find("Linux ");
  REQUIRE(at != std::string::npos);
  other.replace(at, 6, "Linux 1.");
  write_file(data.file(), other);
  const Output without = spawnpoint_run({"machine"});
  CHECK_THAT(without.err, ContainsSubstring("was made on another machine or kernel"));
  CHECK(without.out.find("costs calibrated on ") == std::string::npos);
}

TEST_CASE("a calibration that is stopped keeps nothing") {
  const OwnData data;
  Program program({"machine", "--calibrate", "--save"});
  CHECK(eventually([&] { return worker_of(program.pid()) != 0; }));
  program.send(SIGINT);
  const Output output = program.wait();
  INFO(output.err);
  CHECK(output.status == 130);
  CHECK(output.out.empty());
  CHECK_FALSE(std::filesystem::exists(data.file()));
}
