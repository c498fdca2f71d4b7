// SPDX-License-Identifier: GPL-3.0-or-later
// How close the modeled latencies come to the live ones where threads compete for cores: draws cases by a seed, runs
// each live and modeled, and prints a line per case.
//   fidelity_latency [CASE…]      a case is a number of the table
// SPAWNPOINT_FIDELITY_SEED and SPAWNPOINT_FIDELITY_LATENCIES choose the cases and how many there are.
//
// A live run counts where the machine was quiet: the same work is timed before and after it, on every cpu; and where it
// was not, but the run's own record shows that next to nothing was taken from it. The jobs of
// a case are the same in all of its runs; of the model, what no program is promised is drawn anew for each.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/units.hpp"
#include "models/lab/calibration/calibrate.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/result/format.hpp"
#include "models/scenario/parse.hpp"

using namespace spawnpoint;

namespace {

constexpr int kRuns = 5;
constexpr int kTries = 3;
/// Of each cpu's speed before and after a live run.
constexpr double kQuiet = 0.05;
/// Of a live run's time, what other machines on the host may take.
constexpr double kStolen = 0.01;
/// And of the time of its cores, while its jobs waited for one, more than the model loses of it.
constexpr double kLost = 0.01;
/// Mean; 95th and 99th percentile.
constexpr double kMeanWithin = 0.03;
constexpr double kTailWithin = 0.05;
constexpr double kAllWithin = 0.15;
constexpr double kDistance = 0.1;
constexpr std::size_t kEnoughForDistance = 1'000;

struct Case {
  std::string what;
  std::string text;
};

class CaseDraw {
 public:
  CaseDraw(std::uint64_t seed, std::int64_t cpus) : random_(seed), cpus_(cpus) {}

  Case draw(int number) {
    switch (number % 6) {
      case 0:
        return computing();
      case 1:
        return alternating();
      case 2:
        return pool();
      case 3:
        return threads_that_come();
      case 4:
        return quota();
      default:
        return nice();
    }
  }

 private:
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  template <class T, std::size_t N>
  T one_of(const T (&of)[N]) {
    return of[between(0, static_cast<std::int64_t>(N) - 1)];
  }
  std::int64_t draw_cores() { return std::min<std::int64_t>(between(1, 2), cpus_); }

  std::string scenario(std::int64_t cores, std::string_view machine, std::string_view jobs, std::string_view run) {
    std::string set;
    for (std::int64_t cpu = 0; cpu < cores; ++cpu) set += fmt::format("{}{}", cpu == 0 ? "" : ", ", cpu);
    return fmt::format("seed = {}\n[machine]\ncpuset = [{}]\n{}\n[jobs]\n{}\n[[run]]\n{}\n", between(1, 1'000'000), set,
                       machine, jobs, run);
  }
  static std::string on(std::int64_t cores) { return format_count(cores, "core"); }
  std::string steps_of(std::int64_t pairs, std::int64_t cpu_us, std::int64_t sleep_us, bool exponential) {
    const auto time = [&](std::int64_t us) {
      return exponential ? fmt::format("exp(mean={}us)", us) : fmt::format("{}us", us);
    };
    std::string steps;
    for (std::int64_t i = 0; i < pairs; ++i)
      steps += fmt::format("{{ cpu = \"{}\" }}, {{ sleep = \"{}\" }}, ", time(cpu_us), time(sleep_us));
    return "steps = [" + steps + "]";
  }

