// SPDX-License-Identifier: GPL-3.0-or-later
// Workload: the jobs of a run as the concurrency models see them. Both worlds get the same arrivals and durations:
// they are functions of the seed, the job and the step, not of who asks, or when.
#pragma once

#include <cstdint>
#include <ranges>
#include <span>
#include <vector>

#include "core/trace/trace.hpp"
#include "core/units.hpp"
#include "models/workload/jobs.hpp"

namespace spawnpoint {

class Workload {
 public:
  Workload(const Jobs& jobs, std::uint64_t seed);

  JobId count() const { return count_; }
  /// All job numbers, in the order of arrival.
  auto jobs() const { return std::views::iota(JobId{0}, count_); }
  bool at_once() const { return arrivals_.empty() && every_ == Duration::zero(); }
  Instant arrival(JobId job) const {
    return arrivals_.empty() ? Instant(every_ * static_cast<std::int64_t>(job)) : arrivals_[job];
  }

  std::span<const Step> steps() const { return steps_; }
  /// How long step `step` of `job` takes. Same seed, same answer.
  Duration duration(JobId job, std::size_t step) const {
    const Duration constant = constant_[step];
    return constant >= Duration::zero() ? constant : sampled(job, step);
  }

 private:
  Duration sampled(JobId job, std::size_t step) const;

  JobId count_;
  std::uint64_t seed_;
  Duration every_{};
  std::vector<Instant> arrivals_;
  std::vector<Step> steps_;
  std::vector<Duration> constant_;  ///< A step's duration where it is the same for all jobs, else -1 ns.
};

}  // namespace spawnpoint
