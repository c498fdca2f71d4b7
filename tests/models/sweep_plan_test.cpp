// SPDX-License-Identifier: GPL-3.0-or-later
// What a sweep expands to: its points, its runs, its default, and how many there may be.
#include "models/lab/sweep/sweep.hpp"

#include <set>

#include "models/concurrency/registry.hpp"
#include "tests/catch.hpp"
#include "tests/models/sweep_laboratory.hpp"

namespace spawnpoint {

using namespace sweep_tests;

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

TEST_CASE("a sweep that makes too many runs is refused before it begins", "[sweep]") {
  const auto made = SweepPlan::make(
      source(kPlayground + "[sweep]\n\"jobs.count\" = { from = 1, to = 10_000, step = 1 }\nrepeat = 100\n"));
  REQUIRE_FALSE(made);
  CHECK(made.error().front().message.find("runs") != std::string::npos);
}

}  // namespace spawnpoint
