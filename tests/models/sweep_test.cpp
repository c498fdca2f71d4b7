// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeps: what they expand to, that workers do not matter, exact edges of failure, replications, journals.
#include "models/lab/sweep/sweep.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "models/concurrency/registry.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/lab/sweep/sweep_journal.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/temporary_directory.hpp"

namespace spawnpoint {

using namespace std::chrono_literals;

namespace {

// The article's machine: a cgroup with pids.max = 512, in which 5 tasks are already (the main thread among them).
const std::string kPlayground = R"toml(
[machine]
profile = "rust-playground"
[jobs]
count = 1000
[[run]]
concurrency = "thread_per_job"
runtime = "rust-std"
[[run]]
concurrency = "join_all"
)toml";

SweepSource source(const std::string& text, std::vector<Setting> settings = {}) {
  SweepSource source;
  source.text = text;
  source.file = "test.toml";
  source.options.settings = std::move(settings);
  source.options.host = [] { return tests::plain_machine(); };
  return source;
}

SweepPlan plan(const std::string& text, std::vector<Setting> settings = {}) {
  auto made = SweepPlan::make(source(text, std::move(settings)));
  if (!made) FAIL(format(made.error()));
  return *std::move(made);
}

SweepOptions on(unsigned workers) {
  SweepOptions options;
  options.workers = workers;
  return options;
}

std::vector<std::string> lines(const SweepPlan& of, const SweepOutcome& outcome) {
  std::vector<std::string> all;
  for (const auto& cell : outcome.cells) all.push_back(cell ? to_json_line(of, *cell) : "missing");
  for (const SweepEdge& edge : outcome.edges) all.push_back(to_json_line(of, edge));
  return all;
}

std::string values(const SweepPlan& of, std::size_t point) {
  std::string text;
  for (const Setting& setting : of.settings(point)) text += (text.empty() ? "" : " ") + setting.value;
  return text;
}

class TemporaryFile {
 public:
  const std::filesystem::path& path() const { return path_; }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& words) const { std::ofstream(path_) << words; }

 private:
  tests::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "points";
};

}  // namespace

TEST_CASE("a sweep's points are the product of its keys, the last changing fastest", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 2, 3]\n\"machine.cpus\" = [4, 8]\n");
  REQUIRE(made.points() == 6);
  CHECK(made.runs() == 2);
  CHECK(made.tasks() == 12);
  CHECK_FALSE(made.is_default());
  CHECK(values(made, 0) == "1 4");
  CHECK(values(made, 1) == "1 8");
  CHECK(values(made, 5) == "3 8");
  CHECK(made.neighbour(1, 0, 1) == std::size_t{3});
  CHECK(made.neighbour(1, 1, 1) == std::nullopt);
  CHECK(made.neighbour(1, 1, -1) == std::size_t{0});
  const auto scenario = made.at(5);
  REQUIRE(scenario);
  CHECK(scenario->jobs.count == 3);
  CHECK(scenario->machine.cpus == 8);
}

TEST_CASE("zipped keys go together", "[sweep]") {
  const SweepPlan made = plan(kPlayground +
                              "[sweep]\n\"jobs.count\" = [1, 2]\n\"run.threads\" = [7, 8]\n\"machine.cpus\" = [4, 5]\n"
                              "zip = [\"jobs.count\", \"machine.cpus\"]\n");
  REQUIRE(made.points() == 4);
  CHECK(values(made, 0) == "1 7 4");
  CHECK(values(made, 1) == "1 8 4");
  CHECK(values(made, 2) == "2 7 5");
  CHECK(made.is_zipped(0));
  CHECK_FALSE(made.is_zipped(1));
}

