// SPDX-License-Identifier: GPL-3.0-or-later
// Good scenario files: every field, every default, and settings laid over them.
#include <filesystem>
#include <fstream>

#include "models/concurrency/registry.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;
using namespace spawnpoint::literals;

namespace {

Scenario parse(const std::string& text, const ParseOptions& options = {}) {
  ParseResult result = parse_scenario(text, "test.toml", options);
  INFO(format(result.diagnostics));
  REQUIRE(result.scenario.has_value());
  return std::move(*result.scenario);
}

ParseOptions with(std::initializer_list<const char*> settings) {
  ParseOptions options;
  for (const char* text : settings) options.settings.push_back(parse_setting(text).value());
  return options;
}

std::vector<Diagnostic> mistakes(const std::string& text, std::initializer_list<const char*> settings) {
  return parse_scenario(text, "test.toml", with(settings)).diagnostics;
}

}  // namespace

TEST_CASE("The smallest file is a title and a job count") {
  const Scenario scenario = parse("title = \"x\"\n[jobs]\ncount = 3\n");
  CHECK(scenario.title == "x");
  CHECK(scenario.about.empty());
  CHECK(scenario.seed == 1);
  CHECK(scenario.host_machine);
  CHECK(scenario.machine_profile == "host");
  CHECK(scenario.jobs.count == 3);
  CHECK(scenario.jobs.arrivals.kind == Arrivals::Kind::at_once);
  REQUIRE(scenario.jobs.steps.size() == 1);
  CHECK(scenario.jobs.steps[0].kind == StepKind::sleep);
  CHECK(scenario.jobs.steps[0].duration == Distribution::constant(1s));
  REQUIRE(scenario.runs.size() == 2);
  CHECK(scenario.runs[0].concurrency == "thread_per_job");
  CHECK(scenario.runs[0].runtime.name == "glibc");
  CHECK(scenario.runs[1].concurrency == "join_all");
  CHECK(scenario.runs[1].runtime.name == "spawnpoint");
  CHECK_FALSE(scenario.sweep.has_value());
  CHECK(scenario.expectations.empty());
}

