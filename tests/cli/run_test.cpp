// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run run`: its results as JSON and as a table, and what changes them.
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"

using namespace spawnpoint::tests;
using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::ordered_json;

namespace {

const std::string kPlayground =
    "title = \"A thousand threads\"\n[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\n"
    "steps = [ { sleep = \"1s\" } ]\n[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"rust-std\"\n"
    "[[run]]\nconcurrency = \"join_all\"\n";

const std::string kRandom =
    "title = \"Random\"\n[jobs]\ncount = 100\nsteps = [ { sleep = \"exp(mean=1s)\" } ]\n[[run]]\nconcurrency = "
    "\"join_all\"\n";

std::vector<Json> json_lines(const Output& output) {
  INFO(output.err);
  REQUIRE(output.status == 0);
  std::vector<Json> objects;
  for (const std::string& line : lines_of(output.out)) objects.push_back(Json::parse(line));
  return objects;
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("a run's JSON line has the contract's fields, first and in their order") {
  const auto results = json_lines(spawnpoint_run({"run", "-", "--json"}, kPlayground));
  REQUIRE(results.size() == 2);
  const std::vector<std::string> contract{"scenario",     "concurrency", "world",   "jobs", "completed", "wall_s",
                                          "peak_threads", "memory",      "failure", "seed", "events",    "compute_s"};
  for (const Json& result : results) {
    const auto names = keys(result);
    REQUIRE(names.size() >= contract.size());
    CHECK(std::vector<std::string>(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(contract.size())) ==
          contract);
    CHECK(keys(result["memory"]) == std::vector<std::string>{"resident_bytes", "virtual_bytes", "kernel_bytes"});
    CHECK(result["world"] == "modeled");
    CHECK(result["jobs"] == 1000);
    for (const char* size : {"resident_bytes", "virtual_bytes"}) CHECK(result["memory"][size] > 0);
    CHECK(result["events"] > 0);
    CHECK(result["compute_s"] > 0);
  }
  // A thread has a kernel stack; a task has none.
  CHECK(results[0]["memory"]["kernel_bytes"] >= 507 * 16384);
  CHECK(results[1]["memory"]["kernel_bytes"] == 0);
}

TEST_CASE("on the Playground thread 508 is refused by the pids cgroup, and that is a result, not an error") {
  const Json result =
      json_lines(spawnpoint_run({"run", "-", "--json", "--concurrency", "thread_per_job"}, kPlayground)).at(0);
  CHECK(result["completed"] == 507);
  CHECK(result["peak_threads"] == 508);
  const Json& failure = result["failure"];
  CHECK(failure["job"] == 508);
  CHECK(failure["threads"] == 507);
  CHECK(failure["call"] == "clone3");
  CHECK(failure["errno"] == "EAGAIN");
  CHECK(failure["limit"] == "pids.max");
  CHECK(failure["value"] == 512);
  CHECK_THAT(failure["message"].get<std::string>(), ContainsSubstring("Resource temporarily unavailable"));
}

TEST_CASE("a run that does not fail has a null failure") {
  const Json result = json_lines(spawnpoint_run({"run", "-", "--json"}, kRandom)).at(0);
  CHECK(result["failure"].is_null());
  CHECK(result["completed"] == 100);
}

TEST_CASE("The option --set overrides the file: jobs, the machine's limits, the runs' settings") {
  const auto run = [](const std::vector<std::string>& settings) {
    std::vector<std::string> arguments{"run", "-", "--json", "--concurrency", "thread_per_job"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    return json_lines(spawnpoint_run(arguments, kPlayground)).at(0);
  };
  CHECK(run({"jobs.count=100"})["completed"] == 100);
  CHECK(run({"jobs.count=100"})["failure"].is_null());
  // Five tasks are in the Playground's cgroup already, the program's own main thread among them.
  CHECK(run({"machine.limits.pids_max=777"})["failure"]["job"] == 773);
  CHECK(run({"machine.limits.pids_max=777", "jobs.count=772"})["failure"].is_null());
  const Json small = run({"jobs.count=10", "run.stack=64KiB"});
  const Json large = run({"jobs.count=10", "run.stack=8MiB"});
  CHECK(large["memory"]["virtual_bytes"].get<std::int64_t>() - small["memory"]["virtual_bytes"].get<std::int64_t>() ==
        10 * (8 * 1024 - 64) * 1024);
}

TEST_CASE("the seed decides a random run, and nothing else does") {
  const auto wall = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", "-", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Json result = json_lines(spawnpoint_run(arguments, kRandom)).at(0);
    return std::pair(result["seed"].get<std::uint64_t>(), result["wall_s"].get<double>());
  };
  CHECK(wall({"--seed", "7"}) == wall({"--seed", "7"}));
  CHECK(wall({"--seed", "7"}).first == 7);
  CHECK(wall({"--seed", "7"}).second != wall({"--seed", "8"}).second);
  CHECK(wall({"--set", "seed=7"}) == wall({"--seed", "7"}));
  CHECK(wall({"--seed", "18446744073709551615"}).first == 18446744073709551615U);
}

TEST_CASE("The option --concurrency keeps runs of the file and adds what it does not list") {
  const auto names = [](const std::vector<std::string>& wanted) {
    std::vector<std::string> arguments{"run", "-", "--json", "--set", "jobs.count=3"};
    for (const std::string& name : wanted) arguments.insert(arguments.end(), {"--concurrency", name});
    std::vector<std::string> found;
    for (const Json& result : json_lines(spawnpoint_run(arguments, kPlayground)))
      found.push_back(result["concurrency"]);
    return found;
  };
  CHECK(names({}) == std::vector<std::string>{"thread_per_job", "join_all"});
  CHECK(names({"join_all"}) == std::vector<std::string>{"join_all"});
  CHECK(names({"sequential", "join_all"}) == std::vector<std::string>{"join_all", "sequential"});
}

TEST_CASE("a run that --concurrency adds is the one that the file would have with its name alone") {
  const std::string only_threads = kPlayground.substr(0, kPlayground.rfind("[[run]]"));
  REQUIRE(only_threads.find("join_all") == std::string::npos);
  const auto result_of = [](const std::string& file, std::vector<std::string> more) {
    std::vector<std::string> arguments{"run", "-", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Json result = json_lines(spawnpoint_run(arguments, file)).at(0);
    for (const char* timed : {"compute_s", "suggestions"}) result.erase(timed);
    return result;
  };
  const Json added = result_of(only_threads, {"--concurrency", "join_all"});
  CHECK(added == result_of(kPlayground, {"--concurrency", "join_all"}));
  // Its tasks have a size, and making them takes time.
  const Json few = result_of(only_threads, {"--concurrency", "join_all", "--set", "jobs.count=1"});
  CHECK(added["memory"]["resident_bytes"] > few["memory"]["resident_bytes"]);
  CHECK(added["wall_s"] > few["wall_s"]);
  // Of threads, too, the default runtime is the model's, not that of the file's other runs.
  const auto limits = [](const std::string& file) {
    return spawnpoint_run({"limits", "-", "--json", "--concurrency", "thread_pool"}, file).out;
  };
  CHECK(limits(only_threads) == limits(only_threads + "[[run]]\nconcurrency = \"thread_pool\"\n"));
  CHECK(limits(only_threads) !=
        limits(only_threads + "[[run]]\nconcurrency = \"thread_pool\"\nruntime = \"rust-std\"\n"));
}

TEST_CASE("run.KEY holds for a run that --concurrency adds, and not for those that are not made") {
  const auto pool = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", "-", "--json", "--concurrency", "thread_pool"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return json_lines(spawnpoint_run(arguments, kPlayground));
  };
  const auto with_threads = pool({"--set", "run.threads=50", "--set", "run.runtime=rust-std"});
  REQUIRE(with_threads.size() == 1);
  CHECK(with_threads[0]["peak_threads"] == 51);
  // 20 rounds of a second.
  CHECK(with_threads[0]["wall_s"].get<double>() == Approx(20).epsilon(0.02));
  CHECK(pool({"--set", "run.thread_pool.threads=100"})[0]["peak_threads"] == 101);
  CHECK_THAT(spawnpoint_run({"run", "-", "--concurrency", "thread_pool", "--set", "run.threds=2"}, kPlayground).err,
             ContainsSubstring("threads"));
}

TEST_CASE("a second run of a model is understood by the name that people see") {
  const std::string two =
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 8\nsteps = [{ sleep = \"1s\" }]\n"
      "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 2\n"
      "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n";
  const auto second = json_lines(spawnpoint_run({"run", "-", "--json", "--concurrency", "thread_pool 2"}, two));
  REQUIRE(second.size() == 1);
  CHECK(second[0]["label"] == "thread_pool 2");
  CHECK(second[0]["peak_threads"] == 5);
  const auto set = json_lines(spawnpoint_run({"run", "-", "--json", "--set", "run.\"thread_pool 2\".threads=8"}, two));
  REQUIRE(set.size() == 2);
  CHECK(set[0]["peak_threads"] == 3);
  CHECK(set[1]["peak_threads"] == 9);
}

TEST_CASE("a run's JSON has its diagnosis and suggestions, which the command line keeps") {
  const auto results = json_lines(spawnpoint_run({"run", "-", "--json"}, kPlayground));
  REQUIRE(results.size() == 2);
  const Json& refused = results[0];
  CHECK_THAT(refused["diagnosis"]["headline"].get<std::string>(), ContainsSubstring("Thread 508 was refused"));
  CHECK(refused["diagnosis"]["details"].size() > 2);
  REQUIRE(refused["suggestions"].size() >= 1);
  for (const Json& suggestion : refused["suggestions"]) {
    CHECK(keys(suggestion) == std::vector<std::string>{"label", "concurrency", "set", "completed", "wall_s"});
    std::vector<std::string> arguments{"run", "-", "--json", "--concurrency", suggestion["concurrency"]};
    for (const std::string setting : suggestion["set"]) arguments.insert(arguments.end(), {"--set", setting});
    const auto kept = json_lines(spawnpoint_run(arguments, kPlayground));
    REQUIRE(kept.size() == 1);
    CHECK(kept[0]["completed"] == suggestion["completed"]);
    CHECK(kept[0]["wall_s"] == suggestion["wall_s"]);
    CHECK(kept[0]["failure"].is_null());
  }
  // Nothing is better than what needs no threads and takes no longer than a job.
  CHECK(results[1]["suggestions"].empty());
  // The table says the same, with what to type.
  const std::string table = spawnpoint_run({"run", "-"}, kPlayground).out;
  CHECK_THAT(table, ContainsSubstring("try instead: Join all futures: 1.0"));
  CHECK_THAT(table, ContainsSubstring("--concurrency thread_pool --set run.runtime=rust-std --set run.threads=500"));
}

TEST_CASE("The option --world both gives both worlds of each run, modeled first") {
  const auto results = json_lines(spawnpoint_run(
      {"run", "-", "--json", "--world", "both", "--set", "jobs.count=3", "--set", "machine.profile=host"},
      kPlayground));
  REQUIRE(results.size() == 4);
  for (std::size_t i = 0; i < results.size(); ++i) {
    CHECK(results[i]["world"] == (i % 2 == 0 ? "modeled" : "live"));
    CHECK(results[i]["completed"] == 3);
  }
  // Three real jobs that block for a second cannot be over sooner; together they are over before three.
  CHECK(results[1]["wall_s"] >= 1.0);
  CHECK(results[1]["wall_s"] < 2.9);
  CHECK(results[1]["peak_threads"] == 4);
}

TEST_CASE("the table says for each run what was done, and a sentence says why it broke") {
  const Output output = spawnpoint_run({"run", "-"}, kPlayground);
  REQUIRE(output.status == 0);
  CHECK_THAT(output.out, ContainsSubstring("A thousand threads") && ContainsSubstring("507 of 1,000") &&
                             ContainsSubstring("EAGAIN by pids.max at job 508"));
  CHECK_THAT(output.out, ContainsSubstring("thread_per_job: ") && ContainsSubstring("512"));
  // Not a terminal: no colours, no progress.
  CHECK(output.out.find('\x1b') == std::string::npos);
  CHECK(output.err == "");
}

TEST_CASE("several files are run one after the other") {
  TemporaryDirectory directory;
  write_file(directory / "one.toml", kRandom);
  write_file(directory / "two.toml", kPlayground);
  const std::string one = (directory / "one.toml").string();
  const std::string two = (directory / "two.toml").string();
  const auto results = json_lines(spawnpoint_run({"run", one, two, "--json"}));
  REQUIRE(results.size() == 3);
  CHECK_THAT(results[0]["scenario"].get<std::string>(), ContainsSubstring("one"));
  CHECK_THAT(results[2]["scenario"].get<std::string>(), ContainsSubstring("two"));
}

TEST_CASE("a run that --concurrency adds has suggestions though a setting names it") {
  const std::vector<std::vector<std::string>> given{
      {"--concurrency", "await_each", "--set", "run.await_each.task=2KiB"},
      {"--concurrency", "thread_pool", "--set", "run.thread_pool.threads=3", "--set", "jobs.count=700"},
      {"--concurrency", "sequential", "--set", "run.sequential.stack=64KiB", "--set", "run.join_all.task=1KiB"}};
  for (const std::vector<std::string>& options : given) {
    std::vector<std::string> arguments{"run", "-", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Output output = spawnpoint_run(arguments, kPlayground);
    INFO(output.err);
    const auto result = json_lines(output).at(0);
    REQUIRE_FALSE(result["suggestions"].empty());
    for (const Json& suggestion : result["suggestions"]) {
      std::vector<std::string> again{"run", "-", "--json", "--concurrency", suggestion["concurrency"]};
      for (const std::string setting : suggestion["set"]) again.insert(again.end(), {"--set", setting});
      const Output kept = spawnpoint_run(again, kPlayground);
      INFO(kept.err);
      const auto promised = json_lines(kept).at(0);
      CHECK(promised["wall_s"] == suggestion["wall_s"]);
      CHECK(promised["jobs"] == result["jobs"]);
    }
  }
}

TEST_CASE("a suggestion's line carries what the command was given") {
  const TemporaryDirectory folder;
  const std::string file = (folder / "a.toml").string();
  write_file(file,
             "[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\nsteps = [{ sleep = \"exp(mean=100ms)\" "
             "}]\n[[run]]\nconcurrency = \"thread_per_job\"\n");
  const Output output = spawnpoint_run({"run", file, "--set", "jobs.count=2000", "--seed", "5", "--json"});
  INFO(output.err);
  const auto result = nlohmann::json::parse(lines_of(output.out).at(0));
  REQUIRE_FALSE(result["suggestions"].empty());
  for (const auto& suggestion : result["suggestions"]) {
    std::vector<std::string> again{"run", file, "--json", "--concurrency", suggestion["concurrency"]};
    for (const auto& setting : suggestion["set"]) again.insert(again.end(), {"--set", setting.get<std::string>()});
    const Output kept = spawnpoint_run(again);
    INFO(kept.err);
    const auto promised = nlohmann::json::parse(lines_of(kept.out).at(0));
    CHECK(promised["wall_s"] == suggestion["wall_s"]);
    CHECK(promised["completed"] == suggestion["completed"]);
    CHECK(promised["jobs"] == 2000);
    CHECK(promised["seed"] == 5);
  }
}