  Case computing() {
    const std::int64_t cores = draw_cores();
    const std::int64_t threads = between(cores + 1, 12);
    const std::int64_t ms = between(20, 150);
    return {fmt::format("{} threads, cpu {} ms, {}", threads, ms, on(cores)),
            scenario(cores, "", fmt::format("count = {}\nsteps = [{{ cpu = \"{}ms\" }}]", threads, ms),
                     "concurrency = \"thread_per_job\"")};
  }
  Case alternating() {
    const std::int64_t cores = draw_cores();
    const std::int64_t pairs = between(3, 8);
    const std::int64_t cpu = between(500, 4'000);
    const std::int64_t sleep = between(2'000, 12'000);
    const std::int64_t jobs = between(10, 60);
    const bool exponential = between(0, 1) == 1;
    return {fmt::format("{} threads, {}x{} cpu {} us, sleep {} us, {}", jobs, exponential ? "exp " : "", pairs, cpu,
                        sleep, on(cores)),
            scenario(cores, "", fmt::format("count = {}\n{}", jobs, steps_of(pairs, cpu, sleep, exponential)),
                     "concurrency = \"thread_per_job\"")};
  }
  /// Jobs that come at random and compute, so that the cores are busy for `load` of the time.
  std::string arriving(double servers, std::int64_t percent, std::int64_t us, bool exponential, std::int64_t count) {
    const double rate = servers * static_cast<double>(percent) / 100.0 / (static_cast<double>(us) * 1e-6);
    return fmt::format("count = {}\narrivals = {{ rate = \"{:.3f}/s\" }}\nsteps = [{{ cpu = \"{}\" }}]", count, rate,
                       exponential ? fmt::format("exp(mean={}us)", us) : fmt::format("{}us", us));
  }
  Case pool() {
    const std::int64_t cores = draw_cores();
    const std::int64_t workers = one_of({1, 2, 3, 4, 8, 16, 32, 64});
    const std::int64_t percent = between(30, 95);
    const std::int64_t us = between(800, 4'000);
    const bool exponential = between(0, 1) == 1;
    return {
        fmt::format("pool of {}, {}cpu {} us, {}% load, {}", workers, exponential ? "exp " : "", us, percent,
                    on(cores)),
        scenario(cores, "", arriving(static_cast<double>(std::min(workers, cores)), percent, us, exponential, 1'000),
                 fmt::format("concurrency = \"thread_pool\"\nthreads = {}", workers))};
  }
  Case threads_that_come() {
    const std::int64_t cores = draw_cores();
    const std::int64_t percent = between(30, 90);
    const std::int64_t us = between(800, 4'000);
    const bool exponential = between(0, 1) == 1;
    return {fmt::format("thread_per_job, {}cpu {} us, {}% load, {}", exponential ? "exp " : "", us, percent, on(cores)),
            scenario(cores, "", arriving(static_cast<double>(cores), percent, us, exponential, 1'000),
                     "concurrency = \"thread_per_job\"")};
  }
  Case quota() {
    const std::int64_t percent = one_of({50, 150});
    const std::int64_t cores = std::min<std::int64_t>(2, cpus_);
    const std::string machine = fmt::format("limits.cpu_max = \"{}%\"", percent);
    if (between(0, 1) == 0) {
      const std::int64_t threads = between(2, 6);
      const std::int64_t ms = between(40, 200);
      return {fmt::format("{} threads, cpu {} ms, quota {}%", threads, ms, percent),
              scenario(cores, machine, fmt::format("count = {}\nsteps = [{{ cpu = \"{}ms\" }}]", threads, ms),
                       "concurrency = \"thread_per_job\"")};
    }
    const std::int64_t workers = one_of({2, 4, 8});
    const std::int64_t load = between(40, 80);
    const std::int64_t us = between(1'000, 4'000);
    return {fmt::format("pool of {}, exp cpu {} us, {}% of a quota of {}%", workers, us, load, percent),
            scenario(cores, machine, arriving(static_cast<double>(percent) / 100, load, us, true, 1'000),
                     fmt::format("concurrency = \"thread_pool\"\nthreads = {}", workers))};
  }
  Case nice() {
    const std::int64_t cores = draw_cores();
    const std::int64_t threads = 2 * between(cores, 5);
    const std::int64_t ms = between(30, 150);
    return {fmt::format("{} threads, nice 0 beside 10, cpu {} ms, {}", threads, ms, on(cores)),
            scenario(cores, "", fmt::format("count = {}\nsteps = [{{ cpu = \"{}ms\" }}]", threads, ms),
                     "concurrency = \"thread_per_job\"\nnice = [0, 10]")};
  }

  std::mt19937_64 random_;
  std::int64_t cpus_;
};

/// Work of 0.2 s for a cpu of common speed.
double time_of_work() {
  const auto from = std::chrono::steady_clock::now();
  std::uint64_t x = 1;
  for (int i = 0; i < 60'000'000; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
  volatile std::uint64_t kept = x;
  static_cast<void>(kept);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

/// Of the same work on all cpus at once, how long each took.
std::vector<double> speeds(std::int64_t cpus) {
  std::vector<double> took(static_cast<std::size_t>(cpus));
  std::vector<std::jthread> threads;
  for (double& one : took) threads.emplace_back([&one] { one = time_of_work(); });
  threads.clear();
  return took;
}

bool alike(const std::vector<double>& before, const std::vector<double>& after) {
  const double a = std::accumulate(before.begin(), before.end(), 0.0);
  const double b = std::accumulate(after.begin(), after.end(), 0.0);
  return std::max(a, b) <= std::min(a, b) * (1 + kQuiet);
}

/// What other machines on this one's host took of its cpus' time so far, in seconds of one cpu.
double stolen() {
  std::ifstream stat("/proc/stat");
  std::string cpu;
  double user{}, nice{}, system{}, idle{}, waits{}, interrupts{}, soft{}, steal{};
  stat >> cpu >> user >> nice >> system >> idle >> waits >> interrupts >> soft >> steal;
  return steal / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

/// Of a run's jobs, in seconds.
struct Latencies {
  std::vector<double> sorted;
  double wall = 0;
  double mean = 0;
  double p95 = 0;
  double p99 = 0;
  double lost = 0;  ///< What its cores did for others, or not at all, while jobs waited for one: of their time.
};

/// See Latencies::lost.
double lost_of(const Trace& trace) {
  struct Change {
    Instant at;
    int running;
    int ready;
  };
  std::vector<Change> changes;
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    const Segment segment = trace.segments[i];
    const int running = segment.state == JobState::running ? 1 : 0;
    const int ready = segment.state == JobState::ready ? 1 : 0;
    if (running + ready == 0) continue;
    changes.push_back({segment.begin, running, ready});
    changes.push_back({segment.end, -running, -ready});
  }
  std::ranges::sort(changes, {}, &Change::at);
  Duration lost{};
  int running = 0;
  int ready = 0;
  for (std::size_t i = 0; i + 1 < changes.size(); ++i) {
    running += changes[i].running;
    ready += changes[i].ready;
    const int free = std::max(static_cast<int>(trace.cores) - running, 0);
    lost += std::min(free, ready) * (changes[i + 1].at - changes[i].at);
  }
  return to_seconds(lost) / (to_seconds(trace.end.time_since_epoch()) * std::max<double>(trace.cores, 1));
}

std::optional<Latencies> latencies_of(const RunResult& result, const Scenario& scenario) {
  if (!result.error.empty() || result.failure || !result.trace) {
    fmt::print(stderr, "{}\n", result.failure ? result.failure->message : result.error);
    return std::nullopt;
  }
  const Trace& trace = *result.trace;
  // All come at once, or each when its first segment begins.
  std::vector<Instant> came(trace.jobs.size(), kNever);
  const bool at_once = scenario.jobs.arrivals.kind == Arrivals::Kind::at_once;
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    const Segment segment = trace.segments[i];
    came[segment.job] = at_once ? Instant{} : std::min(came[segment.job], segment.begin);
  }
  Latencies found;
  for (JobId job = 0; job < trace.jobs.size(); ++job)
    if (trace.jobs.ended[job] != kNever) found.sorted.push_back(to_seconds(trace.jobs.ended[job] - came[job]));
  if (found.sorted.size() != trace.jobs.size()) return std::nullopt;
  std::ranges::sort(found.sorted);
  for (const double one : found.sorted) found.mean += one / static_cast<double>(found.sorted.size());
  found.p95 = quantile(found.sorted, 0.95);
  found.p99 = quantile(found.sorted, 0.99);
  found.wall = to_seconds(result.wall);
  found.lost = lost_of(trace);
  return found;
}

double kolmogorov_smirnov(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const double at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= at) ++i;
    while (j < b.size() && b[j] <= at) ++j;
    most = std::max(most, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                   static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return most;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

struct Figure {
  double model = 0;
  double live = 0;
  double least = 0;
  double most = 0;
  double error() const { return model / live - 1; }
  bool met(double within) const { return std::abs(error()) <= within || (least <= model && model <= most); }
  /// What is within the live runs' own spread is not off.
  bool far_off() const { return !met(kAllWithin); }
};

Figure compare(const std::vector<Latencies>& model, const std::vector<Latencies>& live, double Latencies::* what) {
  std::vector<double> modeled;
  std::vector<double> real;
  for (const Latencies& one : model) modeled.push_back(one.*what);
  for (const Latencies& one : live) real.push_back(one.*what);
  return {median(modeled), median(real), std::ranges::min(real), std::ranges::max(real)};
}

std::vector<double> all_of(const std::vector<Latencies>& runs) {
  std::vector<double> all;
  for (const Latencies& run : runs) all.insert(all.end(), run.sorted.begin(), run.sorted.end());
  std::ranges::sort(all);
  return all;
}

enum class Outcome { told, noisy, failed };

struct Measured {
  Outcome outcome = Outcome::told;
  std::vector<Latencies> live;
  std::vector<Latencies> model;
};

Measured measure(const Scenario& scenario, const LiveOptions& options, std::int64_t cpus) {
  Measured measured;
  for (int run = 0; run < kRuns; ++run) {
    RunOptions modeled;
    modeled.chance = static_cast<std::uint64_t>(run) + 1;
    auto model = latencies_of(run_modeled_twin(scenario, 0, modeled, options), scenario);
    if (!model) return {Outcome::failed, {}, {}};
    int tries = 0;
    for (;;) {
      const auto before = speeds(cpus);
      const double taken_before = stolen();
      const RunResult result = run_live(scenario, 0, {}, options);
      const double taken = stolen() - taken_before;
      const auto after = speeds(cpus);
      auto live = latencies_of(result, scenario);
      if (!live) return {Outcome::failed, {}, {}};
      for (const ImposedLimit& imposed : result.imposed)
        if (!imposed.held()) fmt::print(stderr, "{}: {}\n", imposed.limit, imposed.means);
      // What was taken from the run itself decides where the spins around it differ.
      if ((alike(before, after) && taken <= kStolen * live->wall) || live->lost - model->lost <= kLost) {
        measured.live.push_back(std::move(*live));
        break;
      }
      if (++tries == kTries) return {Outcome::noisy, {}, {}};
    }
    measured.model.push_back(std::move(*model));
  }
  return measured;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t seed = number_from("SPAWNPOINT_FIDELITY_SEED", 18);
  const int count = static_cast<int>(number_from("SPAWNPOINT_FIDELITY_LATENCIES", 30));
  LiveOptions live;
  live.worker = SPAWNPOINT_WORKER;
  const Machine host = this_host().machine;
  const auto calibrated = calibrate(host_bench(host, live.worker.string(), {}, {}), {});
  if (!calibrated) {
    fmt::print(stderr, "cannot calibrate: {}\n", calibrated.error());
    return 1;
  }
  Machine machine = host;
  machine.costs = calibrated->costs;
  machine.executor = calibrated->executor;
  ParseOptions options;
  options.host = [&] { return machine; };

  std::vector<int> wanted;
  for (int i = 1; i < argc; ++i) wanted.push_back(std::atoi(argv[i]));
  fmt::print("Latencies, modeled and live: {}, {:%Y-%m-%d}, seed {}\n", calibrated_machine(host),
             fmt::gmtime(std::time(nullptr)), seed);
  fmt::print("{:>2}  {:52} {:>9} {:>9} {:>7} {:>7} {:>7} {:>7} {:>6} {:>5}  {}\n", "", "case", "model ms", "live ms",
             "mean", "p95", "p99", "wall", "taken", "KS", "within 3% and 5%, or the spread");
  CaseDraw draw(seed, host.cpus);
  int told = 0;
  int met = 0;
  int far_off = 0;
  int left_out = 0;
  for (int number = 1; number <= count; ++number) {
    const Case one = draw.draw(number - 1);
    if (!wanted.empty() && std::ranges::find(wanted, number) == wanted.end()) continue;
    const ParseResult parsed = parse_scenario(one.text, "fidelity", options);
    if (!parsed.scenario) {
      fmt::print(stderr, "{}\n{}\n", one.text, format(parsed.diagnostics));
      return 1;
    }
    const Measured measured = measure(*parsed.scenario, live, host.cpus);
    if (measured.outcome != Outcome::told) {
      ++left_out;
      fmt::print("{:>2}  {:52} left out: {}\n", number, one.what,
                 measured.outcome == Outcome::noisy ? "the machine was not quiet" : "a run failed");
      continue;
    }
    const Figure mean = compare(measured.model, measured.live, &Latencies::mean);
    const Figure p95 = compare(measured.model, measured.live, &Latencies::p95);
    const Figure p99 = compare(measured.model, measured.live, &Latencies::p99);
    const Figure wall = compare(measured.model, measured.live, &Latencies::wall);
    const Figure lost = compare(measured.model, measured.live, &Latencies::lost);
    const double distance = kolmogorov_smirnov(all_of(measured.model), all_of(measured.live));
    const bool near = measured.live.front().sorted.size() < kEnoughForDistance || distance <= kDistance;
    const bool good = near && mean.met(kMeanWithin) && p95.met(kTailWithin) && p99.met(kTailWithin);
    ++told;
    met += good;
    far_off += mean.far_off() || p95.far_off() || p99.far_off();
    fmt::print("{:>2}  {:52} {:9.3f} {:9.3f} {:+6.1f}% {:+6.1f}% {:+6.1f}% {:+6.1f}% {:5.1f}% {:5.2f}  {}\n", number,
               one.what, 1e3 * mean.model, 1e3 * mean.live, 100 * mean.error(), 100 * p95.error(), 100 * p99.error(),
               100 * wall.error(), 100 * (lost.live - lost.model), distance, good ? "yes" : "no");
    std::fflush(stdout);
  }
  fmt::print("{} of {} met (asked for: nine in ten), {} off by more than 15%, {} left out\n", met, told, far_off,
             left_out);
  return 0;
}