TEST_CASE("Every part of a file is read") {
  const Scenario scenario = parse(R"toml(
spawnpoint = 1
title = "Everything"
about = """
Two
lines"""
seed = 42
[machine]
profile = "rust-playground"
limits.pids_max = 600
costs.thread_create = { value = "20us", interval = "2us" }
[jobs]
count = 10_000
arrivals = { rate = "200/s" }
steps = [{ cpu = "exp(mean=1ms)" }, { block = "2ms" }, { sleep = "uniform(0.5s, 1.5s)" }]
[[run]]
concurrency = "thread_pool"
label = "four workers"
threads = 4
runtime = "rust-std"
stack = "512KiB"
touched = "64KiB"
[[run]]
concurrency = "thread_pool"
[[run]]
concurrency = "thread_pool"
[sweep]
"jobs.count" = { from = 1, to = 10_000_000, points = 8, scale = "log" }
"run.threads" = [1, 2, 4]
repeat = 10
[expect]
"four workers.wall" = "1s +- 5%"
"live.thread_pool.completed" = 1000
thread_pool.failure.limit = "pids.max"
)toml");
  CHECK(scenario.about == "Two\nlines");
  CHECK(scenario.seed == 42);
  CHECK_FALSE(scenario.host_machine);
  CHECK(scenario.machine.name == "rust-playground");
  CHECK(scenario.machine.limits.pids_max == std::vector<CountLimit>{600});
  CHECK(scenario.machine.in_use.cgroup_tasks == std::vector<std::int64_t>{5});
  CHECK(scenario.machine.costs.thread_create.value == 20us);
  CHECK(scenario.machine.costs.thread_create.interval == 2us);
  CHECK(scenario.machine_overrides == std::vector<std::string>{"limits.pids_max", "costs.thread_create"});
  CHECK(scenario.jobs.count == 10'000);
  CHECK(scenario.jobs.arrivals.kind == Arrivals::Kind::rate);
  CHECK(scenario.jobs.arrivals.rate_per_second == Approx(200));
  REQUIRE(scenario.jobs.steps.size() == 3);
  CHECK(scenario.jobs.steps[0].kind == StepKind::cpu);
  CHECK(scenario.jobs.steps[1].kind == StepKind::block);
  CHECK(scenario.jobs.steps[2].duration == Distribution::uniform(500ms, 1500ms));
  REQUIRE(scenario.runs.size() == 3);
  CHECK(scenario.runs[0].label == "four workers");
  CHECK(scenario.runs[0].threads == 4);
  CHECK(scenario.runs[0].runtime.stack == 512_KiB);
  CHECK(scenario.runs[0].runtime.touched == 64_KiB);
  CHECK(scenario.runs[0].runtime.maps_per_thread == 4);
  CHECK(scenario.runs[1].label == "thread_pool");
  CHECK(scenario.runs[2].label == "thread_pool 2");
  REQUIRE(scenario.sweep.has_value());
  CHECK(scenario.sweep->axes[0].values ==
        std::vector<std::string>{"1", "10", "100", "1000", "10000", "100000", "1000000", "10000000"});
  CHECK(scenario.sweep->axes[1].values == std::vector<std::string>{"1", "2", "4"});
  CHECK(scenario.sweep->repeat == 10);
  REQUIRE(scenario.expectations.size() == 3);
  CHECK(scenario.expectations[0].run == "four workers");
  CHECK(scenario.expectations[1].world == WorldKind::live);
  CHECK(scenario.expectations[2].field == "failure.limit");
}

TEST_CASE("Arrivals come at once, evenly, at random or from a file") {
  CHECK(parse("[jobs]\narrivals = \"at once\"").jobs.arrivals.kind == Arrivals::Kind::at_once);
  const Scenario every = parse("[jobs]\narrivals = { every = \"1ms\" }");
  CHECK(every.jobs.arrivals.kind == Arrivals::Kind::every);
  CHECK(every.jobs.arrivals.every == 1ms);
  const TemporaryDirectory folder;
  std::ofstream(folder / "arrivals.csv") << "at\n0\n0.5\n750ms\n";
  const ParseResult result =
      parse_scenario("[jobs]\narrivals = { trace = \"arrivals.csv\" }", (folder / "a.toml").string(), {});
  REQUIRE(result.scenario.has_value());
  CHECK(result.scenario->jobs.count == 3);
  CHECK(result.scenario->jobs.arrivals.times == std::vector<Duration>{0ms, 500ms, 750ms});
}

TEST_CASE("Every concurrency model of the registry can be named") {
  for (const ConcurrencyModel& model : concurrency_models()) {
    const Scenario scenario = parse("[[run]]\nconcurrency = \"" + std::string(model.name) + "\"\n");
    CHECK(scenario.runs[0].concurrency == model.name);
    CHECK(scenario.runs[0].runtime.name == (model.async ? "spawnpoint" : "glibc"));
  }
}

TEST_CASE("This host is read once, and overrides lie over it") {
  int calls = 0;
  ParseOptions options = with({"machine.limits.pids_max=777"});
  options.host = [&] {
    ++calls;
    Machine machine = load_machine("defaults", {}).value();
    machine.name = "this very host";
    machine.limits.threads_max = 4321;
    machine.limits.pids_max = {std::nullopt, 28000};
    machine.in_use.cgroup_tasks = {7, 120};
    return machine;
  };
  const Scenario scenario = parse("[sweep]\n\"jobs.count\" = [1, 2, 3]\n", options);
  CHECK(calls == 1);
  CHECK(scenario.host_machine);
  CHECK(scenario.machine.name == "this very host");
  CHECK(scenario.machine.limits.threads_max == 4321);
  // The limit is that of a cgroup of the run's own, with only its main thread in it; what is above it stays.
  CHECK(scenario.machine.limits.pids_max == std::vector<CountLimit>{777, 28000});
  CHECK(scenario.machine.in_use.cgroup_tasks == std::vector<std::int64_t>{1, 120});
}

TEST_CASE("Settings are the file's own keys") {
  const std::string file =
      "title = \"x\"\n[[run]]\nconcurrency = \"thread_pool\"\n[[run]]\nconcurrency = \"join_all\"\nlabel = "
      "\"futures\"\n";
  const Scenario scenario =
      parse(file, with({"jobs.count=100", "machine.limits.pids_max=[1000, 300]", "run.stack=512KiB", "run[1].threads=4",
                        "run.futures.task=1KiB", "title=Two words", "jobs.steps=[{ block = \"5ms\" }]",
                        "machine.profile=laptop-8g", "machine.limits.nproc=unlimited", "jobs.arrivals.every=2ms",
                        "seed=7", "machine.costs.thread_create=15us", "about=42"}));
  CHECK(scenario.jobs.count == 100);
  CHECK(scenario.machine.limits.pids_max == std::vector<CountLimit>{1000, 300});
  CHECK(scenario.machine.in_use.cgroup_tasks == std::vector<std::int64_t>{8, 8});
  CHECK(scenario.machine.limits.nproc == std::vector<CountLimit>{std::nullopt});
  CHECK(scenario.machine.name == "laptop-8g");
  CHECK(scenario.machine.costs.thread_create.value == 15us);
  CHECK(scenario.runs[0].runtime.stack == 512_KiB);
  CHECK(scenario.runs[1].runtime.stack == 512_KiB);
  CHECK(scenario.runs[0].threads == 4);
  CHECK_FALSE(scenario.runs[1].threads.has_value());
  CHECK(scenario.runs[1].runtime.task == 1_KiB);
  CHECK(scenario.runs[0].runtime.task == 0_B);
  CHECK(scenario.title == "Two words");
  CHECK(scenario.about == "42");
  CHECK(scenario.jobs.steps[0].kind == StepKind::block);
  CHECK(scenario.jobs.arrivals.every == 2ms);
  CHECK(scenario.seed == 7);
  CHECK(parse("", with({"run.stack=1MiB"})).runs.size() == 2);
}

TEST_CASE("A later setting wins over an earlier one, and --seed over all") {
  ParseOptions options = with({"jobs.count=5", "jobs.count=6", "seed=3"});
  options.seed = 99;
  const Scenario scenario = parse("seed = 1\n", options);
  CHECK(scenario.jobs.count == 6);
  CHECK(scenario.seed == 99);
}

TEST_CASE("A mistake in a setting is reported in the setting") {
  const auto one = [](const char* setting, const std::string& text = "title = \"x\"\n") {
    const auto all = mistakes(text, {setting});
    REQUIRE(all.size() == 1);
    CHECK(all[0].file == std::string("--set ") + setting);
    CHECK(all[0].line == 1);
    return all[0];
  };
  const Diagnostic key = one("jobs.cuont=100");
  CHECK(key.column == 6);
  CHECK(key.length == 5);
  CHECK(key.hint == "did you mean `jobs.count`?");
  const Diagnostic value = one("jobs.count=many");
  CHECK(value.column == 12);
  CHECK(value.length == 4);
  CHECK(one("machine.limits.pids_mx=777").hint == "did you mean `machine.limits.pids_max`?");
  CHECK(one("machine.limits.pids_max=[1000, -1]").column == 32);
  CHECK(one("run.thread=4").hint == "did you mean `run[1].threads`?");
  CHECK(one("run.join_al.threads=4").hint == "did you mean `join_all`?");
  CHECK(one("run[3].threads=4", "[[run]]\nconcurrency = \"join_all\"\n").column == 1);
  CHECK(one("run[0].threads=4").column == 4);
  CHECK(one("jobs..count=4").column == 6);
  CHECK(one("title.x=4").column == 7);
  CHECK(one("run.stack=512").hint == "write \"512MiB\", \"512KiB\" or \"512B\"");
  CHECK(one("machine.limits.pids_max=[1000, 300").column > 20);
  CHECK(one("title=\"x").column == 9);
  CHECK_FALSE(parse_setting("jobs.count").has_value());
  CHECK_FALSE(parse_setting("=3").has_value());
}

TEST_CASE("A setting's key may have an equals sign in quotes, and a run's name is told where it is not known") {
  const std::string text =
      "[jobs]\ncount = 1\n[[run]]\nconcurrency = \"thread_pool\"\nlabel = \"a=b\"\n[[run]]\nconcurrency = "
      "\"sequential\"\n";
  const auto parsed = parse_scenario(text, "test.toml", with({"run.\"a=b\".threads=9"}));
  INFO(format(parsed.diagnostics));
  REQUIRE(parsed.scenario);
  CHECK(parsed.scenario->runs[0].threads == 9);
  const Setting setting = parse_setting("title=\"a=b\"").value();
  CHECK(setting.key == "title");
  CHECK(setting.value == "\"a=b\"");
  // A quote that is not closed is what is wrong, and not a missing value.
  const auto open = mistakes(text, {"run.\"a.threads=9"});
  REQUIRE(open.size() == 1);
  CHECK(open[0].message.find("is not closed") != std::string::npos);

  const auto unknown = mistakes(text, {"run.zzzzzz.threads=9"});
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].hint == "the file's runs: `a=b` or `sequential`");
  const auto no_list = mistakes(text, {"run=3"});
  REQUIRE(no_list.size() == 1);
  CHECK(no_list[0].hint == "set the keys of the runs, such as run.threads=4");
}

