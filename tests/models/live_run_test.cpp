// SPDX-License-Identifier: GPL-3.0-or-later
// Live runs, for real: imposed limits, deaths at any moment, stops, caps, and nothing left behind. What this machine
// does not allow is named and skipped.
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include "models/lab/live_cgroup.hpp"
#include "models/lab/run.hpp"
#include "models/machine/cgroup.hpp"
#include "models/machine/host.hpp"
#include "models/machine/proc_files.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr Bytes kSmallStack = 64_KiB;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

Scenario make_scenario(const std::string& concurrency, std::int64_t jobs, Step step) {
  Scenario scenario;
  scenario.title = "test";
  scenario.machine.cpus = 2;
  scenario.jobs.count = jobs;
  scenario.jobs.steps = {step};
  RunSpec run;
  run.concurrency = run.label = concurrency;
  run.runtime.stack = kSmallStack;
  run.runtime.message = "Resource temporarily unavailable";
  run.threads = 4;
  scenario.runs = {run};
  return scenario;
}
Step sleep_of(Duration duration) {
  return {StepKind::sleep, Distribution::constant(duration)};
}

LiveOptions with_worker() {
  LiveOptions live;
  live.worker = fs::path(SPAWNPOINT_PROGRAMS) / "spawnpoint-run";
  return live;
}
RunResult run(const Scenario& scenario) {
  return run_live(scenario, 0, {}, with_worker());
}

/// The limit that was imposed, or a word that this machine does not allow it.
bool was_imposed(const RunResult& result, const std::string& limit) {
  for (const auto& imposed : result.imposed) {
    if (imposed.limit != limit) continue;
#ifdef __SANITIZE_THREAD__
    // The thread sanitizer has a thread of its own in every process, so numbers of threads are one off.
    WARN("skipped: under the thread sanitizer nothing is said of " + limit);
    return false;
#endif
    if (!imposed.imposed) WARN("skipped: " + limit + " cannot be imposed here: " + imposed.means);
    return imposed.imposed;
  }
  FAIL("nothing is said about " + limit);
  return false;
}

void set_pids_max(Scenario& scenario, std::int64_t value) {
  scenario.machine.limits.pids_max = {value};
  scenario.machine.in_use.cgroup_tasks = {1};
  scenario.machine_overrides.emplace_back("limits.pids_max");
}

/// All control groups and processes that live runs of this process made.
std::vector<std::string> left_behind() {
  std::vector<std::string> left;
  const std::string mine = "spawnpoint-" + std::to_string(::getpid()) + "-";
  for (const char* controller : {"pids", "memory"}) {
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
std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

/// Waits, for as long as it takes a slow machine, until `holds`.
bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

/// The first child of this process that is a worker; 0 where there is none yet.
pid_t worker_of(pid_t parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const auto pid = parse_count(entry.path().filename().string());
    if (!pid) continue;
    const auto status = read_text(entry.path() / "status");
    if (status && field_count(*status, "PPid") == parent && field(*status, "Name") == "spawnpoint-run")
      return static_cast<pid_t>(*pid);
  }
  return 0;
}

// Every job's segments follow each other without a gap, and none ends before it begins.
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

}  // namespace

TEST_CASE("three live threads sleep at the same time, and three sequential jobs do not") {
  const auto threads = run(make_scenario("thread_per_job", 3, sleep_of(100ms)));
  REQUIRE(threads.error == "");
  CHECK(threads.completed == 3);
  CHECK(threads.peak_threads == 4);
  CHECK(threads.wall >= 100ms);
  CHECK_FALSE(threads.failure);
  CHECK(threads.world == WorldKind::live);
  check_record(threads);
  CHECK(threads.trace->lanes == 4);

  const auto serial = run(make_scenario("sequential", 3, sleep_of(50ms)));
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
  const auto joined = run(make_scenario("join_all", 3, sleep_of(50ms)));
  REQUIRE(joined.error == "");
  CHECK(order(joined) == "s1s2s3e1e2e3");
  CHECK(joined.peak_tasks == 3);
  CHECK(joined.peak_threads == 1);
  CHECK(joined.events > 0);

  const auto blocked = run(make_scenario("join_all", 3, {StepKind::block, Distribution::constant(50ms)}));
  CHECK(order(blocked) == "s1e1s2e2s3e3");
  CHECK(blocked.wall >= 150ms);
  CHECK(blocked.longest_poll >= 50ms);
  CHECK(blocked.longest_poll_job < 3);

  const auto lazy = run(make_scenario("await_in_loop", 3, sleep_of(30ms)));
  CHECK(order(lazy) == "s1e1s2e2s3e3");
  CHECK(lazy.wall >= 90ms);
}

