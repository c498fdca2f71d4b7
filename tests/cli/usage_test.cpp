// SPDX-License-Identifier: GPL-3.0-or-later
// Bad usage and bad files: exit status 2, a message that helps, nothing on standard output, nothing run.
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint::tests;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kGood = "title = \"Good\"\n[jobs]\ncount = 1\n[[run]]\nconcurrency = \"join_all\"\n";

}  // namespace

TEST_CASE("help and version go to standard output with exit status 0") {
  const Output help = spawnpoint_run({"--help"});
  CHECK(help.status == 0);
  CHECK(help.err == "");
  for (const char* word : {"run", "limits", "check", "machine", "Examples:", "Exit status"})
    CHECK_THAT(help.out, ContainsSubstring(word));
  CHECK(help.out.find("live-worker") == std::string::npos);
  for (const char* command : {"run", "limits", "check", "machine"}) {
    const Output of_command = spawnpoint_run({command, "--help"});
    CHECK(of_command.status == 0);
    CHECK_THAT(of_command.out, ContainsSubstring("Usage: spawnpoint-run " + std::string(command)));
  }
  const Output version = spawnpoint_run({"--version"});
  CHECK(version.status == 0);
  CHECK_THAT(version.out, Catch::Matchers::StartsWith("spawnpoint-run 0."));
}

TEST_CASE("bad usage ends with exit status 2 and a message on standard error") {
  TemporaryDirectory directory;
  const std::string file = (directory / "good.toml").string();
  write_file(file, kGood);
  const std::vector<std::vector<std::string>> all{
      {},
      {"frobnicate"},
      {"run"},
      {"run", file, "--frobnicate"},
      {"run", file, "--world", "mars"},
      {"run", file, "--seed", "-1"},
      {"run", file, "--seed", "many"},
      {"run", file, "--set"},
      {"run", file, "--set", "jobs.count"},
      {"run", file, "--set", "=3"},
      {"run", file, "--set", "jobs.count=many"},
      {"run", file, "--set", "jobs.cuont=3"},
      {"run", file, "--concurrency", "theads"},
      {"run", (directory / "missing.toml").string()},
      {"run", directory.path().string()},
      {"limits", file, file},
      {"limits", "--threads", "0"},
      {"check"},
      {"machine", "--save"},
      {"machine", file},
  };
  for (const auto& arguments : all) {
    std::string shown;
    for (const std::string& argument : arguments) shown += " " + argument;
    INFO("spawnpoint-run" << shown);
    const Output output = spawnpoint_run(arguments);
    CHECK(output.status == 2);
    CHECK(output.out == "");
    CHECK(output.err != "");
  }
}

TEST_CASE("a misspelt key or concurrency model is answered with what there is") {
  TemporaryDirectory directory;
  const std::string file = (directory / "good.toml").string();
  write_file(file, kGood);
  CHECK_THAT(spawnpoint_run({"run", file, "--set", "jobs.cuont=3"}).err, ContainsSubstring("jobs.count"));
  CHECK_THAT(spawnpoint_run({"run", file, "--concurrency", "theads"}).err, ContainsSubstring("thread_per_job"));
}

TEST_CASE("all mistakes of all files are reported in one pass, with file, line and column, and nothing is run") {
  TemporaryDirectory directory;
  const std::string good = (directory / "good.toml").string();
  const std::string first = (directory / "first.toml").string();
  const std::string second = (directory / "second.toml").string();
  write_file(good, kGood);
  write_file(first, "title = \"x\"\n[jobs]\ncount = -1\nsteps = [ { sleep = 1 } ]\n");
  write_file(second, "titel = \"x\"\n");
  for (const char* command : {"run", "check"}) {
    const Output output = spawnpoint_run({command, good, first, second});
    CHECK(output.status == 2);
    CHECK(output.out == "");
    CHECK_THAT(output.err, ContainsSubstring(first + ":3:9: error: "));
    CHECK_THAT(output.err, ContainsSubstring(first + ":4:21: error: "));
    CHECK_THAT(output.err, ContainsSubstring(second + ":1:1: error: "));
    CHECK_THAT(output.err, ContainsSubstring("title"));
  }
}

TEST_CASE("a mistake on standard input is reported as such") {
  const Output output = spawnpoint_run({"run", "-"}, "titel = 1\n");
  CHECK(output.status == 2);
  CHECK_THAT(output.err, ContainsSubstring("<stdin>:1:1: error: "));
}

TEST_CASE("a mistake in --set is reported once, however many files there are") {
  TemporaryDirectory directory;
  const std::string one = (directory / "one.toml").string();
  const std::string two = (directory / "two.toml").string();
  write_file(one, kGood);
  write_file(two, kGood);
  const Output output = spawnpoint_run({"run", one, two, "--set", "jobs.cuont=3"});
  std::size_t times = 0;
  for (const std::string& line : lines_of(output.err)) times += line.find("error:") != std::string::npos ? 1 : 0;
  CHECK(times == 1);
}