TEST_CASE("A number of threads for a run that takes none is told") {
  const std::string text =
      "[jobs]\ncount = 1\n[[run]]\nconcurrency = \"thread_pool\"\n[[run]]\nconcurrency = \"sequential\"\n";
  const auto warned = [&](const char* setting, const std::vector<std::string>& concurrency) {
    ParseOptions options = with({setting});
    options.concurrency = concurrency;
    const auto parsed = parse_scenario(text, "test.toml", options);
    REQUIRE(parsed.scenario);
    return parsed.diagnostics.empty() ? std::string() : parsed.diagnostics[0].message;
  };
  CHECK(warned("run.threads=9", {}) == "");  // The pool takes it.
  CHECK(warned("run.stack=1MiB", {"sequential"}) == "");
  CHECK(warned("run.threads=9", {"sequential"}) == "`threads` has no effect on `sequential`");
  CHECK(warned("run.threads=9", {"sequential", "join_all"}) == "`threads` has no effect on `join_all` or `sequential`");
  CHECK(warned("run.sequential.threads=9", {}) == "`threads` has no effect on `sequential`");
  CHECK(warned("run[2].threads=9", {}) == "`threads` has no effect on `sequential`");
  CHECK(warned("run[1].threads=9", {}) == "");
}

TEST_CASE("Of several runs of one model the first can be meant alone, too") {
  const std::string text =
      "[jobs]\ncount = 1\n[[run]]\nconcurrency = \"thread_pool\"\n[[run]]\nconcurrency = \"thread_pool\"\n";
  ParseOptions options = with({"run.threads=9"});
  options.concurrency = {"thread_pool 1"};
  const auto parsed = parse_scenario(text, "test.toml", options);
  REQUIRE(parsed.scenario);
  REQUIRE(parsed.scenario->runs.size() == 1);
  CHECK(parsed.scenario->runs[0].label == "thread_pool");
  CHECK(parsed.scenario->runs[0].threads == 9);
  options.concurrency = {"nope"};
  const auto unknown = parse_scenario(text, "test.toml", options).diagnostics;
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].hint.starts_with("the file's runs: `thread_pool 2`; known: `sequential`"));
}

