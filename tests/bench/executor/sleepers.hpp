// SPDX-License-Identifier: GPL-3.0-or-later
// What the sleepers' programs have in common, ours and the peers': the same jobs, measured the same way.
//
//     PROGRAM JOBS equal|random [lateness]
//
// Each of the jobs sleeps one second, or between half a second and one and a half. The time begins before the first is
// spawned and ends when the last has ended. With `lateness` each job reads the clock before its sleep and after it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

class Sleepers {
 public:
  Sleepers(int argc, char** argv)
      : jobs_(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000),
        random_(argc > 2 && std::strcmp(argv[2], "random") == 0),
        lateness_(argc > 3 && std::strcmp(argv[3], "lateness") == 0) {
    if (lateness_) late_.resize(jobs_);  // its pages are taken before the time begins
    late_.clear();
    begin_ = Clock::now();
  }

  std::uint64_t jobs() const { return jobs_; }
  bool lateness() const { return lateness_; }
  Clock::time_point begin() const { return begin_; }

  /// In milliseconds, as one peer's timers know nothing finer: no random number generator is measured, SplitMix64's
  /// output function spreads the numbers.
  std::uint64_t milliseconds(std::uint64_t job) const {
    if (!random_) return 1000;
    std::uint64_t x = job + 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return 500 + (x ^ x >> 31) % 1001;
  }

  /// A job that began at `began` and was to sleep so long goes on now.
  void woke(Clock::time_point began, std::uint64_t slept_milliseconds) {
    late_.push_back((Clock::now() - began - std::chrono::milliseconds(slept_milliseconds)).count());
  }

  void report() {
    const std::chrono::duration<double> took = Clock::now() - begin_;
    std::printf("over_s=%.6f\n", took.count() - (random_ ? 1.5 : 1.0));
    if (late_.empty()) return;
    std::sort(late_.begin(), late_.end());
    const auto print = [this](const char* name, double quantile) {
      std::printf("%s=%.9f\n", name,
                  1e-9 * static_cast<double>(
                             late_[static_cast<std::size_t>(quantile * static_cast<double>(late_.size() - 1))]));
    };
    print("late_min_s", 0);
    print("late_p50_s", 0.5);
    print("late_p99_s", 0.99);
    print("late_max_s", 1);
  }

 private:
  std::uint64_t jobs_;
  bool random_;
  bool lateness_;
  std::vector<std::int64_t> late_;  // nanoseconds
  Clock::time_point begin_;
};

}  // namespace bench
