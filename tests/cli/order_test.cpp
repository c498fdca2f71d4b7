// SPDX-License-Identifier: GPL-3.0-or-later
// The article's programs print "start n" and "end n": the same lines in the same order come out of both worlds.
#include <algorithm>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint::tests;

namespace {

using Lines = std::vector<std::string>;

const Lines kSerial{"start 1", "end 1", "start 2", "end 2", "start 3", "end 3"};
const Lines kTogether{"start 1", "start 2", "start 3", "end 1", "end 2", "end 3"};

/// What a run of a shipped scenario prints in `world`.
Lines log_of(const std::string& file, const std::string& concurrency, const std::string& world) {
  const Output output =
      spawnpoint_run({"run", shipped(file), "--concurrency", concurrency, "--json", "--log", "--world", world});
  INFO(output.err);
  REQUIRE(output.status == 0);
  Lines lines = lines_of(output.out);
  REQUIRE(lines.size() == 7);
  // The result follows the job lines.
  REQUIRE(lines.back().starts_with("{"));
  lines.pop_back();
  return lines;
}

Lines only(const Lines& lines, const std::string& word) {
  Lines found;
  std::ranges::copy_if(lines, std::back_inserter(found),
                       [&](const std::string& line) { return line.starts_with(word); });
  return found;
}

}  // namespace

TEST_CASE("jobs called one after the other start and end one after the other") {
  const std::string world = GENERATE("modeled", "live");
  CHECK(log_of("01-three-jobs-sequential.toml", "sequential", world) == kSerial);
}

TEST_CASE("a thread for each job: all start before the first ends") {
  const std::string world = GENERATE("modeled", "live");
  const Lines lines = log_of("02-three-threads.toml", "thread_per_job", world);
  // The kernel fixes the order neither of the starts nor of the ends.
  Lines starts(lines.begin(), lines.begin() + 3);
  Lines ends(lines.begin() + 3, lines.end());
  std::ranges::sort(starts);
  std::ranges::sort(ends);
  CHECK(starts == Lines{"start 1", "start 2", "start 3"});
  CHECK(ends == Lines{"end 1", "end 2", "end 3"});
  CHECK(only(lines, "end").size() == 3);
}

TEST_CASE("an async function that is awaited job by job is serial") {
  const std::string world = GENERATE("modeled", "live");
  CHECK(log_of("06-await-each.toml", "await_each", world) == kSerial);
}

TEST_CASE("join_all starts all jobs and ends them in the order of their deadlines") {
  const std::string world = GENERATE("modeled", "live");
  CHECK(log_of("06-join-all-three.toml", "join_all", world) == kTogether);
}

TEST_CASE("a blocking call inside join_all makes it serial") {
  const std::string world = GENERATE("modeled", "live");
  CHECK(log_of("09-blocking-in-async.toml", "join_all", world) == kSerial);
}

TEST_CASE("futures that are made first and awaited in a loop are serial: they are lazy") {
  const std::string world = GENERATE("modeled", "live");
  CHECK(log_of("10-await-in-a-loop.toml", "await_in_loop", world) == kSerial);
}

TEST_CASE("with several runs, a line before each one's log says which it is") {
  const std::string scenario =
      "title = \"Two\"\n[jobs]\ncount = 1\nsteps = [ { sleep = \"1s\" } ]\n"
      "[[run]]\nconcurrency = \"join_all\"\n[[run]]\nconcurrency = \"sequential\"\n";
  const Output output = spawnpoint_run({"run", "-", "--log"}, scenario);
  REQUIRE(output.status == 0);
  const Lines lines = lines_of(output.out);
  REQUIRE(lines.size() > 6);
  CHECK(Lines(lines.begin(), lines.begin() + 6) ==
        Lines{"# join_all, modeled", "start 1", "end 1", "# sequential, modeled", "start 1", "end 1"});
}
