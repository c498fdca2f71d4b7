// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fidelity/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <random>
#include <string_view>

#include "models/lab/calibration/this_host.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::fidelity {
namespace {

using namespace literals;
using namespace std::chrono_literals;

// Enough threads for every limit's own regime, and few enough that hundreds of trials take minutes.
constexpr std::int64_t kMostThreads = 2500;
constexpr std::array<std::string_view, 7> kKinds = {"RLIMIT_NPROC",  "pids.max",    "pid_max",    "RLIMIT_AS",
                                                    "max_map_count", "RLIMIT_DATA", "threads-max"};

/// Of the standard library only the generator is the same everywhere; so the distributions are these.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& all) {
    return all[static_cast<std::size_t>(between(0, N - 1))];
  }

 private:
  std::mt19937_64 random_;
};

Trial draw_trial(std::string_view kind, Draw& draw, const Machine& host, const Runtime& glibc) {
  Trial trial;
  trial.kind = kind;
  Scenario& scenario = trial.scenario;
  scenario.title = "trial";
  scenario.machine = host;
  // Longer than it takes to start them all, on any machine: no thread ends before the failure.
  scenario.jobs.steps = {{StepKind::sleep, Distribution::constant(10min)}};
  RunSpec run;
  run.concurrency = run.label = "thread_per_job";
  run.runtime = glibc;

  static constexpr std::array<Bytes, 9> kStacks = {32_KiB,  64_KiB, 100_KiB, 128_KiB, 256_KiB,
                                                   512_KiB, 1_MiB,  2_MiB,   8_MiB};
  static constexpr std::array<Bytes, 4> kGuards = {0_B, 4_KiB, 16_KiB, 64_KiB};
  static constexpr std::array<Bytes, 4> kTouched = {0_B, 0_B, 4_KiB, 16_KiB};
  Bytes stack = draw.one_of(kStacks) + 4_KiB * draw.between(0, 7);
  Bytes guard = draw.one_of(kGuards);
  // Without guards, stacks are one map together: that limit would never be met.
  if (kind == "max_map_count" && guard == 0_B) guard = 4_KiB;
  const Bytes touched = draw.one_of(kTouched);
  std::string value;
  const auto set = [&](std::string_view field, std::string text) {
    scenario.machine_overrides.emplace_back(field);
    value = fmt::format("{} = {}", field, text);
  };
  Limits& limits = scenario.machine.limits;
  InUse& in_use = scenario.machine.in_use;
  if (kind == "RLIMIT_NPROC") {
    const auto most = draw.between(2, kMostThreads);
    limits.nproc = {most};
    in_use.user_tasks = {1};
    set("limits.nproc", fmt::format("{}", most));
  } else if (kind == "pids.max") {
    const auto most = draw.between(2, kMostThreads);
    limits.pids_max = {most};
    in_use.cgroup_tasks = {draw.between(1, std::min<std::int64_t>(most, 40))};
    set("limits.pids_max", fmt::format("{}, {} in use", most, in_use.cgroup_tasks[0]));
  } else if (kind == "threads-max") {
    const auto most = draw.between(200, kMostThreads);
    limits.threads_max = most;
    in_use.threads = draw.between(1, 190);
    set("limits.threads_max", fmt::format("{}, {} in use", most, in_use.threads));
  } else if (kind == "pid_max") {
    const auto most = draw.between(800, kMostThreads + 400);
    limits.pid_max = most;
    in_use.pid_wrapped = draw.between(0, 1) == 1;
    in_use.pids = draw.between(1, 150);
    set("limits.pid_max",
        fmt::format("{}, {} in use, {}", most, in_use.pids, in_use.pid_wrapped ? "wrapped" : "fresh"));
  } else if (kind == "max_map_count") {
    const auto most = draw.between(300, 2 * kMostThreads);
    limits.max_map_count = most;
    set("limits.max_map_count", fmt::format("{}", most));
  } else {
    // Larger than the program itself, and met before there are too many threads.
    const std::int64_t threads = draw.between(1, kMostThreads);
    const Bytes size = 64_MiB + (stack + guard) * threads + Bytes{draw.between(0, (stack + guard).count)};
    if (kind == "RLIMIT_AS") {
      limits.address_space = size;
      set("limits.address_space", fmt::format("{} bytes", size.count));
    } else {
      limits.data = size;
      set("limits.data", fmt::format("{} bytes", size.count));
    }
  }
  run.runtime.stack = stack;
  run.runtime.guard = guard;
  run.runtime.guard_mode = guard > 0_B ? GuardMode::mprotect : GuardMode::none;
  run.runtime.touched = touched;
  scenario.runs = {run};
  // One that is not refused ends the trial all the same, as one that is off.
  scenario.jobs.count = kMostThreads + 4096;
  trial.drawn = fmt::format("{}, stack {} KiB, guard {} KiB, touched {} KiB", value, stack.count / 1024,
                            guard.count / 1024, touched.count / 1024);
  return trial;
}

