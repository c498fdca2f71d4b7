// SPDX-License-Identifier: GPL-3.0-or-later
// What the sleepers' programs have in common, ours and the peers': the same jobs, measured the same way.
//
//     PROGRAM JOBS equal|random [lateness]
//
// Each of the jobs sleeps one second, or between half a second and one and a half. The time begins before the first is
// spawned and ends when the last has ended. With `lateness` each job reads the clock before its sleep and after it.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace bench {

using Clock = std::chrono::steady_clock;

class Sleepers {
 public:
  Sleepers(int argc, char** argv)
      : jobs_(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000),
        random_(argc > 2 && std::strcmp(argv[2], "random") == 0),
        lateness_(argc > 3 && std::strcmp(argv[3], "lateness") == 0) {
    if (lateness_) take_memory();
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

  /// A job that began at `began` and was to sleep this long continues now.
  void woke(Clock::time_point began, std::uint64_t slept_milliseconds) {
    late_.get()[woken_++] = (Clock::now() - began - std::chrono::milliseconds(slept_milliseconds)).count();
  }

  void report() {
    const std::chrono::duration<double> took = Clock::now() - begin_;
    std::printf("over_s=%.6f\n", took.count() - (random_ ? 1.5 : 1.0));
    if (woken_ == 0) return;
    const std::span late(late_.get(), woken_);
    std::sort(late.begin(), late.end());
    const auto print = [late](const char* name, double quantile) {
      std::printf(
          "%s=%.9f\n", name,
          1e-9 * static_cast<double>(late[static_cast<std::size_t>(quantile * static_cast<double>(late.size() - 1))]));
    };
    print("late_min_s", 0);
    print("late_p50_s", 0.5);
    print("late_p99_s", 0.99);
    print("late_max_s", 1);
  }

 private:
  struct Free {
    void operator()(std::int64_t* memory) const { std::free(memory); }
  };

  /// For what is measured, before the time begins. Much of it on huge pages: the first write to a small one after a
  /// while can take microseconds, which would be most of what is measured of a million jobs.
  void take_memory() {
    constexpr std::size_t kHugePage = std::size_t{2} << 20;
    const std::size_t bytes = jobs_ * sizeof(std::int64_t);
    const std::size_t step = bytes < kHugePage ? alignof(std::int64_t) : kHugePage;
    const std::size_t rounded = (bytes + step - 1) / step * step;
    late_.reset(static_cast<std::int64_t*>(std::aligned_alloc(step, rounded)));
    if (!late_) throw std::bad_alloc();
    if (step == kHugePage) (void)::madvise(late_.get(), rounded, MADV_HUGEPAGE);
    std::memset(late_.get(), 0xFF, rounded);
  }

  std::uint64_t jobs_;
  bool random_;
  bool lateness_;
  std::unique_ptr<std::int64_t, Free> late_;  // nanoseconds
  std::size_t woken_ = 0;
  Clock::time_point begin_;
};

}  // namespace bench
