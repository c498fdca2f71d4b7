// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/calibration/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/concurrency/join_all.hpp"
#include "models/concurrency/sequential.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/kernel/process_memory.hpp"
#include "models/lab/calibration/calibration_probes.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {
namespace {

using namespace std::chrono_literals;
using enum CostTerm;

constexpr int kLeastRounds = 2;
constexpr int kMostRounds = 8;
constexpr std::int64_t kThreads = 200;    ///< Of a run that starts threads, where one core does all.
constexpr std::int64_t kMany = 1'000;     ///< And on all cores: among many, each costs more than among few.
constexpr std::int64_t kTasks = 200'000;  ///< Of a run of async tasks.
constexpr Duration kLong = 100ms;         ///< No thread of a run ends before the last one has started …
constexpr Duration kLongOfMany = 300ms;   ///< … of many.
constexpr Duration kSoon = 100us;         ///< Threads end while others are started.
constexpr Duration kShort = 1ms;          ///< All tasks are due when the last one has been made.

struct Experiment {
  std::string what;
  Scenario scenario;
  std::function<void(const RunResult&, CostFit&)> observe;
};

Scenario scenario_of(const Machine& machine, const std::string& text) {
  ParseOptions options;
  options.host = [&] { return machine; };
  ParseResult parsed = parse_scenario(text, "calibration", options);
  if (!parsed.scenario) throw std::logic_error("calibration: " + format(parsed.diagnostics));
  return std::move(*parsed.scenario);
}

std::string run_text(std::string_view machine, std::int64_t jobs, const std::string& step, const std::string& run) {
  return fmt::format("[machine]\n{}\n[jobs]\ncount = {}\nsteps = [{{ {} }}]\n[[run]]\n{}\n", machine, jobs, step, run);
}

template <class Model>
std::string concurrency_of() {
  return fmt::format("concurrency = \"{}\"", Model::traits.name);
}

/// When each job entered `state` first, by job; those that never did are left out.
std::vector<Instant> entered(const Trace& trace, JobState state) {
  std::vector<Instant> at(trace.jobs.size(), Instant::max());
  const SegmentTable& segments = trace.segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment segment = segments[i];
    if (segment.state == state && segment.job < at.size()) at[segment.job] = std::min(at[segment.job], segment.begin);
  }
  std::erase(at, Instant::max());
  std::ranges::sort(at);
  return at;
}

/// From the first of `times` to the last, without the first tenth, in which all is still cold.
struct Stretch {
  Duration time{};
  double steps = 0;
  Instant from{};
  Instant to{};
};
Stretch stretch(const std::vector<Instant>& times, double from = 0.1, double to = 1.0) {
  if (times.size() < 20) return {};
  const auto first = static_cast<std::size_t>(from * static_cast<double>(times.size()));
  const auto last = static_cast<std::size_t>(to * static_cast<double>(times.size() - 1));
  return {times[last] - times[first], static_cast<double>(last - first), times[first], times[last]};
}

/// How far the steps between `times` lie apart. Half of what is drawn evenly from below and above a middle lies no
/// further from it than half of the most; and steps that something else came into hardly count.
Duration spread_of_steps(const std::vector<Instant>& times) {
  if (times.size() < 20) return {};
  std::vector<Duration> steps;
  for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  std::ranges::sort(steps);
  return steps[steps.size() * 3 / 4] - steps[steps.size() / 4];
}

CostSum times(CostSum sum, double factor) {
  for (auto& [term, count] : sum) count *= factor;
  return sum;
}

/// Threads that are started one after the other.
class ThreadExperiment {
 public:
  struct Shape {
    Bytes stack{};
    Bytes touched{};
    bool one_core = true;
    bool long_lived = true;

    std::int64_t threads() const { return one_core ? kThreads : kMany; }
    Duration life() const { return !long_lived ? kSoon : one_core ? kLong : kLongOfMany; }
  };

