// SPDX-License-Identifier: GPL-3.0-or-later
// Live runs, for real: what they do, deaths at any moment, stops, and nothing left behind.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "core/trace/time_range.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/cgroup.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/result/format.hpp"
#include "tests/catch.hpp"
#include "tests/models/live_laboratory.hpp"
#include "tests/processes.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// All control groups and processes that live runs of this process made.
std::vector<std::string> left_behind() {
  std::vector<std::string> left;
  const std::string mine = "spawnpoint-" + std::to_string(::getpid()) + "-";
  for (const char* controller : {"pids", "memory", "cpu"}) {
    const auto place = find_cgroup(controller);
    if (!place) continue;
    for (const auto& level : place->levels) {
      std::error_code error;
      for (const auto& entry : fs::directory_iterator(level, error)) {
        if (entry.path().filename().string().starts_with(mine)) left.push_back(entry.path());
      }
    }
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    if (!parse_count(entry.path().filename().string())) continue;
    const auto status = read_text(entry.path() / "status");
    if (status && field_count(*status, "PPid") == ::getpid() && field(*status, "Name") == "spawnpoint-run")
      left.push_back(entry.path());
  }
  return left;
}
/// From when the last of its jobs has started to when the first of them ends, as the run itself records it.
TimeRange all_at_once(const Trace& trace) {
  return {std::ranges::max(trace.jobs.started), std::ranges::min(trace.jobs.ended)};
}

std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("three live threads sleep at the same time, and three sequential jobs do not") {
  const auto threads = run_live_here(live_scenario("thread_per_job", 3, sleep_of(100ms)));
  REQUIRE(threads.error == "");
  CHECK(threads.completed == 3);
  CHECK(threads.peak_threads == 4);
  CHECK(threads.wall >= 100ms);
  CHECK_FALSE(threads.failure);
  CHECK(threads.world == WorldKind::live);
  check_record(threads);
  CHECK(threads.trace->lanes == 4);

  const auto serial = run_live_here(live_scenario("sequential", 3, sleep_of(50ms)));
  REQUIRE(serial.error == "");
  CHECK(serial.wall >= 150ms);
  CHECK(serial.peak_threads == 1);
  std::string order;
  for (const auto& line : job_log(*serial.trace)) order += (line.is_end ? "e" : "s") + std::to_string(line.job + 1);
  CHECK(order == "s1e1s2e2s3e3");
}

TEST_CASE("the article's async programs run live in its order of lines") {
  const auto order = [](const RunResult& result) {
    std::string lines;
    for (const auto& line : job_log(*result.trace)) lines += (line.is_end ? "e" : "s") + std::to_string(line.job + 1);
    return lines;
  };
  const auto joined = run_live_here(live_scenario("join_all", 3, sleep_of(50ms)));
  REQUIRE(joined.error == "");
  CHECK(order(joined) == "s1s2s3e1e2e3");
  CHECK(joined.peak_tasks == 3);
  CHECK(joined.peak_threads == 1);
  CHECK(joined.events > 0);

  const auto blocked = run_live_here(live_scenario("join_all", 3, {StepKind::block, Distribution::constant(50ms)}));
  CHECK(order(blocked) == "s1e1s2e2s3e3");
  CHECK(blocked.wall >= 150ms);
  CHECK(blocked.longest_poll >= 50ms);
  CHECK(blocked.longest_poll_job < 3);

  const auto lazy = run_live_here(live_scenario("await_in_loop", 3, sleep_of(30ms)));
  CHECK(order(lazy) == "s1e1s2e2s3e3");
  CHECK(lazy.wall >= 90ms);
}

TEST_CASE("a live pool runs each job once on as many threads as it was given") {
  auto scenario = live_scenario("thread_pool", 200, sleep_of(1ms));
  const auto result = run_live_here(scenario);
  REQUIRE(result.error == "");
  CHECK(result.completed == 200);
  CHECK(result.peak_threads == 5);
  check_record(result);
  scenario.jobs.arrivals.kind = Arrivals::Kind::every;
  scenario.jobs.arrivals.every = 500us;
  const auto paced = run_live_here(scenario);
  CHECK(paced.completed == 200);
  CHECK(paced.wall >= 199 * 500us);
}

