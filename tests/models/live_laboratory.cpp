// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/models/live_laboratory.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "tests/catch.hpp"
#include "tests/sanitizers.hpp"

namespace spawnpoint::tests {

using namespace literals;

Scenario live_scenario(const std::string& concurrency, std::int64_t jobs, Step step) {
  Scenario scenario;
  scenario.title = "test";
  scenario.machine.cpus = 2;
  scenario.jobs.count = jobs;
  scenario.jobs.steps = {step};
  RunSpec run;
  run.concurrency = run.label = concurrency;
  run.runtime.stack = 64_KiB;
  run.runtime.message = "Resource temporarily unavailable";
  run.threads = 4;
  scenario.runs = {run};
  return scenario;
}

Step sleep_of(Duration duration) {
  return {StepKind::sleep, Distribution::constant(duration)};
}

void set_pids_max(Scenario& scenario, std::int64_t value) {
  scenario.machine.limits.pids_max = {value};
  scenario.machine.in_use.cgroup_tasks = {1};
  scenario.machine_overrides.emplace_back("limits.pids_max");
}

LiveOptions with_worker() {
  LiveOptions live;
  live.worker = std::filesystem::path(SPAWNPOINT_PROGRAMS) / "spawnpoint-run";
  return live;
}

RunResult run_live_here(const Scenario& scenario) {
  return run_live(scenario, 0, {}, with_worker());
}

void need_imposed(const RunResult& result, const std::string& limit) {
  const auto imposed = std::ranges::find(result.imposed, limit, &ImposedLimit::limit);
  INFO("nothing is said about " << limit);
  REQUIRE(imposed != result.imposed.end());
  need_exact_counts();
  if (!imposed->held()) SKIP(limit + " cannot be imposed here: " + imposed->means);
}

void check_record(const RunResult& result) {
  REQUIRE(result.trace);
  const Trace& trace = *result.trace;
  std::vector<Instant> newest(trace.jobs.size(), Instant::min());
  std::int64_t bad = 0;
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    const Segment segment = trace.segments[i];
    bad += segment.end <= segment.begin || segment.job >= newest.size() || segment.begin < newest[segment.job] ||
           segment.end > trace.end;
    if (segment.job < newest.size()) newest[segment.job] = segment.end;
  }
  CHECK(bad == 0);
  const auto done = std::count(trace.jobs.state.begin(), trace.jobs.state.end(), JobState::done);
  // A job may be counted an instant before or after its row: by at most one for each thread that was at it.
  CHECK(std::abs(done - result.completed) <= result.peak_threads);
}

}  // namespace spawnpoint::tests