  ThreadExperiment(const Machine& machine, const Shape& shape)
      : shape_(shape),
        scenario_(
            scenario_of(machine, run_text(shape.one_core ? "cpus = 1" : "", shape.threads(),
                                          fmt::format("sleep = \"{}ns\"", shape.life().count()),
                                          fmt::format("{}\nruntime = \"glibc\"\nstack = \"{}B\"\ntouched = \"{}B\"",
                                                      concurrency_of<concurrency::ThreadPerJob>(), shape.stack.count,
                                                      shape.touched.count)))) {
    const kernel::ProcessMemory memory(machine, scenario_.runs.front().runtime);
    const auto covered = static_cast<double>(kernel::covered_by_page_table(machine).count);
    table_ = std::min(static_cast<double>(memory.stack_mapping().count) / covered, 1.0);
    unmapped_ = static_cast<double>(std::max<std::int64_t>(shape.threads() - memory.max_cached_stacks(), 0));
    pages_ = static_cast<double>(shape.touched.count) / static_cast<double>(machine.page_size.count);
  }

  Experiment take() && {
    const std::string name = fmt::format(
        "threads with {} KiB stacks{}{}{}", shape_.stack.count / 1024, shape_.touched.count > 0 ? ", touched" : "",
        shape_.one_core ? ", on one core" : "", shape_.long_lived ? "" : ", that soon end");
    Scenario scenario = scenario_;
    return {name, std::move(scenario), [self = std::move(*this), name](const RunResult& result, CostFit& fit) {
              self.observe(name, result, fit);
            }};
  }

 private:
  void observe(const std::string& name, const RunResult& result, CostFit& fit) const {
    std::vector<Instant> started = entered(*result.trace, JobState::starting);
    if (started.empty()) return;
    if (shape_.long_lived) {
      // On a slow machine: those that were started before the first one ended.
      std::erase_if(started, [this, first = started.front()](Instant at) { return at - first > shape_.life(); });
    }
    const Stretch creating = stretch(started);
    if (!shape_.one_core) {
      // Another core starts and ends the threads; each time that holds up the creator.
      CostSum each{{thread_create, 1}, {stack_table, table_}, {start_stall, 1}};
      if (!shape_.long_lived) each.emplace_back(exit_stall, 1);
      fit.observe(name, times(std::move(each), creating.steps), creating.time);
      return;
    }
    // The core does all of it, one after the other.
    if (shape_.long_lived) {
      // Creator and threads take turns of a few milliseconds, so that not as many begin in the stretch as are created.
      const auto begun = static_cast<double>(std::ranges::count_if(
          result.trace->jobs.started, [&](Instant at) { return creating.from < at && at <= creating.to; }));
      fit.observe(name,
                  {{thread_create, creating.steps},
                   {stack_table, table_ * creating.steps},
                   {thread_start, begun},
                   {context_switch, begun},
                   {syscall, begun},
                   {page_fault, pages_ * begun}},
                  creating.time);
      if (shape_.touched == Bytes{})
        fit.observe(name + ": from thread to thread", {{create_jitter, 1}}, spread_of_steps(started));
      return;
    }
    CostSum each{{thread_create, 1}, {stack_table, table_}, {thread_start, 1}, {context_switch, 2},
                 {syscall, 1},       {wakeup, 1},           {thread_exit, 1}};
    // The core is busy from the first start to the last stack that is given back.
    constexpr auto kEach = static_cast<double>(kThreads);
    CostSum whole = times(std::move(each), kEach);
    whole.emplace_back(stack_unmap, unmapped_);
    fit.observe(name, std::move(whole), result.wall);
    // All threads have ended when the main thread comes to join them: it only gives their stacks back.
    fit.observe(name + ": main thread",
                {{thread_create, kEach}, {stack_table, table_ * kEach}, {stack_unmap, unmapped_}}, result.main_cpu);
  }

  Shape shape_;
  Scenario scenario_;
  double table_ = 0;
  double unmapped_ = 0;
  double pages_ = 0;
};

/// One thread that sleeps again and again while nothing else happens.
Experiment lone_sleeper(const Machine& machine) {
  static constexpr std::int64_t kSleeps = 60;
  const std::string name = "a lone sleeper";
  return {name,
          scenario_of(machine, run_text("", kSleeps, "sleep = \"1ms\"", concurrency_of<concurrency::Sequential>())),
          [name](const RunResult& result, CostFit& fit) {
            constexpr auto kTimes = static_cast<double>(kSleeps);
            fit.observe(name, {{timer_slack, kTimes}, {wakeup, kTimes}, {context_switch, kTimes}},
                        result.wall - kSleeps * Duration(1ms));
          }};
}