Outcome outcome_of(const std::optional<FailurePoint>& failure) {
  if (!failure) return {-1, "", ""};
  return {failure->threads, name_of(failure->cause), failure->limit};
}

}  // namespace

std::vector<Trial> draw_trials(std::uint64_t seed, int count) {
  const Machine host = this_host().machine;
  const auto glibc = load_runtime("glibc");
  std::vector<Trial> trials;
  if (!glibc) return trials;
  Draw draw(seed);
  for (int i = 0; i < count; ++i)
    trials.push_back(draw_trial(kKinds[static_cast<std::size_t>(i) % kKinds.size()], draw, host, *glibc));
  return trials;
}

std::string to_string(const Outcome& outcome) {
  if (outcome.threads < 0) return "no failure";
  return fmt::format("{} after {} threads by {}", outcome.errno_name, outcome.threads,
                     outcome.limit.empty() ? "?" : outcome.limit);
}

Verdict try_out(const Trial& trial, const std::filesystem::path& worker) {
  constexpr auto kAtMost = 120s;
  LiveOptions live;
  live.worker = worker;
  live.uncapped = true;
  const RunOptions options{.record = false, .progress = {}, .stop = {}};
  Verdict verdict;
  verdict.predicted = outcome_of(run_modeled_twin(trial.scenario, 0, options, live).failure);

  LiveRun run(trial.scenario, 0, options, live);
  const auto began = std::chrono::steady_clock::now();
  // The threads that were started would wait for minutes: all that is asked for is known.
  while (run.poll() && !run.has_failed() && run.progress().threads <= trial.scenario.jobs.count &&
         std::chrono::steady_clock::now() - began < kAtMost)
    run.wait(2ms);
  run.stop();
  while (run.poll()) run.wait(5ms);
  const RunResult result = run.result();
  verdict.error = result.error;
  verdict.live = outcome_of(result.failure);
  for (const auto& limit : result.imposed) {
    if (limit.limit == trial.kind && !limit.held()) verdict.skipped = limit.means;
  }
  return verdict;
}

std::map<std::string, Count> try_all(const std::vector<Trial>& trials, const std::filesystem::path& worker) {
  std::map<std::string, Count> counts;
  for (const Trial& trial : trials) {
    const Verdict verdict = try_out(trial, worker);
    Count& count = counts[trial.kind];
    ++count.cases;
    if (!verdict.skipped.empty()) {
      ++count.skipped[verdict.skipped];
    } else if (verdict.exact()) {
      ++count.exact;
    } else {
      ++count.off;
      fmt::print(stderr, "off: {}: predicted {}; live {} {}\n", trial.drawn, to_string(verdict.predicted),
                 to_string(verdict.live), verdict.error);
    }
  }
  return counts;
}

std::string table(const std::map<std::string, Count>& counts) {
  std::string text = fmt::format("{:<14} {:>6} {:>6} {:>6} {:>8}\n", "limit", "cases", "exact", "off", "skipped");
  std::string why;
  Count all;
  int all_skipped = 0;
  for (const auto& [kind, count] : counts) {
    int skipped = 0;
    for (const auto& [reason, times] : count.skipped) {
      skipped += times;
      why += fmt::format("skipped {} x {}: {}\n", times, kind, reason);
    }
    text += fmt::format("{:<14} {:>6} {:>6} {:>6} {:>8}\n", kind, count.cases, count.exact, count.off, skipped);
    all.cases += count.cases;
    all.exact += count.exact;
    all.off += count.off;
    all_skipped += skipped;
  }
  return text + fmt::format("{:<14} {:>6} {:>6} {:>6} {:>8}\n", "all", all.cases, all.exact, all.off, all_skipped) +
         why;
}

}  // namespace spawnpoint::fidelity
