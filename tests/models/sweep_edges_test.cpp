// SPDX-License-Identifier: GPL-3.0-or-later
// The exact value at which a run begins to fail, between the points of a sweep.
#include "models/lab/sweep/sweep.hpp"

#include "tests/catch.hpp"
#include "tests/models/sweep_laboratory.hpp"

namespace spawnpoint {

using namespace sweep_tests;

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

}  // namespace spawnpoint