TEST_CASE("without a sweep section it is the map of all models from one job to ten million", "[sweep]") {
  const SweepPlan made = plan(kPlayground);
  CHECK(made.is_default());
  CHECK(made.points() == 29);
  CHECK(made.jobs(0) == 1);
  CHECK(made.jobs(28) == 10'000'000);
  std::set<std::string> names;
  for (const RunSpec& run : made.scenario().runs) names.insert(run.concurrency);
  CHECK(names.size() == concurrency_models().size());
  // The file's own run has the runtime that it gives it, the others their models' defaults.
  for (const RunSpec& run : made.scenario().runs) {
    if (run.concurrency == "thread_per_job") CHECK(run.runtime.name == "rust-std");
    if (run.concurrency == "thread_pool") CHECK(run.runtime.name == "glibc");
    if (run.concurrency == "await_each") CHECK(run.runtime.name == "spawnpoint");
  }
}

TEST_CASE("a sweep finds the very job that breaks a run, between its points", "[sweep]") {
  const SweepPlan made =
      plan(kPlayground + "[sweep]\n\"jobs.count\" = { from = 1, to = 100_000, points = 6, scale = \"log\" }\n");
  const SweepOutcome outcome = run_sweep(made, on(2));
  CHECK_FALSE(outcome.stopped);
  REQUIRE(outcome.cells.size() == 12);
  for (const auto& cell : outcome.cells) REQUIRE(cell);
  // 512 - 5 = 507 threads fit: the article's failure.
  REQUIRE(outcome.edges.size() == 1);
  const SweepEdge& edge = outcome.edges.front();
  CHECK(made.scenario().runs[edge.run].concurrency == "thread_per_job");
  CHECK(edge.good == 507);
  CHECK(edge.failing == 508);
  REQUIRE(edge.result.failure);
  CHECK(name_of(edge.result.failure->cause) == "EAGAIN");
  CHECK(edge.result.failure->limit == "pids.max");
  CHECK(edge.result.jobs == 508);
}

TEST_CASE("numbers of a list ascend, in whatever order it has them, and each edge is found once", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [300, 900, 400, 600]\n");
  CHECK(made.sweep().axes[0].values == std::vector<std::string>{"300", "400", "600", "900"});
  const SweepOutcome outcome = run_sweep(made, on(1));
  REQUIRE(outcome.edges.size() == 1);
  CHECK(outcome.edges[0].failing == 508);
  // Keys that go together stay so.
  const SweepPlan zipped = plan(kPlayground +
                                "[sweep]\n\"jobs.count\" = [300, 100, 200]\n\"run.stack\" = [\"3MiB\", \"1MiB\", "
                                "\"2MiB\"]\nzip = [\"jobs.count\", \"run.stack\"]\n");
  CHECK(zipped.sweep().axes[0].values == std::vector<std::string>{"100", "200", "300"});
  CHECK(zipped.sweep().axes[1].values == std::vector<std::string>{"1MiB", "2MiB", "3MiB"});
  // Names stay as they are written.
  CHECK(plan(kPlayground + "[sweep]\n\"machine.profile\" = [\"rust-playground\", \"laptop-8g\"]\n")
            .sweep()
            .axes[0]
            .values.front() == "rust-playground");
}

TEST_CASE("an edge is found where a value that is too low fails, too", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"machine.limits.pids_max\" = [100, 700, 5000]\n");
  const SweepOutcome outcome = run_sweep(made, on(1));
  REQUIRE(outcome.edges.size() == 1);
  // 1,000 threads besides the 5 tasks that are there.
  CHECK(outcome.edges.front().failing == 1004);
  CHECK(outcome.edges.front().good == 1005);
}

TEST_CASE("an edge that no job reveals is found by bisection", "[sweep]") {
  // The hint is wrong on purpose.
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [100, 100_000]\n");
  SweepTask task;
  task.index = made.tasks();
  task.point = 1;
  task.edge = EdgeSearch{0, 100, 100'000, 60'000};
  const SweepTaskResult found = compute(made, task, {});
  CHECK(found.good == 507);
  CHECK(found.failing == 508);
  CHECK(found.result.jobs == 508);
}

