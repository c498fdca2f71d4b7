// SPDX-License-Identifier: GPL-3.0-or-later
// A modeled memory.max: the kernel kills at the right thread, and the trace holds all up to there.
#include <algorithm>

#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

RunResult run_in(const char* memory_max, std::int64_t jobs, const char* runtime = "glibc") {
  const std::string text = "[machine]\nprofile = \"defaults\"\nlimits.memory_max = \"" + std::string(memory_max) +
                           "\"\nin_use.cgroup_memory = \"256KiB\"\nlimits.max_map_count = 1_000_000\n[jobs]\ncount = " +
                           std::to_string(jobs) +
                           "\nsteps = [{ sleep = \"1h\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"" +
                           runtime + "\"\n";
  const ParseResult parsed = parse_scenario(text, "oom.toml", {});
  for (const Diagnostic& diagnostic : parsed.diagnostics) UNSCOPED_INFO(format(diagnostic));
  REQUIRE(parsed.scenario);
  return run_modeled(*parsed.scenario, 0, {});
}

}  // namespace

TEST_CASE(
    "memory.max kills the modeled process at the thread at which the kernel did, and the trace shows what was alive") {
  // Measured: 3,761 threads with 8 MiB stacks in 128 MiB (kernel-cases-more.csv, memcg_128M_8m_c).
  const RunResult result = run_in("128MiB", 5000);
  REQUIRE(result.failure);
  const FailurePoint& failure = *result.failure;
  CHECK(static_cast<double>(failure.threads) == Approx(3761).epsilon(0.005));
  CHECK(name_of(failure.cause) == "SIGKILL");
  CHECK(failure.limit == "memory.max");
  CHECK(failure.value == (128_MiB).count);
  CHECK(failure.message == "Killed");
  CHECK(result.completed == 0);
  CHECK(result.peak_threads == failure.threads + 1);

  const Trace& trace = *result.trace;
  REQUIRE(trace.marks.size() == 1);
  const Mark& mark = trace.marks[0];
  CHECK(mark.kind == MarkKind::oom_kill);
  CHECK(mark.at == failure.at);
  CHECK(mark.job == failure.job);
  // Jobs count from 0: the one that was being started comes after those whose threads exist.
  CHECK(failure.job == static_cast<JobId>(failure.threads));
  CHECK(trace.end == failure.at);

  // Whatever was alive ends with the process, and nothing happens after it.
  std::int64_t waiting = 0;
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    CHECK_FALSE(trace.segments.ends()[i] > trace.end);
    if (trace.segments.states()[i] == JobState::waiting && trace.segments.ends()[i] == trace.end) ++waiting;
  }
  // All but the few that had not yet begun to run.
  CHECK(waiting <= failure.threads);
  CHECK(waiting > failure.threads * 99 / 100);

  const auto& threads = trace.series[static_cast<std::size_t>(SeriesKind::threads)];
  REQUIRE(!threads.value.empty());
  CHECK(*std::ranges::max_element(threads.value) == static_cast<double>(result.peak_threads));
  CHECK_FALSE(threads.time.back() > trace.end);
  // Resident memory and what the kernel took fill the cgroup, but for the part that is not charged.
  CHECK(result.memory.resident + result.memory.kernel > 120_MiB);
}

TEST_CASE("A memory limit that all threads fit into kills none") {
  CHECK_FALSE(run_in("512MiB", 5000).failure);
}