TEST_CASE("live jobs draw the same random durations as modeled ones, by job and step") {
  auto scenario = live_scenario("thread_per_job", 20, {StepKind::sleep, Distribution::exponential(5ms)});
  scenario.jobs.arrivals.kind = Arrivals::Kind::rate;
  scenario.jobs.arrivals.rate_per_second = 2000;
  scenario.seed = 7;
  const auto live = run_live_here(scenario);
  const auto modeled = run_modeled(scenario, 0, {});
  REQUIRE(live.error == "");
  REQUIRE(live.completed == 20);
  for (std::size_t job = 0; job < 20; ++job) {
    INFO("job " << job);
    const auto real = live.trace->jobs.ended[job] - live.trace->jobs.started[job];
    const auto model = modeled.trace->jobs.ended[job] - modeled.trace->jobs.started[job];
    // Never shorter than what was drawn; the model adds no more than its costs.
    CHECK(real > model - 1ms);
  }
}

TEST_CASE("a worker that is killed at any moment leaves a whole record") {
  std::mt19937 random(20261122);
  int seen = 0;
  for (int round = 0; round < 30; ++round) {
    const bool threads = round % 2 == 0;
    LiveRun live(live_scenario(threads ? "thread_per_job" : "join_all", threads ? 300 : 20000, sleep_of(200ms)), 0, {},
                 with_worker());
    const auto wait = std::chrono::microseconds(std::uniform_int_distribution<int>(0, 150'000)(random));
    const auto until = std::chrono::steady_clock::now() + wait;
    while (std::chrono::steady_clock::now() < until && live.poll()) live.wait(1ms);
    if (const pid_t worker = worker_of(::getpid()); worker > 0) ::kill(worker, SIGKILL);
    while (live.poll()) live.wait(10ms);
    const auto result = live.result();
    INFO("round " << round << ", after " << wait.count() << " us: " << result.error);
    REQUIRE(result.error == "");
    check_record(result);
    if (!result.failure) continue;  // It had ended before.
    ++seen;
    CHECK(name_of(result.failure->cause) == "SIGKILL");
    CHECK(result.failure->limit == "");
    REQUIRE_FALSE(result.trace->marks.empty());
    CHECK(result.trace->marks.back().kind == MarkKind::killed);
    // It could not tell its peaks: what was seen last is not called so.
    CHECK(result.memory_unseen.has_value() == result.memory_is_known());
    CHECK_FALSE(result.peaks_are_known());
  }
  CHECK(seen > 15);
  CHECK(left_behind().empty());
}

TEST_CASE("letting a run begin never ends it") {
  // The pipe whose closing ends a run was once written to as well, which killed one run in some.
  for (int round = 0; round < 25; ++round) {
    const auto result = run_live(live_scenario("sequential", 1, sleep_of(1ms)), 0, {}, with_worker());
    INFO("round " << round << ": " << result.error);
    REQUIRE(result.error == "");
    REQUIRE_FALSE(result.failure);
    REQUIRE(result.completed == 1);
  }
}

TEST_CASE("a worker that aborts is reported with its signal") {
  LiveRun live(live_scenario("thread_per_job", 20, sleep_of(30s)), 0, {}, with_worker());
  REQUIRE(eventually([&] { return live.poll() && live.progress().threads == 20 + kOwnThreads; }));
  ::kill(worker_of(::getpid()), SIGABRT);
  while (live.poll()) live.wait(10ms);
  const auto result = live.result();
  REQUIRE(result.failure);
  CHECK(name_of(result.failure->cause) == "SIGABRT");
  // The last one lives before whoever creates it can count it.
  CHECK(result.failure->threads >= 19);
  CHECK(result.failure->threads <= 20);
  CHECK(result.trace->marks.back().kind == MarkKind::aborted);
  check_record(result);
}

TEST_CASE("a stopped live run ends soon and keeps its partial record") {
  LiveRun live(live_scenario("thread_per_job", 50, sleep_of(60s)), 0, {}, with_worker());
  REQUIRE(eventually([&] { return live.poll() && live.progress().threads == 50 + kOwnThreads; }));
  CHECK_FALSE(live.trace().segments.empty());
  live.stop();
  live.stop();
  CHECK(eventually([&] { return !live.poll(); }));
  const auto result = live.result();
  CHECK(result.stopped);
  CHECK_FALSE(result.failure);
  CHECK(result.error == "");
  CHECK(result.completed == 0);
  CHECK(result.wall < 60s);
  REQUIRE(result.trace->marks.size() == 1);
  CHECK(result.trace->marks[0].kind == MarkKind::stopped);
  // While it dies it is still recorded: it is over when all of that is.
  CHECK(result.wall == result.trace->end.time_since_epoch());
  CHECK(result.trace->marks[0].at == result.trace->end);
  check_record(result);
}

TEST_CASE("a stop token ends a live run") {
  std::stop_source source;
  RunOptions options;
  options.stop = source.get_token();
  int told = 0;
  options.progress = [&](const Progress& progress) {
    CHECK(progress.jobs == 5);
    if (++told == 3) source.request_stop();
  };
  const auto result = run_live(live_scenario("join_all", 5, sleep_of(60s)), 0, options, with_worker());
  CHECK(result.stopped);
  CHECK(told >= 3);
}

TEST_CASE("a live run that is let go of halfway leaves nothing behind") {
  const auto files = open_files();
  {
    auto scenario = live_scenario("thread_per_job", 20, sleep_of(60s));
    set_pids_max(scenario, 512);
    LiveRun live(scenario, 0, {}, with_worker());
    for (int i = 0; i < 10 && live.poll(); ++i) live.wait(10ms);
  }
  {
    auto scenario = live_scenario("thread_per_job", 10, sleep_of(60s));
    scenario.machine.limits.pid_max = 400;
    scenario.machine_overrides.emplace_back("limits.pid_max");
    LiveRun live(scenario, 0, {}, with_worker());
    for (int i = 0; i < 20 && live.poll(); ++i) live.wait(10ms);
  }
  CHECK(left_behind().empty());
  CHECK(open_files() == files);
}

TEST_CASE("a live run dies with its parent, whichever way that ends") {
  const bool in_namespace = GENERATE(false, true);
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto scenario = live_scenario("thread_per_job", 5, sleep_of(120s));
    if (in_namespace) {
      scenario.machine.limits.pid_max = 400;
      scenario.machine_overrides.emplace_back("limits.pid_max");
    }
    LiveRun live(scenario, 0, {}, with_worker());
    for (int i = 0; i < 3000 && live.poll() && live.progress().threads < 6; ++i) live.wait(10ms);
    const pid_t worker = worker_of(::getpid());
    (void)!::write(pipe[1], &worker, sizeof worker);
    ::pause();
    ::_exit(0);
  }
  pid_t worker = 0;
  REQUIRE(::read(pipe[0], &worker, sizeof worker) == sizeof worker);
  REQUIRE(worker > 0);
  // Behind a pid namespace, the jobs run in a child of the worker.
  const pid_t inner = worker_of(worker);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const auto is_gone = [](pid_t pid) {
    const auto status = read_text("/proc/" + std::to_string(pid) + "/status");
    return !status || field(*status, "State").value_or("Z").starts_with("Z") ||
           field(*status, "Name") != "spawnpoint-run";
  };
  CHECK(eventually([&] { return is_gone(worker) && (inner == 0 || is_gone(inner)); }));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_CASE("a live run whose program is not there says so") {
  LiveOptions live;
  live.worker = "/nowhere/spawnpoint-run";
  const auto result = run_live(live_scenario("join_all", 1, sleep_of(1ms)), 0, {}, live);
  CHECK(result.error.find("/nowhere/spawnpoint-run") != std::string::npos);
  CHECK_FALSE(result.failure);
  LiveOptions wrong;
  wrong.worker = "/bin/false";
  const auto other = run_live(live_scenario("join_all", 1, sleep_of(1ms)), 0, {}, wrong);
  CHECK(other.error.find("status 1") != std::string::npos);
}

TEST_CASE("a live run samples its memory while it runs") {
  need_exact_counts();
  auto scenario = live_scenario("thread_per_job", 400, sleep_of(1s));
  scenario.runs[0].runtime.touched = 32_KiB;
  const auto result = run_live_here(scenario);
  REQUIRE(result.error == "");
  const Trace& trace = *result.trace;
  CHECK(trace[SeriesKind::threads].maximum() == 401);
  // Each stack's touched pages are there for real, and each mapping is.
  CHECK(trace[SeriesKind::resident].maximum() > 400.0 * 32 * 1024);
  CHECK(result.memory.resident.count >= static_cast<std::int64_t>(400) * 32 * 1024);
  CHECK(result.memory.virtual_size.count >= static_cast<std::int64_t>(400) * 68 * 1024);
  CHECK(result.peaks_are_known());
  CHECK(trace[SeriesKind::kernel_stacks].maximum() >= 401.0 * 8 * 1024);
  CHECK_FALSE(result.notes.empty());
}

TEST_CASE("the address space of a live run of tasks is the run's, not what made the process ready for it") {
  if (kSanitized) SKIP("a sanitizer's memory is far more than the run's");
  const auto result = run_live_here(live_scenario("join_all", 100'000, sleep_of(300ms)));
  REQUIRE(result.error == "");
  CHECK(result.memory.virtual_size >= result.memory.resident);
  CHECK(result.memory.virtual_size.count < result.memory.resident.count * 5 / 4);
}

TEST_CASE("a live run's series begin at 0 with what the program had, and follow its threads and tasks one by one") {
  need_exact_counts();
  const auto threads = run_live_here(live_scenario("thread_per_job", 40, sleep_of(300ms)));
  REQUIRE(threads.error == "");
  const Trace& trace = *threads.trace;
  const Series& alive = trace[SeriesKind::threads];
  CHECK(alive.at(Instant{}) == 1);
  CHECK(alive.maximum() == 41);
  CHECK(alive.value.back() == 1);
  // One step for each start and each end, whenever the process was looked at.
  CHECK(alive.time.size() >= 41);
  for (const SeriesKind kind : {SeriesKind::resident, SeriesKind::virtual_size}) {
    REQUIRE_FALSE(trace[kind].empty());
    CHECK(trace[kind].time.front() == Instant{});
  }
  CHECK(trace[SeriesKind::resident].value.front() == static_cast<double>(threads.base.resident.count));
  CHECK(trace[SeriesKind::virtual_size].value.front() == static_cast<double>(threads.base.virtual_size.count));
  CHECK(threads.jobs_memory().virtual_size >= Bytes{40 * 68 * 1024});
  CHECK(threads.jobs_memory().virtual_size == threads.memory.virtual_size - threads.base.virtual_size);

  const auto tasks = run_live_here(live_scenario("join_all", 1000, sleep_of(100ms)));
  REQUIRE(tasks.error == "");
  const Series& counted = (*tasks.trace)[SeriesKind::tasks];
  CHECK(counted.maximum() == 1000);
  CHECK(counted.value.back() == 0);
}

TEST_CASE("a live run tells which of its threads run, or why it does not know") {
  const auto computing =
      run_live_here(live_scenario("thread_per_job", 4, {StepKind::cpu, Distribution::constant(200ms)}));
  REQUIRE(computing.error == "");
  const Series& runnable = (*computing.trace)[SeriesKind::runnable];
  CHECK(runnable.maximum() <= (*computing.trace)[SeriesKind::threads].maximum());
  // Whenever it was looked at while all four computed.
  const TimeRange computed = all_at_once(*computing.trace);
  std::size_t looks = 0;
  for (std::size_t i = 0; i < runnable.time.size(); ++i) {
    if (!computed.contains(runnable.time[i])) continue;
    ++looks;
    CHECK(runnable.value[i] >= 3);
  }
  REQUIRE_FALSE(runnable.empty());
  if (looks == 0) SKIP("this machine was too busy to look at the threads while they computed");
}

TEST_CASE("threads that sleep are not runnable, and of too many nobody asks") {
  const auto sleeping = run_live_here(live_scenario("thread_per_job", 4, sleep_of(400ms)));
  REQUIRE(sleeping.error == "");
  const TimeRange slept = all_at_once(*sleeping.trace);
  const Series& seen = (*sleeping.trace)[SeriesKind::runnable];
  if (!slept.empty()) {
    CHECK(seen.at(slept.begin + slept.length() / 2) == 0);
    // Each look is there, also where it saw the same as the one before.
    CHECK(std::ranges::count_if(seen.time, [&](Instant look) { return slept.contains(look); }) >= 2);
  }
  const auto many = run_live_here(live_scenario("thread_per_job", 1200, sleep_of(kSanitized ? 8s : 1s)));
  REQUIRE(many.error == "");
  if (many.failure) SKIP("this machine does not have room for so many threads: " + format_failure(*many.failure));
  REQUIRE(many.peak_threads >= 1100);
  CHECK((*many.trace)[SeriesKind::runnable].empty());
  CHECK(std::ranges::any_of(many.notes, [](const std::string& note) { return note.starts_with("runnable threads"); }));
}
