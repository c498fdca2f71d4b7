// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/workload/workload.hpp"

#include <algorithm>
#include <cmath>

#include "core/simulation/random_stream.hpp"

namespace spawnpoint {

namespace {

std::vector<Instant> poisson_arrivals(JobId count, double rate_per_second, std::uint64_t seed) {
  const double mean_ns = std::min(1e9 / rate_per_second, 1e18);
  const Distribution gap = Distribution::exponential(Duration(std::llround(std::max(mean_ns, 1.0))));
  RandomStream random(seed, "arrivals");
  std::vector<Instant> arrivals;
  arrivals.reserve(count);
  Instant at{};
  for (JobId job = 0; job < count; ++job) {
    at += std::min(gap.sample(random), kNever - at);
    arrivals.push_back(at);
  }
  return arrivals;
}

}  // namespace

Workload::Workload(const Jobs& jobs, std::uint64_t seed)
    : count_(static_cast<JobId>(jobs.count)), seed_(seed), steps_(jobs.steps) {
  switch (jobs.arrivals.kind) {
    case Arrivals::Kind::at_once:
      break;
    case Arrivals::Kind::every:
      every_ = jobs.arrivals.every;
      break;
    case Arrivals::Kind::rate:
      arrivals_ = poisson_arrivals(count_, jobs.arrivals.rate_per_second, seed);
      break;
    case Arrivals::Kind::trace:
      for (const Duration time : jobs.arrivals.times) arrivals_.emplace_back(time);
      count_ = static_cast<JobId>(std::min<std::size_t>(count_, arrivals_.size()));
      break;
  }
  for (const Step& step : steps_) {
    constant_.push_back(step.duration.is_constant() ? step.duration.mean() : Duration(-1));
  }
}

Duration Workload::sampled(JobId job, std::size_t step) const {
  RandomStream random(StreamKey(seed_, "durations", step), job);
  return steps_[step].duration.sample(random);
}

}  // namespace spawnpoint