TEST_CASE("a live pool runs each job once on as many threads as it was given") {
  auto scenario = make_scenario("thread_pool", 200, sleep_of(1ms));
  const auto result = run(scenario);
  REQUIRE(result.error == "");
  CHECK(result.completed == 200);
  CHECK(result.peak_threads == 5);
  check_record(result);
  scenario.jobs.arrivals.kind = Arrivals::Kind::every;
  scenario.jobs.arrivals.every = 500us;
  const auto paced = run(scenario);
  CHECK(paced.completed == 200);
  CHECK(paced.wall >= 199 * 500us);
}

TEST_CASE("live jobs draw the same random durations as modeled ones, by job and step") {
  auto scenario = make_scenario("thread_per_job", 20, {StepKind::sleep, Distribution::exponential(5ms)});
  scenario.jobs.arrivals.kind = Arrivals::Kind::rate;
  scenario.jobs.arrivals.rate_per_second = 2000;
  scenario.seed = 7;
  const auto live = run(scenario);
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

TEST_CASE("a live limit of 512 tasks refuses thread 512 with EAGAIN, and its modeled twin says the same") {
  const std::string name = GENERATE("pids.max", "RLIMIT_NPROC", "threads-max");
  auto scenario = make_scenario("thread_per_job", 600, sleep_of(3s));
  if (name == "pids.max") set_pids_max(scenario, 512);
  if (name == "RLIMIT_NPROC") {
    scenario.machine.limits.nproc = {512};
    scenario.machine.in_use.user_tasks = {1};
    scenario.machine_overrides.emplace_back("limits.nproc");
  }
  if (name == "threads-max") {
    scenario.machine.limits.threads_max = 512;
    scenario.machine.in_use.threads = 1;
    scenario.machine_overrides.emplace_back("limits.threads_max");
  }
  INFO(name);
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, name)) return;
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 511);
  CHECK(live.failure->job == 511);
  CHECK(live.failure->call == "clone3");
  CHECK(live.failure->errno_name == "EAGAIN");
  CHECK(live.failure->limit == name);
  CHECK(live.failure->value == 512);
  CHECK(live.failure->message == "Resource temporarily unavailable");
  CHECK(live.completed == 511);
  CHECK(live.peak_threads == 512);
  check_record(live);
  CHECK(live.trace->jobs.state[511] == JobState::failed);

  scenario.machine.costs.thread_create.value = 50us;
  scenario.machine.memory = 8_GiB;
  const auto modeled = run_modeled(scenario, 0, {});
  REQUIRE(modeled.failure);
  CHECK(modeled.failure->threads == live.failure->threads);
  CHECK(modeled.failure->job == live.failure->job);
  CHECK(modeled.failure->errno_name == live.failure->errno_name);
  CHECK(modeled.failure->limit == live.failure->limit);
  CHECK(modeled.failure->value == live.failure->value);
}

TEST_CASE("tasks that a control group already holds leave less to a live run") {
  auto scenario = make_scenario("thread_per_job", 100, sleep_of(2s));
  set_pids_max(scenario, 64);
  scenario.machine.in_use.cgroup_tasks = {5};
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, "pids.max")) return;
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 59);
  CHECK(live.failure->value == 64);
}

