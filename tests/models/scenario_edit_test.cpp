// SPDX-License-Identifier: GPL-3.0-or-later
// A setting that is written into a scenario's text changes what it says, and nothing else.
#include "models/scenario/edit/text_edit.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

namespace spawnpoint {

TEST_CASE("a value is replaced in its place, whatever form the file writes it in") {
  CHECK(with_value("[jobs]\ncount = 3  # three\n", "jobs.count", "20") == "[jobs]\ncount = 20  # three\n");
  CHECK(with_value("jobs.count = 3\n", "jobs.count", "20") == "jobs.count = 20\n");
  CHECK(with_value("jobs = { count = 3, steps = [] }\n", "jobs.count", "20") == "jobs = { count = 20, steps = [] }\n");
  CHECK(with_value("[machine]\nlimits.pids_max = 512\n", "machine.limits.pids_max", "777") ==
        "[machine]\nlimits.pids_max = 777\n");
  CHECK(with_value("[machine.limits]\npids_max = [1, 2]\n", "machine.limits.pids_max", "777") ==
        "[machine.limits]\npids_max = 777\n");
  CHECK(with_value("title = \"Ähm: ✕\"\n", "title", "\"n\"") == "title = \"n\"\n");
  CHECK(with_value("[machine]\nmemory = \"1GiB\"", "machine.memory", "512MiB") == "[machine]\nmemory = \"512MiB\"");
}

TEST_CASE("a value that the file does not have goes into the table that it belongs to") {
  CHECK(with_value("title = \"T\"\n", "jobs.count", "20") == "title = \"T\"\n\n[jobs]\ncount = 20\n");
  CHECK(with_value("", "jobs.count", "20") == "[jobs]\ncount = 20\n");
  CHECK(with_value("[machine]\nprofile = \"host\"\n\n[jobs]\ncount = 1\n", "machine.limits.pids_max", "9") ==
        "[machine]\nprofile = \"host\"\nlimits.pids_max = 9\n\n[jobs]\ncount = 1\n");
  CHECK(with_value("machine = { profile = \"host\" }\n", "machine.cpus", "2") ==
        "machine = { cpus = 2, profile = \"host\" }\n");
  CHECK(with_value("[jobs]\nsteps = [\n  { sleep = \"1s\" },\n]\n", "jobs.count", "5") ==
        "[jobs]\ncount = 5\nsteps = [\n  { sleep = \"1s\" },\n]\n");
  CHECK(with_value("title = \"T\"\n[jobs]\ncount = 1\n", "seed", "7") ==
        "title = \"T\"\nseed = 7\n[jobs]\ncount = 1\n");
}

TEST_CASE("a run's value goes into that run alone") {
  const std::string text =
      "[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"rust-std\"\n\n[[run]]\nconcurrency = \"join_all\"\n";
  CHECK(with_value(text, "run[1].stack", "64KiB") ==
        "[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"rust-std\"\nstack = \"64KiB\"\n\n[[run]]\n"
        "concurrency = \"join_all\"\n");
  CHECK(with_value(text, "run[2].runtime", "tokio") == text + "runtime = \"tokio\"\n");
  CHECK_FALSE(with_value(text, "run[3].stack", "64KiB"));
  CHECK_FALSE(with_value(text, "run.stack", "64KiB"));
  // A file without runs stands for two; they are written out, or the new table would stand for all.
  CHECK(with_value("title = \"T\"\n", "run[1].stack", "64KiB") ==
        "title = \"T\"\n\n[[run]]\nconcurrency = \"thread_per_job\"\nstack = \"64KiB\"\n\n[[run]]\n"
        "concurrency = \"join_all\"\n");
}

TEST_CASE("what cannot be written without changing anything else is not written") {
  CHECK_FALSE(with_value("[jobs\n", "jobs.count", "20"));
  CHECK_FALSE(with_value("jobs = 3\n", "jobs.count", "20"));
  CHECK_FALSE(with_value("[jobs]\n", "jobs..count", "20"));
  CHECK_FALSE(with_value("[jobs]\n", "jobs.\"count\"", "20"));
  CHECK_FALSE(with_value("[jobs]\n", "jobs.count", "[1"));
}

TEST_CASE("every shipped scenario takes another number of jobs, machine, limit and stack, and reads as with --set") {
  for (const auto& path : list_scenarios(shipped_scenarios())) {
    std::ostringstream read;
    read << std::ifstream(path).rdbuf();
    const std::string text = read.str();
    CAPTURE(path.string());
    const std::pair<std::string, std::string> settings[] = {{"jobs.count", "77"},
                                                            {"machine.profile", "docker-default"},
                                                            {"machine.limits.pids_max", "123"},
                                                            {"machine.limits.memory_max", "1GiB"},
                                                            {"run[1].stack", "128KiB"}};
    std::string changed = text;
    ParseOptions with_settings;
    with_settings.host = [] { return Machine{}; };
    ParseOptions alone = with_settings;
    for (const auto& [key, value] : settings) {
      const auto next = with_value(changed, key, value);
      REQUIRE(next);
      changed = *next;
      with_settings.settings.push_back({key, value});
    }
    const auto written = parse_scenario(changed, path.string(), alone);
    const auto set = parse_scenario(text, path.string(), with_settings);
    REQUIRE(written.scenario.has_value() == set.scenario.has_value());
    if (!written.scenario) continue;
    CHECK(written.scenario->jobs.count == 77);
    CHECK(written.scenario->machine_profile == "docker-default");
    CHECK(written.scenario->runs.size() == set.scenario->runs.size());
    CHECK(written.scenario->runs[0].runtime.stack == set.scenario->runs[0].runtime.stack);
    CHECK(written.scenario->runs[0].runtime.stack == Bytes{128 * 1024});
    CHECK(to_toml(written.scenario->machine) == to_toml(set.scenario->machine));
  }
}

TEST_CASE("a run is added after the runs that a text has") {
  const std::vector<Setting> settings{{"threads", "8"}, {"run.stack", "512KiB"}};
  CHECK(
      with_run("[jobs]\ncount = 3\n\n[[run]]\nconcurrency = \"sequential\"\n\n# what we expect\n[expect]\n"
               "\"completed\" = 3\n",
               "thread_pool", settings, {"thread_per_job"}) ==
      "[jobs]\ncount = 3\n\n[[run]]\nconcurrency = \"sequential\"\n\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = "
      "8\nstack = \"512KiB\"\n\n# what we expect\n[expect]\n\"completed\" = 3\n");
}

TEST_CASE("a text without a run gets its implied ones written out") {
  CHECK(with_run("title = \"x\"\n", "join_all", {}, {"thread_per_job", "sequential"}) ==
        "title = \"x\"\n\n[[run]]\nconcurrency = \"thread_per_job\"\n\n[[run]]\nconcurrency = "
        "\"sequential\"\n\n[[run]]\nconcurrency = \"join_all\"\n");
  CHECK(with_run("", "join_all", {}, {}) == "[[run]]\nconcurrency = \"join_all\"\n");
  // A run of the file stands for its model.
  const std::string mine = "[[run]]\nconcurrency = \"thread_pool\"\nlabel = \"mine\"\n";
  CHECK(with_run(mine, "mine", {{"run.stack", "1MiB"}}, {}) ==
        mine + "\n[[run]]\nconcurrency = \"thread_pool\"\nstack = \"1MiB\"\n");
}

TEST_CASE("settings of a run are told from others") {
  CHECK_FALSE(is_run_setting("seed"));
  CHECK(is_run_setting("run.threads"));
  CHECK_FALSE(is_run_setting("jobs.count"));
}

}  // namespace spawnpoint
