// SPDX-License-Identifier: GPL-3.0-or-later
// The record that a run leaves: the same bytes for the same seed, whichever process wrote it.
#include <nlohmann/json.hpp>

#include <map>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint::tests;

namespace {

const std::string kRandom =
    "title = \"Random\"\n[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 200\narrivals = { rate = \"500/s\" }\n"
    "steps = [ { cpu = \"exp(mean=1ms)\" }, { sleep = \"uniform(0.1s, 0.5s)\" } ]\n"
    "[[run]]\nconcurrency = \"thread_per_job\"\n[[run]]\nconcurrency = \"thread_pool\"\nthreads = 16\n"
    "[[run]]\nconcurrency = \"join_all\"\n";

/// The files that a process leaves in a directory of its own, by name.
std::map<std::string, std::string> files_of(const std::string& seed) {
  TemporaryDirectory directory;
  const Output output = spawnpoint_run(
      {"run", "-", "--seed", seed, "--trace", (directory / "out.json").string(), "--csv", (directory / "csv").string()},
      kRandom);
  INFO(output.err);
  REQUIRE(output.status == 0);
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(directory.path()).string()] = read_file(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("the same seed gives the same record in two processes, byte for byte") {
  const auto first = files_of("42");
  const auto second = files_of("42");
  const auto other = files_of("43");
  REQUIRE(first.size() >= 6);
  REQUIRE(first.contains("out.thread_per_job.modeled.json") == false);
  for (const char* run : {"thread_per_job", "thread_pool", "join_all"}) {
    const std::string name = "out." + std::string(run) + ".json";
    REQUIRE(first.contains(name));
    CHECK(first.at(name).size() > 1000);
    CHECK(first.at(name) != other.at(name));
    CHECK(nlohmann::json::accept(first.at(name)));
  }
  CHECK(first == second);
}

TEST_CASE("one run in one world is written to the very file that was named") {
  TemporaryDirectory directory;
  const std::string file = (directory / "trace.json").string();
  REQUIRE(spawnpoint_run({"run", "-", "--concurrency", "join_all", "--trace", file}, kRandom).status == 0);
  CHECK(std::filesystem::exists(file));
  CHECK(spawnpoint_run({"run", "-", "--concurrency", "join_all", "--trace", (directory / "no/such/x.json").string()},
                       kRandom)
            .status == 3);
}

TEST_CASE("looking at a run does not change it: with and without a record the result is the same") {
  const auto result = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", "-", "--json", "--concurrency", "thread_pool"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Output output = spawnpoint_run(arguments, kRandom);
    REQUIRE(output.status == 0);
    nlohmann::json json = nlohmann::json::parse(lines_of(output.out).back());
    json.erase("compute_s");
    return json;
  };
  TemporaryDirectory directory;
  CHECK(result({}) == result({"--log"}));
  CHECK(result({}) == result({"--trace", (directory / "x.json").string()}));
}

TEST_CASE("a folder with the record of one run is not given those of several, nor the reverse") {
  const TemporaryDirectory directory;
  const std::string one = (directory / "one").string(), several = (directory / "several").string();
  const std::vector<std::string> of_one{"run", "-", "--concurrency", "join_all", "--csv"},
      of_several{"run", "-", "--csv"};
  const auto run = [&](std::vector<std::string> arguments, const std::string& folder) {
    arguments.push_back(folder);
    return spawnpoint_run(arguments, kRandom);
  };
  REQUIRE(run(of_one, one).status == 0);
  REQUIRE(run(of_several, several).status == 0);
  const Output hidden = run(of_several, one);
  CHECK(hidden.status == 2);
  CHECK(hidden.out.empty());
  CHECK(hidden.err.find("it holds the record of one run (" + one + "/run.csv)") != std::string::npos);
  const Output hiding = run(of_one, several);
  CHECK(hiding.status == 2);
  CHECK(hiding.err.find("it holds the records of several runs") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(several + "/run.csv"));
  // Again into the same place, the same kind takes the place of what is there.
  CHECK(run(of_one, one).status == 0);
  CHECK(run(of_several, several).status == 0);
}

TEST_CASE("a saved record is shown as a run of its own beside others") {
  const TemporaryDirectory directory;
  const std::string saved = (directory / "saved").string();
  const std::string scenario = shipped("04-a-thousand-threads-playground.toml");
  const Output made = spawnpoint_run({"run", scenario, "--concurrency", "thread_per_job", "--csv", saved, "--json"});
  INFO(made.err);
  REQUIRE(made.status == 0);

  const Output table = spawnpoint_run({"run", "-", saved}, kRandom);
  INFO(table.out << table.err);
  REQUIRE(table.status == 0);
  const auto lines = lines_of(table.out);
  // Title, heading, the scenario's three runs, the record.
  REQUIRE(lines.size() > 6);
  CHECK(lines[0] == "Random");
  CHECK(lines[5].find("EAGAIN by pids.max at job 508") != std::string::npos);
  CHECK(table.out.find("saved record · rust-playground · seed ") != std::string::npos);

  // Alone, by its run.csv, and as JSON it is the very run.
  const Output alone = spawnpoint_run({"run", saved + "/run.csv", "--json"});
  INFO(alone.err);
  REQUIRE(alone.status == 0);
  auto first = nlohmann::json::parse(made.out), again = nlohmann::json::parse(alone.out);
  // A record is diagnosed with its scenario alone.
  for (const char* left_out : {"compute_s", "diagnosis", "suggestions"})
    for (auto* run : {&first, &again}) run->erase(left_out);
  CHECK(again == first);
  CHECK(spawnpoint_run({"run", saved, "--fingerprint"}).out ==
        spawnpoint_run({"run", scenario, "--concurrency", "thread_per_job", "--fingerprint"}).out);
  CHECK(spawnpoint_run({"run", saved, "--log"}).out.starts_with("start 1\n"));
  CHECK(spawnpoint_run({"run", saved}).out.starts_with("Saved records\n"));
  for (const std::vector<std::string>& option : {std::vector<std::string>{"--trace", "t.json"},
                                                 {"--csv", "t"},
                                                 {"--set", "jobs.count=5"},
                                                 {"--seed", "3"},
                                                 {"--world", "live"},
                                                 {"--concurrency", "join_all"}}) {
    std::vector<std::string> arguments{"run", saved};
    arguments.insert(arguments.end(), option.begin(), option.end());
    const Output refused = spawnpoint_run(arguments);
    INFO(option.front());
    CHECK(refused.status == 2);
    CHECK(refused.err.find("are for scenarios, and only saved records are given") != std::string::npos);
  }
}

TEST_CASE("a folder with the records of several runs shows all of them") {
  const TemporaryDirectory directory;
  REQUIRE(spawnpoint_run({"run", "-", "--csv", directory.path().string()}, kRandom).status == 0);
  const Output all = spawnpoint_run({"run", directory.path().string(), "--json"});
  INFO(all.err);
  CHECK(all.status == 0);
  CHECK(lines_of(all.out).size() == 3);
}

TEST_CASE("a folder that is not a record is reported, and a damaged record with the place of the mistake") {
  const TemporaryDirectory directory;
  const Output none = spawnpoint_run({"run", directory.path().string()});
  CHECK(none.status == 2);
  CHECK(none.err.find("not a saved record") != std::string::npos);
  REQUIRE(
      spawnpoint_run({"run", "-", "--concurrency", "join_all", "--csv", directory.path().string()}, kRandom).status ==
      0);
  write_file(directory / "jobs.csv", "job,state\n");
  const Output damaged = spawnpoint_run({"run", directory.path().string()});
  CHECK(damaged.status == 2);
  CHECK(damaged.err.find("jobs.csv:1:1: the header should be") != std::string::npos);
}