/// Many threads that are woken faster than the cores can run them, each by its own timer: nobody else's work is in it.
/// On all cores, since waking threads is where they hold each other up most.
Experiment wake_ups(const Machine& machine) {
  static constexpr std::int64_t kSleeps = 300;
  const std::string name = "wake-ups";
  const std::int64_t threads = std::clamp<std::int64_t>(32 * usable_cpus(machine), 64, 1024);
  // All are created before the first of them is woken.
  std::string steps = "sleep = \"100ms\"";
  for (std::int64_t i = 0; i < kSleeps; ++i) steps += " }, { sleep = \"10us\"";
  return {
      name,
      scenario_of(machine,
                  run_text("", threads, steps,
                           concurrency_of<concurrency::ThreadPerJob>() + "\nruntime = \"glibc\"\nstack = \"64KiB\"")),
      [name, cores = static_cast<double>(usable_cpus(machine))](const RunResult& result, CostFit& fit) {
        const auto& jobs = result.trace->jobs;
        if (jobs.size() == 0) return;
        // While all of them sleep and wake.
        const SegmentTable& segments = result.trace->segments;
        Instant from{};
        for (std::size_t i = 0; i < segments.size(); ++i) {
          const Segment segment = segments[i];
          if (segment.state == JobState::waiting && segment.end - segment.begin >= kLong)
            from = std::max(from, segment.end);
        }
        const Instant to = std::ranges::min(jobs.ended);
        double woken = 0;
        for (std::size_t i = 0; i < segments.size(); ++i)
          if (segments.states()[i] == JobState::waiting && from < segments.begins()[i] && segments.begins()[i] <= to)
            ++woken;
        if (to <= from || woken < kSleeps) return;
        const double each = woken / cores;
        fit.observe(name, {{wakeup, each}, {context_switch, each}, {syscall, each}}, to - from);
      }};
}

/// Async tasks that sleep twice. All are made before the first timer is looked at; all first timers are due when it is,
/// and all of those fire before a second one does.
Experiment tasks_that_sleep(const Machine& machine) {
  const std::string name = "async tasks";
  return {name,
          scenario_of(machine, run_text("", kTasks, "sleep = \"1ms\" }, { sleep = \"1ms\"",
                                        concurrency_of<concurrency::JoinAll>())),
          [name](const RunResult& result, CostFit& fit) {
            const std::vector<Instant> first = entered(*result.trace, JobState::waiting);
            if (first.empty()) return;
            Instant second{};
            const SegmentTable& segments = result.trace->segments;
            for (std::size_t i = 0; i < segments.size(); ++i)
              if (segments.states()[i] == JobState::waiting) second = std::max(second, segments.begins()[i]);
            constexpr auto kEach = static_cast<double>(kTasks);
            fit.observe(name + ": made", {{task_spawn, kEach}, {timer, kEach}}, first.back().time_since_epoch());
            // On a very fast machine, the timers were not due yet.
            if (first.back().time_since_epoch() < 2 * kShort) return;
            fit.observe(name + ": woken to sleep", {{task_wake, kEach}, {task_poll, kEach}, {timer, 2 * kEach}},
                        second - first.back());
            fit.observe(name + ": woken to end", {{task_wake, kEach}, {task_poll, kEach}, {timer, kEach}},
                        Instant(result.wall) - second);
          }};
}

std::vector<Experiment> experiments(const Machine& machine) {
  using namespace literals;
  std::vector<Experiment> all;
  const auto threads = [&](const ThreadExperiment::Shape& shape) {
    all.push_back(ThreadExperiment(machine, shape).take());
  };
  for (const Bytes stack : {8_MiB, 64_KiB}) {
    threads({.stack = stack, .one_core = true, .long_lived = true});
    threads({.stack = stack, .one_core = true, .long_lived = false});
    if (usable_cpus(machine) > 1) {
      threads({.stack = stack, .one_core = false, .long_lived = true});
      threads({.stack = stack, .one_core = false, .long_lived = false});
    }
  }
  threads({.stack = 8_MiB, .touched = 64_KiB, .one_core = true, .long_lived = true});
  all.push_back(lone_sleeper(machine));
  all.push_back(wake_ups(machine));
  all.push_back(tasks_that_sleep(machine));
  return all;
}