TEST_CASE("of several limits on threads the smallest is met, and the others are said not to be needed") {
  auto scenario = make_scenario("thread_per_job", 100, sleep_of(2s));
  set_pids_max(scenario, 50);
  scenario.machine.limits.nproc = {30};
  scenario.machine.in_use.user_tasks = {1};
  scenario.machine_overrides.emplace_back("limits.nproc");
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, "RLIMIT_NPROC")) return;
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 29);
  CHECK(live.failure->limit == "RLIMIT_NPROC");
  const auto other =
      std::find_if(live.imposed.begin(), live.imposed.end(), [](const auto& i) { return i.limit == "pids.max"; });
  REQUIRE(other != live.imposed.end());
  CHECK_FALSE(other->imposed);
}

TEST_CASE("a live pid_max refuses the thread that its pid namespace has no number for") {
  auto scenario = make_scenario("thread_per_job", 500, sleep_of(3s));
  scenario.machine.limits.pid_max = 400;
  scenario.machine.in_use.pids = 20;
  scenario.machine_overrides.emplace_back("limits.pid_max");
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, "pid_max")) return;
  REQUIRE(live.failure);
  CHECK(live.failure->threads == 379);
  CHECK(live.failure->limit == "pid_max");
  CHECK(live.failure->value == 400);
}

TEST_CASE("a live limit on memory mappings names the call that was refused") {
  if (kSanitized) {
    WARN("skipped: sanitizers take memory of their own");
    return;
  }
  auto scenario = make_scenario("thread_per_job", 200, sleep_of(2s));
  scenario.runs[0].runtime.stack = 1_MiB;
  SECTION("RLIMIT_AS refuses the mapping of the stack") {
    scenario.machine.limits.address_space = 96_MiB;
    scenario.machine_overrides.emplace_back("limits.address_space");
    const auto live = run(scenario);
    REQUIRE(live.error == "");
    if (!was_imposed(live, "RLIMIT_AS")) return;
    REQUIRE(live.failure);
    CHECK(live.failure->call == "mmap");
    CHECK(live.failure->errno_name == "EAGAIN");
    CHECK(live.failure->limit == "RLIMIT_AS");
    CHECK(live.failure->value == (96_MiB).count);
    // A thread takes its stack and its guard page, and there is nothing else of that size.
    CHECK(live.failure->threads > 50);
    CHECK(live.failure->threads <= 96);
  }
  SECTION("RLIMIT_DATA refuses to make the stack writable") {
    scenario.machine.limits.data = 96_MiB;
    scenario.machine_overrides.emplace_back("limits.data");
    const auto live = run(scenario);
    REQUIRE(live.error == "");
    if (!was_imposed(live, "RLIMIT_DATA")) return;
    REQUIRE(live.failure);
    CHECK(live.failure->call == "mprotect");
    CHECK(live.failure->limit == "RLIMIT_DATA");
    CHECK(live.failure->threads > 50);
    CHECK(live.failure->threads <= 96);
  }
}

TEST_CASE("a smaller max_map_count than this machine's is met by mappings that do nothing") {
  const auto here = read_host({}).limits.max_map_count.value_or(0);
  if (here > 70'000 || kSanitized) {
    WARN("skipped: this machine's max_map_count is too large to fill up, or sanitizers take maps of their own");
    return;
  }
  auto scenario = make_scenario("thread_per_job", 700, sleep_of(5s));
  scenario.machine.limits.max_map_count = 1000;
  scenario.machine_overrides.emplace_back("limits.max_map_count");
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, "max_map_count")) return;
  REQUIRE(live.failure);
  CHECK(live.failure->limit == "max_map_count");
  CHECK(live.failure->value == 1000);
  CHECK((live.failure->call == "mprotect" || live.failure->call == "mmap"));
  // Two maps a thread, less those that the program has before its first.
  CHECK(live.failure->threads > 450);
  CHECK(live.failure->threads < 500);
}