TEST_CASE("the result of a sweep does not depend on the number of workers", "[sweep]") {
  const SweepPlan made = plan(
      kPlayground +
          "[sweep]\n\"jobs.count\" = { from = 1, to = 3000, points = 7, scale = \"log\" }\n\"machine.cpus\" = [1, 2]\n"
          "\"jobs.steps[1].sleep\" = [\"exp(mean=1s)\"]\nrepeat = 3\n",
      {{"jobs.steps", "[{ sleep = \"1s\" }, { cpu = \"20us\" }]"}});
  const auto one = lines(made, run_sweep(made, on(1)));
  CHECK(one == lines(made, run_sweep(made, on(2))));
  CHECK(one == lines(made, run_sweep(made, on(5))));
  CHECK(std::ranges::find(one, "missing") == one.end());
}

TEST_CASE("replications have seeds of their own, and give a mean with Student's interval", "[sweep]") {
  const SweepPlan made = plan(R"toml(
seed = 7
[jobs]
count = 20
steps = [{ sleep = "exp(mean=1s)" }]
[[run]]
concurrency = "join_all"
[sweep]
"machine.cpus" = [1]
repeat = 3
)toml");
  CHECK(SweepPlan::seed(made.scenario(), 0) == 7);
  CHECK(SweepPlan::seed(made.scenario(), 1) != SweepPlan::seed(made.scenario(), 2));
  const SweepOutcome outcome = run_sweep(made, on(2));
  const SweepCell& cell = *outcome.cells.at(0);
  REQUIRE(cell.replications == 3);
  double x[3];
  for (int i = 0; i < 3; ++i) {
    Scenario scenario = *made.at(0);
    scenario.seed = SweepPlan::seed(made.scenario(), i);
    x[i] = to_seconds(run_modeled(scenario, 0, {}).wall);
  }
  CHECK(x[0] != x[1]);
  const double mean = (x[0] + x[1] + x[2]) / 3;
  double squares = 0;
  for (const double v : x) squares += (v - mean) * (v - mean);
  const ConfidenceInterval interval = cell.wall.confidence_interval(0.95);
  CHECK(interval.mean == Approx(mean).epsilon(1e-12));
  // t(0.975, 2) = 4.302653, from the tables.
  CHECK(interval.half_width == Approx(4.302653 * std::sqrt(squares / 2 / 3)).epsilon(1e-6));
  CHECK(cell.first.seed == 7);
  // The seeds of the others are reported, and can be given to --seed.
  CHECK(SweepPlan::seed(made.scenario(), 2) < (std::uint64_t{1} << 53));
}

TEST_CASE("a point that would take too much memory is refused in words, and the others are computed", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [10, 10_000_000]\n");
  SweepOptions options = on(2);
  options.memory = Bytes{64 << 20};
  const SweepOutcome outcome = run_sweep(made, options);
  CHECK_FALSE(outcome.stopped);
  const auto& of_threads = outcome.cells[1 * 2 + 0];
  const auto& of_tasks = outcome.cells[1 * 2 + 1];
  // The thread for each job ends at 508: it takes next to nothing.
  REQUIRE(of_threads);
  CHECK(of_threads->first.error.empty());
  CHECK(of_threads->first.failure);
  REQUIRE(of_tasks);
  CHECK(of_tasks->first.error.find("memory") == std::string::npos);
  CHECK(of_tasks->first.error.find("GiB") != std::string::npos);
  CHECK(of_tasks->first.error.find("64 MiB") != std::string::npos);
  CHECK(outcome.cells[0]->first.error.empty());
}

