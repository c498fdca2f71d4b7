// SPDX-License-Identifier: GPL-3.0-or-later
// Computing a sweep: workers do not matter; replications, memory, stopping.
#include "models/lab/sweep/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <thread>

#include "models/lab/run/run.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/lab/sweep/sweep_board.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/models/sweep_laboratory.hpp"

namespace spawnpoint {

using namespace std::chrono_literals;
using namespace sweep_tests;

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

TEST_CASE("a sweep says how long it still takes only where it knows", "[sweep]") {
  const SweepPlan made = plan(
      "[machine]\nprofile = \"laptop-8g\"\n[[run]]\nconcurrency = \"join_all\"\n[sweep]\n\"jobs.count\" = [20_000, "
      "20_001]\n");
  REQUIRE(made.tasks() == 2);
  std::optional<SweepProgress> told;
  SweepOptions options = on(1);
  options.progress = [&](const SweepProgress& now) { told = now; };
  SweepBoard board(made, options, 1);
  const auto first = board.take_when_ready(SweepBoard::End::lightest);
  REQUIRE(first);
  CHECK_FALSE(told);
  board.put(*first, {.result = result_before(made.scenario(), 0, WorldKind::modeled)});
  // The other one is as large.
  REQUIRE(told);
  REQUIRE(told->left);
  CHECK(told->left->count() > 0);
  const auto second = board.take_when_ready(SweepBoard::End::lightest);
  REQUIRE(second);
  // Nothing is left of it, as far as that tells; but it has not ended.
  std::this_thread::sleep_for(150ms);
  board.note_part(*second, 1);
  CHECK(told->done == 1);
  CHECK_FALSE(told->left);
}

TEST_CASE("replications that cannot be computed are not said to be the same", "[sweep]") {
  const SweepPlan made = plan(
      "[machine]\nprofile = \"laptop-8g\"\n[[run]]\nconcurrency = \"join_all\"\n[sweep]\n\"jobs.count\" = [10]\nrepeat "
      "= 2\n");
  const auto alike = [&](const std::string& error) {
    const SweepOptions options = on(1);
    SweepBoard board(made, options, 1);
    while (const auto task = board.take_when_ready(SweepBoard::End::lightest))
      board.put(*task, {.result = not_run(made.scenario(), 0, error)});
    const SweepOutcome outcome = board.outcome();
    REQUIRE(outcome.cells.size() == 1);
    REQUIRE(outcome.cells[0]);
    return outcome.cells[0]->are_alike;
  };
  CHECK(alike(""));
  CHECK_FALSE(alike("no memory"));
}

TEST_CASE("the memory of a run is estimated soon, however long its jobs compute", "[sweep]") {
  const auto estimate = [](const std::string& concurrency) {
    Scenario slow = tests::scenario(concurrency, 300'000);
    slow.machine.limits.cpu_max = 50ms;
    slow.jobs.steps = {Step{StepKind::cpu, Distribution::constant(1h)}};
    return estimate_memory(slow, 0).count;
  };
  CHECK(estimate("sequential") < 1 << 20);
  CHECK(estimate("thread_pool") < 1 << 20);
  // All of them may be there at once.
  CHECK(estimate("thread_per_job") > 300'000 * 768);
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

}  // namespace spawnpoint