TEST_CASE("a live run that takes more than its memory cgroup allows is killed, and that is a failure point") {
  if (kSanitized) {
    WARN("skipped: sanitizers take memory of their own");
    return;
  }
  auto scenario = make_scenario("thread_per_job", 4000, sleep_of(20s));
  scenario.runs[0].runtime.touched = 32_KiB;
  scenario.machine.limits.memory_max = 48_MiB;
  scenario.machine_overrides.emplace_back("limits.memory_max");
  if (const auto group = RunCgroup::create("memory"); !group) {
    WARN("skipped: no memory cgroup: " + group.error());
    return;
  }
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, "memory.max")) return;
  REQUIRE(live.failure);
  CHECK(live.failure->errno_name == "SIGKILL");
  CHECK(live.failure->limit == "memory.max");
  CHECK(live.failure->threads > 100);
  CHECK(live.failure->threads < 2000);
  REQUIRE(live.trace->marks.size() == 1);
  CHECK(live.trace->marks[0].kind == MarkKind::oom_kill);
  check_record(live);
}

TEST_CASE("limits that cannot be imposed are said, and never claimed") {
  auto scenario = make_scenario("thread_per_job", 2, sleep_of(1ms));
  const auto host = read_host({});
  scenario.machine.limits.overcommit = Overcommit::never;
  scenario.machine.limits.max_map_count = host.limits.max_map_count.value_or(65530) + 1;
  scenario.machine.cpus = host.cpus + 1;
  scenario.machine_overrides = {"limits.overcommit", "limits.max_map_count", "cpus"};
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  for (const char* limit : {"overcommit", "max_map_count", "cpus"}) {
    INFO(limit);
    const auto found =
        std::find_if(live.imposed.begin(), live.imposed.end(), [&](const auto& i) { return i.limit == limit; });
    REQUIRE(found != live.imposed.end());
    CHECK_FALSE(found->imposed);
    CHECK_FALSE(found->means.empty());
  }
}

TEST_CASE("where the machine is this one and nothing is set, nothing is imposed") {
  const auto live = run(make_scenario("thread_per_job", 2, sleep_of(1ms)));
  REQUIRE(live.error == "");
  CHECK(live.imposed.empty());
}