TEST_CASE("the memory of a run is estimated before it is computed", "[sweep]") {
  const auto estimate = [](const std::string& concurrency, std::int64_t jobs) {
    return estimate_memory(tests::scenario(concurrency, jobs), 0).count;
  };
  // One future, or one thread, at a time takes nothing that grows.
  CHECK(estimate("await_each", 10'000'000) < 1 << 20);
  CHECK(estimate("sequential", 10'000'000) < 1 << 20);
  CHECK(estimate("thread_pool", 10'000'000) < 1 << 20);
  // A million futures are there at once: at least a frame of 64 bytes each.
  CHECK(estimate("join_all", 1'000'000) > 64'000'000);
  CHECK(estimate("join_all", 1'000'000) < 1'000'000'000);
}

TEST_CASE("seeds can be swept: each point has its own", "[sweep]") {
  const SweepPlan made = plan(
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 9\nsteps = [{ sleep = \"exp(mean=1s)\" }]\n[[run]]\n"
      "concurrency = \"join_all\"\n[sweep]\n\"seed\" = [1, 2, 3]\n",
      {});
  const auto cells = run_sweep(made, on(1)).cells;
  std::set<Duration> walls;
  for (std::size_t point = 0; point < 3; ++point) {
    REQUIRE(cells[point]);
    CHECK(cells[point]->first.seed == point + 1);
    walls.insert(cells[point]->first.wall);
  }
  CHECK(walls.size() == 3);
}

TEST_CASE("a sweep that is stopped keeps what is complete", "[sweep]") {
  const SweepPlan made =
      plan(kPlayground + "[sweep]\n\"jobs.count\" = { from = 1, to = 100, points = 30, scale = \"linear\" }\n");
  std::stop_source stop;
  SweepOptions options = on(1);
  options.stop = stop.get_token();
  std::size_t told = 0;
  options.cell = [&](const SweepCell&) {
    if (++told == 5) stop.request_stop();
  };
  const SweepOutcome outcome = run_sweep(made, options);
  CHECK(outcome.stopped);
  CHECK(std::ranges::count_if(outcome.cells, [](const auto& cell) { return cell.has_value(); }) == 5);
}

TEST_CASE("a task and its result read back as they were", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 1000]\n");
  for (std::size_t run = 0; run < 2; ++run) {
    SweepTask task{.index = 2 + run, .point = 1, .run = run, .replication = 0, .edge = std::nullopt};
    const SweepTaskResult result = compute(made, task, {});
    const auto record = from_record(to_record(task, result));
    REQUIRE(record);
    CHECK(record->task == task.index);
    // Every field that is reported to anyone.
    CHECK(to_json_line(record->result.result) == to_json_line(result.result));
    CHECK(to_record(task, record->result) == to_record(task, result));
  }
  SweepTask edge{.index = 9, .point = 1, .run = 0, .replication = 0, .edge = EdgeSearch{0, 1, 1000, 508}};
  const auto back = task_from_text(to_text(edge));
  REQUIRE(back);
  CHECK(back->index == 9);
  CHECK(back->edge == edge.edge);
  CHECK_FALSE(from_record("{\"task\":1}"));
  CHECK_FALSE(from_record("nonsense"));
}

TEST_CASE("a sweep continues where its journal ends", "[sweep]") {
  const std::string text =
      kPlayground + "[sweep]\n\"jobs.count\" = { from = 1, to = 1000, points = 7, scale = \"log\" }\n";
  const SweepPlan made = plan(text);
  const auto whole = lines(made, run_sweep(made, on(1)));
  TemporaryFile file;
  const auto sweep_with_journal = [&](std::size_t stop_after, std::size_t& computed) {
    auto journal = SweepJournal::open(file.path(), made);
    REQUIRE(journal);
    std::stop_source stop;
    SweepOptions options = on(1);
    options.stop = stop.get_token();
    options.known = std::move(journal->known);
    options.task = [&](const SweepTask& task, const SweepTaskResult& result) {
      REQUIRE(journal->append(task, result));
      if (++computed == stop_after) stop.request_stop();
    };
    return lines(made, run_sweep(made, options));
  };
  std::size_t first = 0, second = 0, third = 0;
  CHECK(sweep_with_journal(6, first) != whole);
  CHECK(first == 6);
  // The program was killed while it wrote.
  file.write(file.text() + "{\"task\":12,\"go");
  CHECK(sweep_with_journal(SIZE_MAX, second) == whole);
  CHECK(first + second == made.tasks() + 1);  // And the edge.
  CHECK(sweep_with_journal(SIZE_MAX, third) == whole);
  CHECK(third == 0);

  // Any byte that is changed is noticed, but for the heading it belongs to another sweep then. Without its end the last
  // line is one that was being written.
  const std::string good = file.text();
  for (std::size_t at = 0; at + 1 < good.size(); at += 7) {
    std::string damaged = good;
    damaged[at] = damaged[at] == '1' ? '2' : '1';
    file.write(damaged);
    INFO(at);
    const auto opened = SweepJournal::open(file.path(), made);
    REQUIRE_FALSE(opened);
    CHECK((opened.error().find("damaged") != std::string::npos || opened.error().find("sweep") != std::string::npos));
  }
  file.write(good);

  const SweepPlan other = plan(text, {{"seed", "5"}});
  const auto refused = SweepJournal::open(file.path(), other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().find("another sweep") != std::string::npos);
  file.write("title = \"my scenario\"\n");
  const auto not_one = SweepJournal::open(file.path(), made);
  REQUIRE_FALSE(not_one);
  CHECK(not_one.error().find("not a sweep's journal") != std::string::npos);
  CHECK(file.text() == "title = \"my scenario\"\n");
}

TEST_CASE("rows of CSV have a field for each name", "[sweep]") {
  const SweepPlan made =
      plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 1000]\n\"jobs.steps[1].sleep\" = [\"uniform(1s, 2s)\"]\n",
           {{"jobs.steps", "[{ sleep = \"1s\" }]"}});
  const SweepOutcome outcome = run_sweep(made, on(2));
  const auto fields = [](const std::string& row) {
    int count = 1;
    bool inside = false;
    for (const char c : row) {
      if (c == '"') inside = !inside;
      if (c == ',' && !inside) ++count;
    }
    return count;
  };
  const int names = fields(csv_header(made));
  for (const auto& cell : outcome.cells) CHECK(fields(csv_row(made, *cell)) == names);
  REQUIRE(outcome.edges.size() == 1);
  CHECK(fields(csv_row(made, outcome.edges.front())) == names);
  CHECK(csv_row(made, *outcome.cells[0]).starts_with("1,\"uniform(1s, 2s)\",thread_per_job,"));
}

