// SPDX-License-Identifier: GPL-3.0-or-later
// What is told of a sweep: rows of CSV, and conclusions in words.
#include "models/lab/sweep/sweep.hpp"

#include "models/lab/sweep/sweep_text.hpp"
#include "tests/catch.hpp"
#include "tests/models/sweep_laboratory.hpp"

namespace spawnpoint {

using namespace sweep_tests;

namespace {

std::vector<std::string> told(const SweepPlan& of) {
  return conclusions(of, run_sweep(of, on(2)));
}

}  // namespace

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

TEST_CASE("a sweep says which machines it is of", "[sweep]") {
  CHECK(machines(plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 2]\n")) == "rust-playground");
  const std::string sweep = "[sweep]\n\"machine.profile\" = ";
  CHECK(machines(plan(kPlayground + sweep + "[\"host\", \"rust-playground\"]\n")) ==
        "this machine and rust-playground");
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
            "thread_per_job fails at machine.limits.pids_max = 50, jobs.count = 1,000: EAGAIN by pids.max = 50"});
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

}  // namespace spawnpoint