TEST_CASE("Sweeps know lists, steps, points and pairs") {
  const auto axes = [](const std::string& text) { return parse("[sweep]\n" + text).sweep->axes; };
  CHECK(axes("\"jobs.count\" = { from = 10, to = 30, step = 10 }")[0].values ==
        std::vector<std::string>{"10", "20", "30"});
  CHECK(axes("\"run.stack\" = { from = \"64KiB\", to = \"1MiB\", points = 3, scale = \"log\" }")[0].values ==
        std::vector<std::string>{"64KiB", "256KiB", "1MiB"});
  CHECK(axes("machine.costs.thread_create = { from = \"10us\", to = \"30us\", step = \"10us\" }")[0].values ==
        std::vector<std::string>{"10us", "20us", "30us"});
  CHECK(axes("\"machine.limits.pids_max\" = [512, \"unlimited\", [1000, 300]]")[0].values ==
        std::vector<std::string>{"512", "unlimited", "[1000, 300]"});
  CHECK(axes("\"jobs.count\" = { from = 1, to = 4, points = 10, scale = \"log\" }")[0].values ==
        std::vector<std::string>{"1", "2", "3", "4"});
  const Scenario pairs =
      parse("[sweep]\n\"jobs.count\" = [1, 2]\n\"run.threads\" = [3, 4]\nzip = [\"jobs.count\", \"run.threads\"]\n");
  CHECK(pairs.sweep->zipped == std::vector<std::vector<std::string>>{{"jobs.count", "run.threads"}});
}

TEST_CASE("Every key of the reference is known to the parser") {
  for (const KeyHelp& key : scenario_keys()) {
    INFO(key.key);
    CHECK_FALSE(key.type.empty());
    CHECK_FALSE(key.help.empty());
    if (key.key == "expect" || key.key.starts_with("sweep.") || key.key.starts_with("jobs.steps.")) continue;
    // Whatever a wrong value leads to, it is never "unknown key".
    for (const Diagnostic& diagnostic : mistakes("", {(key.key + "=[[]]").c_str()}))
      CHECK_THAT(diagnostic.message, !Catch::Matchers::ContainsSubstring("unknown key"));
  }
}