TEST_CASE("a sweep that makes too many runs is refused before it begins", "[sweep]") {
  const auto made = SweepPlan::make(
      source(kPlayground + "[sweep]\n\"jobs.count\" = { from = 1, to = 10_000, step = 1 }\nrepeat = 100\n"));
  REQUIRE_FALSE(made);
  CHECK(made.error().front().message.find("runs") != std::string::npos);
}

namespace {

std::vector<std::string> told(const SweepPlan& of) {
  return conclusions(of, run_sweep(of, on(2)));
}

}  // namespace

TEST_CASE("a sweep says which machines it is of", "[sweep]") {
  CHECK(machines(plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 2]\n")) == "rust-playground");
  const std::string sweep = "[sweep]\n\"machine.profile\" = ";
  CHECK(machines(plan(kPlayground + sweep + "[\"laptop-8g\", \"rust-playground\"]\n")) ==
        "laptop-8g and rust-playground");
  CHECK(machines(plan(kPlayground + sweep + "[\"laptop-8g\", \"systemd-service\", \"rust-playground\"]\n")) ==
        "laptop-8g, systemd-service and rust-playground");
  CHECK(machines(plan(kPlayground + sweep +
                      "[\"laptop-8g\", \"systemd-service\", \"rust-playground\", \"bare-metal\"]\n")) == "4 machines");
}

TEST_CASE("a sweep concludes what its table shows", "[sweep]") {
  CHECK(told(plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 100]\n")) == std::vector<std::string>{"nothing fails"});
  // An edge says of its line what there is to say.
  CHECK(told(plan(kPlayground + "[sweep]\n\"jobs.count\" = [100, 1000, 2000]\n")) ==
        std::vector<std::string>{
            "thread_per_job breaks at jobs.count = 508; with 507 it does not: EAGAIN by pids.max = 512"});
  CHECK(told(plan(kPlayground + "[sweep]\n\"jobs.count\" = [1000, 2000]\n")) ==
        std::vector<std::string>{"thread_per_job fails at all 2 points: EAGAIN by pids.max = 512"});
  // Machines have no order, and so no place between them where it breaks.
  CHECK(
      told(plan(kPlayground + "[sweep]\n\"machine.profile\" = [\"laptop-8g\", \"rust-playground\"]\n")) ==
      std::vector<std::string>{"thread_per_job fails at machine.profile = rust-playground: EAGAIN by pids.max = 512"});
  // Each line for itself.
  CHECK(told(plan(kPlayground + "[sweep]\n\"machine.limits.pids_max\" = [50, 512]\n\"jobs.count\" = [100, 1000]\n")) ==
        std::vector<std::string>{
            "thread_per_job breaks at machine.limits.pids_max = 104 (jobs.count = 100); with 105 it does not: EAGAIN "
            "by pids.max = 104",
            "thread_per_job breaks at jobs.count = 508 (machine.limits.pids_max = 512); with 507 it does not: EAGAIN "
            "by pids.max = 512",
            "thread_per_job fails at machine.limits.pids_max = 50, jobs.count = 1000: EAGAIN by pids.max = 50"});
}

TEST_CASE("a pool that does all its jobs without some workers does not fail", "[sweep]") {
  const std::string pool =
      "[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 1000\nsteps = [{ sleep = \"1ms\" }]\n[[run]]\n"
      "concurrency = \"thread_pool\"\nthreads = 600\n";
  CHECK(
      told(plan(pool + "[sweep]\n\"jobs.count\" = [700, 800]\n")) ==
      std::vector<std::string>{
          "thread_pool, 600 threads was refused a worker at all 2 points, and did all jobs: EAGAIN by pids.max = 512"});
  const SweepPlan sizes = plan(pool + "[sweep]\n\"run.threads\" = [100, 600]\n");
  CHECK(told(sizes) ==
        std::vector<std::string>{"thread_pool is refused a worker from run.threads = 508; with 507 it does not: EAGAIN "
                                 "by pids.max = 512; it does all jobs with those that it has"});
  const SweepOutcome outcome = run_sweep(sizes, on(1));
  CHECK(outcome.cells[1]->failed == 0);
  CHECK(outcome.cells[1]->wall.count() == 1);
}

TEST_CASE("what is no ordinary file is no journal, and is not read", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 2]\n");
  for (const char* special : {"/dev/zero", "/dev/full", "/dev/null"}) {
    INFO(special);
    const auto opened = SweepJournal::open(special, made);
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == std::string("journal ") + special + ": it is not an ordinary file");
  }
  const tests::TemporaryDirectory folder;
  const std::string fifo = (folder / "fifo").string();
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto opened = SweepJournal::open(fifo, made);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().ends_with("it is not an ordinary file"));
}

TEST_CASE("a sweep's results are of the files as they were when it began, and its journal of their contents",
          "[sweep]") {
  const tests::TemporaryDirectory folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  };
  write("e.csv", "0.1\n0.2\n");
  write("other.csv", "7\n");
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 4\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
      "concurrency = \"join_all\"\n[sweep]\n\"jobs.steps[1].sleep\" = [\"empirical(e.csv)\", "
      "\"empirical(other.csv)\"]\n";
  const auto make = [&] {
    auto made = SweepPlan::make({text, (folder / "s.toml").string(), {}});
    REQUIRE(made);
    return *std::move(made);
  };
  const SweepPlan before = make();
  const std::string name = before.fingerprint();
  write("other.csv", "8\n");
  const auto cells = run_sweep(before, on(1)).cells;
  REQUIRE(cells[1]);
  CHECK(cells[1]->first.wall >= 7s);
  CHECK(cells[1]->first.wall < 8s);
  CHECK(before.fingerprint() == name);
  CHECK(make().fingerprint() != name);
  write("other.csv", "7\n");
  CHECK(make().fingerprint() == name);
}

}  // namespace spawnpoint