/// Looks between the rounds at what else keeps the machine busy.
class NoiseWatch {
 public:
  explicit NoiseWatch(const CalibrationBench& bench) : bench_(&bench) {
    if (bench.use) first_ = bench.use();
  }
  void look() {
    if (bench_->spin) spins_.push_back(bench_->spin());
  }
  Noise noise() const {
    Noise noise;
    if (!spins_.empty()) {
      const auto [least, most] = std::ranges::minmax(spins_);
      if (least > Duration::zero()) noise.spread = to_seconds(most) / to_seconds(least) - 1;
    }
    if (!first_ || !bench_->use) return noise;
    const auto last = bench_->use();
    if (!last) return noise;
    const double all = to_seconds(last->all - first_->all);
    if (all <= 0) return noise;
    noise.stolen = to_seconds(last->stolen - first_->stolen) / all;
    noise.others = std::max(to_seconds((last->busy - first_->busy) - (last->own - first_->own)), 0.0) / all;
    return noise;
  }

 private:
  const CalibrationBench* bench_;
  std::optional<CpuUse> first_;
  std::vector<Duration> spins_;
};

}  // namespace

CalibrationBench host_bench(const Machine& host, const std::string& worker, std::stop_token stop,
                            std::function<void()> meanwhile) {
  CalibrationBench bench;
  bench.machine = host;
  bench.run = [worker, stop, meanwhile](const Scenario& scenario) {
    RunOptions options;
    options.stop = stop;
    if (meanwhile) options.progress = [&](const Progress&) { meanwhile(); };
    LiveOptions live;
    live.worker = worker;
    return run_live(scenario, 0, options, live);
  };
  bench.syscall = &measure_syscall;
  bench.map = &measure_map;
  bench.yield = &measure_yield;
  bench.migration = &measure_migration;
  bench.tick_interrupt = &measure_tick_interrupt;
  bench.spin = &measure_spin;
  bench.use = &measure_use;
  return bench;
}

std::expected<CalibratedCosts, std::string> calibrate(const CalibrationBench& bench,
                                                      const CalibrationOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<Experiment> all = experiments(bench.machine);
  CostFit fit;
  NoiseWatch watch(bench);
  const auto over = [&] { return std::chrono::steady_clock::now() - began > options.budget; };
  int rounds = 0;
  for (; rounds < kMostRounds; ++rounds) {
    const int round = rounds;
    if (round >= kLeastRounds && over()) break;
    watch.look();
    fit.observe("system call", {{syscall, 1}}, bench.syscall());
    fit.observe("memory map", {{map, 1}}, bench.map());
    fit.observe("yield", {{syscall, 1}, {context_switch, 1}}, bench.yield());
    if (bench.tick_interrupt)
      fit.observe("tick", {{CostTerm::tick_interrupt, 1}}, bench.tick_interrupt(bench.machine.costs.tick));
    if (bench.migration) fit.observe("migration", {{CostTerm::migration, 1}}, bench.migration());
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (options.stop.stop_requested()) return std::unexpected("stopped");
      // Fewer of the last ones are no harm: the fit weighs what there is.
      if (round >= kLeastRounds && over()) break;
      if (options.progress) {
        const double by_rounds =
            (round + static_cast<double>(i) / static_cast<double>(all.size())) / static_cast<double>(kLeastRounds);
        const double by_time = to_seconds(std::chrono::steady_clock::now() - began) / to_seconds(options.budget);
        options.progress(all[i].what, std::min(std::min(by_rounds, by_time), 1.0));
      }
      const RunResult result = bench.run(all[i].scenario);
      if (result.stopped) return std::unexpected("stopped");
      if (!result.error.empty()) return std::unexpected(all[i].what + ": " + result.error);
      // On a machine with tight limits: what was started is observed all the same.
      if (result.trace) all[i].observe(result, fit);
    }
  }
  watch.look();
  CalibratedCosts costs = fit.fit(bench.machine.costs);
  costs.noise = watch.noise();
  widen(costs, rounds, costs.noise.spread / 2);
  return costs;
}

}  // namespace spawnpoint
