// SPDX-License-Identifier: GPL-3.0-or-later
// Modeled limits on memory: the kernel kills at the right thread or task, or refuses its memory, and the trace holds
// all up to there.
#include <algorithm>

#include "models/lab/run/run.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

RunResult run_in(const char* memory_max, std::int64_t jobs, const char* runtime = "glibc") {
  const std::string text = "[machine]\nprofile = \"defaults\"\nlimits.memory_max = \"" + std::string(memory_max) +
                           "\"\nin_use.cgroup_memory = \"84KiB\"\nlimits.max_map_count = 1_000_000\n[jobs]\ncount = " +
                           std::to_string(jobs) +
                           "\nsteps = [{ sleep = \"1h\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"" +
                           runtime + "\"\n";
  const ParseResult parsed = parse_scenario(text, "oom.toml", {});
  for (const Diagnostic& diagnostic : parsed.diagnostics) UNSCOPED_INFO(format(diagnostic));
  REQUIRE(parsed.scenario);
  return run_modeled(*parsed.scenario, 0, {});
}

/// A million jobs that sleep, as tasks of Spawnpoint's own executor: 107 bytes each.
RunResult run_tasks(const std::string& limits, const char* runtime = "spawnpoint") {
  const std::string text = "[machine]\nprofile = \"defaults\"\n" + limits +
                           "\n[jobs]\ncount = 1_000_000\n[[run]]\nconcurrency = \"join_all\"\nruntime = \"" + runtime +
                           "\"\n";
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

TEST_CASE("A modeled million of tasks is killed where memory.max or the machine's memory is full") {
  struct Case {
    const char* limits;
    const char* name;
    Bytes value;
    Bytes before;  ///< What is taken before the first task.
  };
  const Case at = GENERATE(
      Case{"limits.memory_max = \"64MiB\"\nin_use.cgroup_memory = \"4MiB\"", "memory.max", 64_MiB, 4_MiB + 172_KiB},
      Case{"memory = \"64MiB\"\nin_use.memory = \"8MiB\"", "memory", 64_MiB, 8_MiB});
  const RunResult result = run_tasks(at.limits);
  INFO(at.limits);
  REQUIRE(result.failure);
  const FailurePoint& failure = *result.failure;
  CHECK(name_of(failure.cause) == "SIGKILL");
  CHECK(failure.call == "page fault");
  CHECK(failure.limit == at.name);
  CHECK(failure.value == at.value.count);
  CHECK(failure.message == "Killed");
  CHECK(failure.job == kNoJob);
  CHECK(failure.threads == 0);
  // Each task takes 107 bytes, and a page of page tables covers 2 MiB of them.
  const auto tasks = static_cast<double>((at.value - at.before).count) / (107.0 * (1 + 1.0 / 512));
  CHECK(static_cast<double>(result.peak_tasks) == Approx(tasks).epsilon(0.0001));
  CHECK(result.completed == 0);
  CHECK_FALSE(result.stopped);

  const Trace& trace = *result.trace;
  REQUIRE(trace.marks.size() == 1);
  CHECK(trace.marks[0].kind == MarkKind::oom_kill);
  CHECK(trace.marks[0].at == trace.end);
  CHECK(trace.end == failure.at);
  CHECK(trace[SeriesKind::tasks].maximum() == static_cast<double>(result.peak_tasks));
}

TEST_CASE("A modeled million of tasks gets std::bad_alloc where address space, data or commitment is used up") {
  struct Case {
    const char* limits;
    const char* name;
    Bytes value;
    Bytes before;
  };
  const Case at =
      GENERATE(Case{"limits.address_space = \"64MiB\"", "RLIMIT_AS", 64_MiB, 2556_KiB},
               Case{"limits.data = \"32MiB\"", "RLIMIT_DATA", 32_MiB, 292_KiB},
               Case{"limits.overcommit = \"never\"\nlimits.commit_limit = \"128MiB\"\nin_use.committed = \"96MiB\"\n"
                    "limits.user_reserve = \"0B\"\nlimits.admin_reserve = \"0B\"",
                    "overcommit", 128_MiB, 96_MiB});
  const RunResult result = run_tasks(at.limits);
  INFO(at.limits);
  REQUIRE(result.failure);
  CHECK(name_of(result.failure->cause) == "ENOMEM");
  CHECK(result.failure->call == "mmap");
  CHECK(result.failure->limit == at.name);
  CHECK(result.failure->value == at.value.count);
  CHECK(result.failure->message.find("std::bad_alloc") != std::string::npos);
  CHECK(static_cast<double>(result.peak_tasks) ==
        Approx(static_cast<double>((at.value - at.before).count) / 107).epsilon(0.0001));
  REQUIRE(result.trace->marks.size() == 1);
  CHECK(result.trace->marks[0].kind == MarkKind::failure);
}

TEST_CASE("A modeled program that is not in C++ says in its own words that it gets no memory") {
  const RunResult result = run_tasks("limits.address_space = \"64MiB\"", "tokio");
  REQUIRE(result.failure);
  CHECK(result.failure->message == "memory allocation of 355 bytes failed");
}

TEST_CASE("A memory limit that all tasks fit into ends none") {
  CHECK_FALSE(run_tasks("limits.memory_max = \"128MiB\"").failure);
  CHECK(run_tasks("limits.memory_max = \"128MiB\"").completed == 1'000'000);
}

TEST_CASE("memory.max holds what the program itself takes, too") {
  // Measured at 64 MiB (Linux 6.18): 407 threads of Java, 1,447 of Python.
  const RunResult java = run_in("64MiB", 5000, "java");
  const RunResult python = run_in("64MiB", 5000, "python");
  REQUIRE(java.failure);
  REQUIRE(python.failure);
  CHECK(java.failure->threads < 700);
  CHECK(static_cast<double>(python.failure->threads) == Approx(1447).epsilon(0.02));
}

TEST_CASE("A thread that uses more than its stack ends the modeled process with SIGSEGV") {
  const char* touched = GENERATE("117KiB", "200KiB");
  const std::string text = std::string("[jobs]\ncount = 10\n[[run]]\nconcurrency = \"thread_per_job\"\n") +
                           "runtime = \"glibc\"\nstack = \"128KiB\"\ntouched = \"" + touched + "\"\n";
  const ParseResult parsed = parse_scenario(text, "stack.toml", {});
  REQUIRE(parsed.scenario);
  const RunResult result = run_modeled(*parsed.scenario, 0, {});
  REQUIRE(result.failure);
  CHECK(name_of(result.failure->cause) == "SIGSEGV");
  CHECK(result.failure->call == "page fault");
  CHECK(result.failure->limit == "stack");
  CHECK(result.failure->value == (128_KiB).count);
  CHECK(result.failure->message == "Segmentation fault");
  CHECK(result.completed == 0);
  REQUIRE(result.trace->marks.size() == 1);
  CHECK(result.trace->marks[0].kind == MarkKind::aborted);
}

TEST_CASE(
    "The thread that dies of its stack is the first, whatever it would have used and whatever was started meanwhile") {
  const auto failure_of = [](const std::string& run, const std::string& touched) {
    const ParseResult parsed =
        parse_scenario("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 50\n[[run]]\n" + run +
                           "\nruntime = \"glibc\"\nstack = \"64KiB\"\ntouched = \"" + touched + "\"\n",
                       "stack.toml", {});
    REQUIRE(parsed.scenario);
    const RunResult result = run_modeled(*parsed.scenario, 0, {});
    REQUIRE(result.failure);
    CHECK(result.failure->at.time_since_epoch() == result.wall);
    return *result.failure;
  };
  const FailurePoint first = failure_of("concurrency = \"thread_per_job\"", "65KiB");
  for (const char* touched : {"53KiB", "65KiB", "1MiB", "64MiB"}) {
    INFO(touched);
    const FailurePoint failure = failure_of("concurrency = \"thread_per_job\"", touched);
    CHECK(failure.job == 0);
    CHECK(failure.threads == 0);
    CHECK(failure.at == first.at);
    // Of a pool, before any job has begun.
    const FailurePoint of_pool = failure_of("concurrency = \"thread_pool\"\nthreads = 4", touched);
    CHECK(of_pool.job == kNoJob);
    CHECK(of_pool.threads == 0);
  }
}

TEST_CASE("A task of any size is refused, and its size times the number of tasks does not overflow") {
  for (const char* task : {"1TiB", "200TiB"}) {
    INFO(task);
    const ParseResult parsed =
        parse_scenario(std::string("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 10\n[[run]]\nconcurrency = "
                                   "\"join_all\"\ntask = \"") +
                           task + "\"\n",
                       "task.toml", {});
    REQUIRE(parsed.scenario);
    const RunResult result = run_modeled(*parsed.scenario, 0, {});
    REQUIRE(result.failure);
    CHECK(result.peak_tasks == 0);
    // 8 GiB of memory; 128 TiB of addresses.
    CHECK(result.failure->limit == (task[0] == '1' ? "memory" : "address space"));
  }
}

TEST_CASE("A thread that uses most of its stack goes on") {
  const ParseResult parsed = parse_scenario(
      "[jobs]\ncount = 10\n[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"glibc\"\nstack = \"128KiB\"\n"
      "touched = \"116KiB\"\n",
      "stack.toml", {});
  REQUIRE(parsed.scenario);
  CHECK(run_modeled(*parsed.scenario, 0, {}).completed == 10);
}