TEST_CASE("a worker that is killed at any moment leaves a whole record") {
  std::mt19937 random(20261122);
  int seen = 0;
  for (int round = 0; round < 30; ++round) {
    const bool threads = round % 2 == 0;
    LiveRun live(make_scenario(threads ? "thread_per_job" : "join_all", threads ? 300 : 20000, sleep_of(200ms)), 0, {},
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
    CHECK(result.failure->errno_name == "SIGKILL");
    CHECK(result.failure->limit == "");
    REQUIRE_FALSE(result.trace->marks.empty());
    CHECK(result.trace->marks.back().kind == MarkKind::killed);
  }
  CHECK(seen > 15);
  CHECK(left_behind().empty());
}

TEST_CASE("a worker that aborts is told with its signal") {
  LiveRun live(make_scenario("thread_per_job", 20, sleep_of(30s)), 0, {}, with_worker());
  REQUIRE(eventually([&] { return live.poll() && live.progress().threads == 21; }));
  ::kill(worker_of(::getpid()), SIGABRT);
  while (live.poll()) live.wait(10ms);
  const auto result = live.result();
  REQUIRE(result.failure);
  CHECK(result.failure->errno_name == "SIGABRT");
  CHECK(result.failure->threads == 20);
  CHECK(result.trace->marks.back().kind == MarkKind::aborted);
  check_record(result);
}

TEST_CASE("a runtime whose threads need a signal stack aborts where no mapping is left for it") {
  const auto here = read_host({}).limits.max_map_count.value_or(0);
  if (here > 70'000 || kSanitized) {
    WARN("skipped: this machine's max_map_count is too large to fill up, or sanitizers take maps of their own");
    return;
  }
  auto scenario = make_scenario("thread_per_job", 700, sleep_of(5s));
  scenario.runs[0].runtime.signal_stack = 12_KiB;
  scenario.runs[0].runtime.abort_on_signal_stack = true;
  scenario.runs[0].runtime.maps_per_thread = 4;
  scenario.runs[0].runtime.abort_message =
      "failed to set up alternative stack guard page: Cannot allocate memory (os error 12)";
  scenario.machine.limits.max_map_count = 1000;
  scenario.machine_overrides.emplace_back("limits.max_map_count");
  const auto live = run(scenario);
  REQUIRE(live.error == "");
  if (!was_imposed(live, "max_map_count")) return;
  REQUIRE(live.failure);
  CHECK(live.failure->limit == "max_map_count");
  // Usually a new thread meets it; main runs ahead of its children, and may meet it first.
  if (live.failure->errno_name == "SIGABRT") {
    CHECK(live.failure->message == scenario.runs[0].runtime.abort_message);
    CHECK(live.trace->marks.back().kind == MarkKind::aborted);
  } else {
    CHECK(live.failure->errno_name == "EAGAIN");
  }
  CHECK(live.failure->threads > 200);
  CHECK(live.failure->threads < 400);
}

TEST_CASE("a stopped live run ends soon and keeps its partial record") {
  LiveRun live(make_scenario("thread_per_job", 50, sleep_of(60s)), 0, {}, with_worker());
  REQUIRE(eventually([&] { return live.poll() && live.progress().threads == 51; }));
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
  const auto result = run_live(make_scenario("join_all", 5, sleep_of(60s)), 0, options, with_worker());
  CHECK(result.stopped);
  CHECK(told >= 3);
}

TEST_CASE("a live run that is let go of half way leaves nothing behind") {
  const auto files = open_files();
  {
    auto scenario = make_scenario("thread_per_job", 20, sleep_of(60s));
    set_pids_max(scenario, 512);
    LiveRun live(scenario, 0, {}, with_worker());
    for (int i = 0; i < 10 && live.poll(); ++i) live.wait(10ms);
  }
  {
    auto scenario = make_scenario("thread_per_job", 10, sleep_of(60s));
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
    auto scenario = make_scenario("thread_per_job", 5, sleep_of(120s));
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

TEST_CASE("a live run comes to its cap before it takes the machine's last threads") {
  // A small machine is made for it: this user gets room for 60 more tasks.
  const pid_t child = ::fork();
  if (child == 0) {
    bool capped = false;
    // The user's other programs start and end tasks at any time, and may take all the room: then once more.
    for (int attempt = 0; attempt < 20 && !capped; ++attempt) {
      const auto room = static_cast<rlim_t>(read_host({}).in_use.user_tasks.at(0) + 60);
      rlimit few{};
      ::getrlimit(RLIMIT_NPROC, &few);
      few.rlim_cur = std::min(room, few.rlim_max);
      if (::setrlimit(RLIMIT_NPROC, &few) != 0) ::_exit(2);
      const auto live = run(make_scenario("thread_per_job", 100, sleep_of(2s)));
      if (!live.error.empty()) std::fprintf(stderr, "%s\n", live.error.c_str());
      // Half of it, about.
      capped = live.failure && live.failure->limit == "live cap" && live.failure->errno_name == "EAGAIN" &&
               live.failure->threads > 15 && live.failure->threads < 45;
      if (live.failure && !capped)
        std::fprintf(stderr, "%s at %d\n", live.failure->limit.c_str(), static_cast<int>(live.failure->threads));
    }
    ::_exit(capped ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) {
    WARN("skipped: no small machine can be made here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a live run is ended at its cap on memory, and told so") {
  if (kSanitized) {
    WARN("skipped: sanitizers take memory of their own");
    return;
  }
  auto scenario = make_scenario("thread_per_job", 4000, sleep_of(60s));
  scenario.runs[0].runtime.touched = 32_KiB;
  LiveOptions live = with_worker();
  live.memory_cap = 40_MiB;
  const auto result = run_live(scenario, 0, {}, live);
  REQUIRE(result.error == "");
  REQUIRE(result.failure);
  CHECK(result.failure->limit == "live cap");
  CHECK(result.failure->value == (40_MiB).count);
  CHECK(result.failure->errno_name == "SIGKILL");
  CHECK(result.failure->threads > 100);
  // What is sampled lags behind; but most threads never came to be.
  CHECK(result.failure->threads < 4000);
  check_record(result);
}

TEST_CASE("an unprivileged user's live run meets the same limit of 512") {
  if (::geteuid() != 0) {
    WARN("skipped: these tests already run as an unprivileged user");
    return;
  }
  // The worker must be a file that anybody may run: a copy in a folder that anybody may enter.
  std::string folder = (fs::temp_directory_path() / "spawnpoint-live-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  fs::permissions(folder, fs::perms::all);
  fs::copy_file(with_worker().worker, fs::path(folder) / "spawnpoint-run");
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)
      ::_exit(2);
    ::prctl(PR_SET_DUMPABLE, 1);
    auto scenario = make_scenario("thread_per_job", 600, sleep_of(3s));
    set_pids_max(scenario, 512);
    LiveOptions live;
    live.worker = fs::path(folder) / "spawnpoint-run";
    const auto result = run_live(scenario, 0, {}, live);
    if (!result.error.empty()) {
      std::fprintf(stderr, "%s\n", result.error.c_str());
      ::_exit(1);
    }
    if (result.imposed.empty() || !result.imposed[0].imposed) ::_exit(2);
    const bool right = result.failure && result.failure->threads == 511 && result.failure->limit == "pids.max" &&
                       result.failure->errno_name == "EAGAIN" && result.failure->call == "clone3" &&
                       result.imposed[0].means.find("standing in for pids.max = 512") != std::string::npos;
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  fs::remove_all(folder);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) {
    WARN("skipped: this machine does not let an unprivileged user take on such a limit");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a live run whose program is not there says so") {
  LiveOptions live;
  live.worker = "/nowhere/spawnpoint-run";
  const auto result = run_live(make_scenario("join_all", 1, sleep_of(1ms)), 0, {}, live);
  CHECK(result.error.find("/nowhere/spawnpoint-run") != std::string::npos);
  CHECK_FALSE(result.failure);
  LiveOptions wrong;
  wrong.worker = "/bin/false";
  const auto other = run_live(make_scenario("join_all", 1, sleep_of(1ms)), 0, {}, wrong);
  CHECK(other.error.find("status 1") != std::string::npos);
}

TEST_CASE("a live run samples its memory while it runs") {
  auto scenario = make_scenario("thread_per_job", 400, sleep_of(1s));
  scenario.runs[0].runtime.touched = 32_KiB;
  const auto result = run(scenario);
  REQUIRE(result.error == "");
  const Trace& trace = *result.trace;
  CHECK(trace[SeriesKind::threads].maximum() == 401);
  // Each stack's touched pages are there for real, and each mapping is.
  CHECK(trace[SeriesKind::resident].maximum() > 400.0 * 32 * 1024);
  CHECK(result.memory.resident.count >= static_cast<std::int64_t>(400) * 32 * 1024);
  CHECK(result.memory.virtual_size.count >= static_cast<std::int64_t>(400) * 68 * 1024);
  CHECK(trace[SeriesKind::kernel_stacks].maximum() >= 401.0 * 8 * 1024);
  CHECK_FALSE(result.notes.empty());
}

TEST_CASE("the estimate of a live run knows its threads and the caps") {
  auto scenario = make_scenario("thread_per_job", 3, sleep_of(1s));
  CHECK(estimate_live(scenario, 0).threads == 3);
  CHECK_FALSE(estimate_live(scenario, 0).over_cap);
  scenario.jobs.count = 10'000'000;
  CHECK(estimate_live(scenario, 0).over_cap);
  set_pids_max(scenario, 512);
  CHECK(estimate_live(scenario, 0).threads == 511);
  CHECK(estimate_live(make_scenario("join_all", 1000, sleep_of(1s)), 0).threads == 0);
  CHECK(estimate_live(make_scenario("thread_pool", 1000, sleep_of(1s)), 0).threads == 4);
}
