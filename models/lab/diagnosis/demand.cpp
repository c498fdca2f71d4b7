// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/demand.hpp"

#include <algorithm>

#include "models/workload/workload.hpp"

namespace spawnpoint {
namespace {

/// Drawing more would take longer than anyone waits for words.
constexpr std::int64_t kMostDrawn = 1'000'000;

bool computes(const Step& step) {
  return traits_of(step.kind).shown == JobState::running;
}

Duration last_arrival_on_average(const Jobs& jobs) {
  switch (jobs.arrivals.kind) {
    case Arrivals::Kind::at_once:
      return {};
    case Arrivals::Kind::every:
      return jobs.arrivals.every * (jobs.count - 1);
    case Arrivals::Kind::rate:
      return Duration(static_cast<std::int64_t>(1e9 * static_cast<double>(jobs.count) / jobs.arrivals.rate_per_second));
    case Arrivals::Kind::trace:
      return jobs.arrivals.times[static_cast<std::size_t>(jobs.count - 1)];
  }
  return {};
}

}  // namespace

Demand demand_of(const Scenario& scenario) {
  const Jobs& jobs = scenario.jobs;
  Demand demand;
  demand.same_for_all = std::ranges::all_of(jobs.steps, [](const Step& step) { return step.duration.is_constant(); });
  if (demand.same_for_all || jobs.count > kMostDrawn) {
    for (const Step& step : jobs.steps) {
      demand.own += step.duration.mean() * jobs.count;
      if (computes(step)) demand.computing += step.duration.mean() * jobs.count;
    }
  }
  if (jobs.count > kMostDrawn) {
    demand.last_arrival = last_arrival_on_average(jobs);
    return demand;
  }
  const Workload work(jobs, scenario.seed);
  if (!work.at_once()) demand.last_arrival = work.arrival(work.count() - 1).time_since_epoch();
  if (demand.same_for_all) return demand;
  for (std::size_t step = 0; step < jobs.steps.size(); ++step) {
    Duration sum{};
    for (const JobId job : work.jobs()) sum += work.duration(job, step);
    demand.own += sum;
    if (computes(jobs.steps[step])) demand.computing += sum;
  }
  return demand;
}

}  // namespace spawnpoint
