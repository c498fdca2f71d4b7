// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run sweep`: the same result from threads, from ranks of mpirun and from a journal; a table for people.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/processes.hpp"

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;
using namespace spawnpoint::tests;

namespace {

// The article's machine, where 507 threads fit.
const std::string kScenario = R"toml(
title = "Map"
[machine]
profile = "rust-playground"
[jobs]
steps = [{ sleep = "exp(mean=1s)" }]
[[run]]
concurrency = "thread_per_job"
runtime = "rust-std"
[[run]]
concurrency = "join_all"
[sweep]
"jobs.count" = [10, 100, 1000, 10_000]
repeat = 2
)toml";

std::vector<Json> objects(const std::string& text) {
  std::vector<Json> all;
  for (const std::string& line : lines_of(text)) all.push_back(Json::parse(line));
  return all;
}

}  // namespace

TEST_CASE("sweep --json prints an object for each run at each point, and one for the exact edge", "[sweep]") {
  const Output output = spawnpoint_run({"sweep", "-", "--json"}, kScenario);
  REQUIRE(output.status == 0);
  const auto all = objects(output.out);
  REQUIRE(all.size() == 4 * 2 + 1);
  CHECK(all[0]["concurrency"] == "thread_per_job");
  CHECK(all[0]["sweep"]["jobs.count"] == 10);
  CHECK(all[0]["replications"]["count"] == 2);
  CHECK(all[0]["replications"]["wall_s"]["half_width"].is_number());
  CHECK(all[0]["edge"].is_null());
  CHECK(all[3]["concurrency"] == "join_all");
  CHECK(all[3]["sweep"]["jobs.count"] == 100);
  const Json& edge = all.back();
  CHECK(edge["edge"]["key"] == "jobs.count");
  CHECK(edge["edge"]["failing"].get<int>() - edge["edge"]["good"].get<int>() == 1);
  CHECK(edge["failure"]["limit"] == "pids.max");
  // What `run` prints of the same run, but for the time that it took, and what is said of it.
  Json run = Json::parse(
      spawnpoint_run({"run", "-", "--json", "--concurrency", "join_all", "--set", "jobs.count=100"}, kScenario).out);
  for (const auto& [key, value] : run.items()) {
    if (key != "compute_s" && key != "diagnosis" && key != "suggestions") CHECK(all[3][key] == value);
  }
}

TEST_CASE("a sweep prints the same on any number of threads", "[sweep]") {
  const Output one = spawnpoint_run({"sweep", "-", "--json", "--jobs", "1"}, kScenario);
  CHECK(spawnpoint_run({"sweep", "-", "--json", "--jobs", "4"}, kScenario).out == one.out);
  const Output csv = spawnpoint_run({"sweep", "-", "--csv", "--jobs", "1"}, kScenario);
  CHECK(lines_of(csv.out).size() == lines_of(one.out).size() + 1);
  CHECK(spawnpoint_run({"sweep", "-", "--csv", "--jobs", "3"}, kScenario).out == csv.out);
}

TEST_CASE("a sweep prints the same on any number of ranks of mpirun", "[sweep]") {
  const std::string programs = SPAWNPOINT_PROGRAMS;
  if (std::system("command -v mpirun >/dev/null") != 0 || !std::filesystem::exists(programs + "/spawnpoint-mpi.so"))
    SKIP("no mpirun here, or built without MPI");
  TemporaryDirectory folder;
  write_file(folder / "map.toml", kScenario);
  const Output alone = spawnpoint_run({"sweep", folder / "map.toml", "--json"});
  REQUIRE(alone.status == 0);
  for (const char* ranks : {"1", "2", "3"}) {
    const std::string out = folder / "out.json";
    // MPI's plugins leak and are unloaded, so under the sanitizer nothing could name them; the sweep itself is looked
    // at without MPI above.
    const std::string command =
        "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun "
        "--oversubscribe --mca mpi_yield_when_idle 1 "
        "--mca btl self,vader -np " +
        std::string(ranks) + " " + programs + "/spawnpoint-run sweep " + std::string(folder / "map.toml") +
        " --json -o " + out + " >/dev/null 2>" + std::string(folder / "err");
    const int status = std::system(command.c_str());
    INFO(read_file(folder / "err"));
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    CHECK(read_file(out) == alone.out);
  }
}

TEST_CASE("a sweep with a journal continues, and prints what an uninterrupted one prints", "[sweep]") {
  TemporaryDirectory folder;
  const std::string journal = folder / "journal";
  const Output whole = spawnpoint_run({"sweep", "-", "--json"}, kScenario);
  const Output first = spawnpoint_run({"sweep", "-", "--json", "--journal", journal}, kScenario);
  CHECK(first.out == whole.out);
  // As if it had been killed after five results.
  const auto lines = lines_of(read_file(journal));
  std::string cut;
  for (std::size_t i = 0; i < 6; ++i) cut += lines[i] + '\n';
  write_file(journal, cut);
  const Output second = spawnpoint_run({"sweep", "-", "--json", "--journal", journal}, kScenario);
  CHECK(second.out == whole.out);
  CHECK_THAT(second.err, ContainsSubstring("continuing after 5 runs"));
  CHECK(lines_of(read_file(journal)).size() == lines.size());
  const Output other = spawnpoint_run({"sweep", "-", "--seed", "9", "--journal", journal}, kScenario);
  CHECK(other.status == 3);
  CHECK_THAT(other.err, ContainsSubstring("another sweep"));
}

