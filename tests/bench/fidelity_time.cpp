// SPDX-License-Identifier: GPL-3.0-or-later
// How close the modeled completion time comes to the live one: calibrates this host, runs each case live and modeled,
// and prints a line per case. Rounds of all three are interleaved, so that a machine that changes meanwhile does so for
// all.
//   fidelity_time [ROUNDS [CASE…]]      5 rounds by default; a case is a number of the table
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "models/lab/calibration/calibrate.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/result/format.hpp"
#include "models/scenario/parse.hpp"

using namespace spawnpoint;

namespace {

struct Case {
  std::string what;
  std::string text;
  std::vector<double> live;
  std::vector<double> modeled;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](std::string what, std::int64_t jobs, const char* step, const std::string& run) {
    all.push_back({std::move(what),
                   fmt::format("[jobs]\ncount = {}\nsteps = [{{ {} }}]\n[[run]]\n{}\n", jobs, step, run),
                   {},
                   {}});
  };
  for (const std::int64_t threads : {100, 1'000, 10'000})
    add(fmt::format("thread_per_job, {} of 1 s", threads), threads, "sleep = \"1s\"",
        "concurrency = \"thread_per_job\"");
  for (const char* step : {"1ms", "10ms"})
    for (const int workers : {4, 16, 64})
      add(fmt::format("thread_pool, 1000 of {} on {}", step, workers), 1'000,
          fmt::format("block = \"{}\"", step).c_str(),
          fmt::format("concurrency = \"thread_pool\"\nthreads = {}", workers));
  for (const std::int64_t tasks : {1'000, 10'000, 100'000, 1'000'000})
    add(fmt::format("join_all, {} of 1 s", tasks), tasks, "sleep = \"1s\"", "concurrency = \"join_all\"");
  return all;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 5;
  std::vector<Case> all = cases();
  std::vector<bool> wanted(all.size(), argc <= 2);
  for (int i = 2; i < argc; ++i) {
    const auto number = static_cast<std::size_t>(std::atoi(argv[i]));
    if (number >= 1 && number <= all.size()) wanted[number - 1] = true;
  }
  const Machine host = this_host().machine;
  LiveOptions live;
  live.worker = SPAWNPOINT_WORKER;
  Costs costs;
  ExecutorCosts executor;
  for (int round = 0; round < rounds; ++round) {
    fmt::print(stderr, "round {} of {}\n", round + 1, rounds);
    const auto calibrated = calibrate(host_bench(host, live.worker.string(), {}, {}), {});
    if (!calibrated) {
      fmt::print(stderr, "cannot calibrate: {}\n", calibrated.error());
      return 1;
    }
    Machine machine = host;
    machine.costs = costs = calibrated->costs;
    machine.executor = executor = calibrated->executor;
    ParseOptions options;
    options.host = [&] { return machine; };
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!wanted[i]) continue;
      const ParseResult parsed = parse_scenario(all[i].text, "fidelity", options);
      if (!parsed.scenario) {
        fmt::print(stderr, "{}\n", format(parsed.diagnostics));
        return 1;
      }
      const RunResult real = run_live(*parsed.scenario, 0, {}, live);
      if (!real.error.empty() || real.failure) {
        fmt::print(stderr, "{}: {}\n", all[i].what, real.failure ? real.failure->message : real.error);
        continue;
      }
      all[i].live.push_back(to_seconds(real.wall));
      all[i].modeled.push_back(to_seconds(run_modeled(*parsed.scenario, 0, {}).wall));
    }
  }

  fmt::print("Time, modeled and live: {}, {:%Y-%m-%d}, {} rounds\n", calibrated_machine(host),
             fmt::gmtime(std::time(nullptr)), rounds);
  fmt::print(
      "costs of the last round: create {} + {}, start {}, exit {}, unmap {}, switch {}, wake {}, stalls {} {}, "
      "slack {}; task spawn {}, poll {}, wake {}, timer {}\n",
      format_duration(costs.thread_create.value), format_duration(costs.stack_table.value),
      format_duration(costs.thread_start.value), format_duration(costs.thread_exit.value),
      format_duration(costs.stack_unmap.value), format_duration(costs.context_switch.value),
      format_duration(costs.wakeup.value), format_duration(costs.start_stall.value),
      format_duration(costs.exit_stall.value), format_duration(costs.timer_slack.value),
      format_duration(executor.task_spawn.value), format_duration(executor.task_poll.value),
      format_duration(executor.task_wake.value), format_duration(executor.timer.value));
  fmt::print("{:>2}  {:32} {:>9} {:>9} {:>9} {:>9} {:>7}  {}\n", "", "case", "modeled s", "live s", "least", "most",
             "error", "within 5% or the spread");
  int met = 0;
  int told = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Case& one = all[i];
    if (one.live.empty()) continue;
    const double model = median(one.modeled);
    const double middle = median(one.live);
    const double least = *std::ranges::min_element(one.live);
    const double most = *std::ranges::max_element(one.live);
    const double error = model / middle - 1;
    const bool good = std::abs(error) <= 0.05 || (least <= model && model <= most);
    ++told;
    met += good;
    fmt::print("{:>2}  {:32} {:9.4f} {:9.4f} {:9.4f} {:9.4f} {:+6.1f}%  {}\n", i + 1, one.what, model, middle, least,
               most, 100 * error, good ? "yes" : "no");
  }
  fmt::print("{} of {} met\n", met, told);
  return 0;
}