TEST_CASE("a sweep's table has a row per point, a column per run, and a sentence for what breaks", "[sweep]") {
  const Output output = spawnpoint_run({"sweep", "-", "--set", "jobs.steps=[{ sleep = \"1s\" }]"}, kScenario);
  REQUIRE(output.status == 0);
  CHECK_THAT(output.out,
             ContainsSubstring(
                 "thread_per_job breaks at jobs.count = 508 in the first of 2 replications; with 507 it does not"));
  CHECK_THAT(output.out, ContainsSubstring("pids.max = 512"));
  CHECK_THAT(output.out, ContainsSubstring("✕ EAGAIN at 508"));
}

TEST_CASE("a sweep says that its replications are the same only where they are", "[sweep]") {
  const auto told = [](const std::string& steps) {
    const Output output = spawnpoint_run({"sweep", "-", "--set", "jobs.steps=" + steps, "--set",
                                          "jobs.arrivals={ every = \"1ms\" }", "--set", "sweep.\"jobs.count\"=[300]"},
                                         kScenario);
    REQUIRE(output.status == 0);
    return output.err;
  };
  CHECK_THAT(told("[{ sleep = \"1s\" }]"), ContainsSubstring("repeat = 2, but all replications are the same"));
  // Nothing is drawn but where the threads run, and when.
  CHECK_THAT(told("[{ sleep = \"400ms\" }, { cpu = \"2ms\" }]"), !ContainsSubstring("the same"));
}

TEST_CASE("a sweep that is interrupted prints what it has, and says so", "[sweep]") {
  // The two small points are done at once, the others take minutes whatever the machine.
  const std::string slow = R"toml(
[machine]
profile = "laptop-8g"
[jobs]
count = 200
steps = [{ cpu = "1ms" }]
[[run]]
concurrency = "thread_per_job"
[sweep]
"jobs.steps[1].cpu" = ["1ms", "2ms", "1000h", "1001h", "1002h"]
)toml";
  TemporaryDirectory folder;
  write_file(folder / "slow.toml", slow);
  Program program({"sweep", folder / "slow.toml", "--json", "--jobs", "1", "--journal", folder / "journal"});
  // The small points are done when the journal has them.
  CHECK(eventually([&] { return lines_of(read_file(folder / "journal")).size() >= 3; }));
  program.send(SIGINT);
  const Output output = program.wait();
  CHECK(output.status == 130);
  const auto all = objects(output.out);
  REQUIRE(all.size() >= 3);
  CHECK(all[0]["sweep"]["jobs.steps[1].cpu"] == "1ms");
  CHECK(all.back()["stopped"] == true);
  CHECK(all.back()["of"] == 5);
  CHECK(all.back()["done"].get<int>() < 5);
}

TEST_CASE("a sweep reports bad usage", "[sweep]") {
  CHECK(spawnpoint_run({"sweep"}).status == 2);
  CHECK(spawnpoint_run({"sweep", "-", "--json", "--csv"}, kScenario).status == 2);
  CHECK(spawnpoint_run({"sweep", "-", "--jobs", "0"}, kScenario).status == 2);
  CHECK(spawnpoint_run({"sweep", "-", "--concurrency", "fibres"}, kScenario).status == 2);
  CHECK(spawnpoint_run({"sweep", "/no/such/file.toml"}).status == 2);
  const Output key = spawnpoint_run({"sweep", "-"}, "[sweep]\n\"jobs.cuont\" = [1, 2]\n");
  CHECK(key.status == 2);
  CHECK_THAT(key.err, ContainsSubstring("jobs.count"));
  CHECK(spawnpoint_run({"sweep", "-", "-o", "/no/such/folder/x.json"}, kScenario).status == 3);
}

TEST_CASE("a pool that was refused a worker and did all jobs has its time in the table, and says so", "[sweep]") {
  const Output output = spawnpoint_run(
      {"sweep", "-"},
      "[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
      "concurrency = \"thread_pool\"\nruntime = \"rust-std\"\n[sweep]\n\"run.threads\" = [500, 600]\n");
  REQUIRE(output.status == 0);
  // 507 workers: two rounds.
  CHECK_THAT(output.out, ContainsSubstring(" s, a worker refused"));
  CHECK(output.out.find("✕ EAGAIN") == std::string::npos);
}

TEST_CASE("what a sweep says of itself comes after its result, where both go to one file", "[sweep]") {
  TemporaryDirectory directory;
  const std::string scenario = (directory / "map.toml").string();
  const std::string both = (directory / "both.txt").string();
  write_file(scenario, kScenario);
  const std::string command =
      std::string(SPAWNPOINT_PROGRAMS) + "/spawnpoint-run sweep '" + scenario + "' >'" + both + "' 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  const auto lines = lines_of(read_file(both));
  REQUIRE(lines.size() > 5);
  CHECK_THAT(lines.back(), ContainsSubstring(" runs in "));
}
