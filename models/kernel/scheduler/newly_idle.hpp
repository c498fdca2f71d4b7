// SPDX-License-Identifier: GPL-3.0-or-later
// NewlyIdle: how often a core that becomes idle looks for a thread to take from another one: as often as that has paid
// (kernel/sched/fair.c, sched_balance_newidle with NI_RANDOM, update_newidle_stats).
#pragma once

#include <cstdint>

#include "core/simulation/random_stream.hpp"

namespace spawnpoint::kernel {

class NewlyIdle {
 public:
  /// Whether it looks this time: `dice` is thrown.
  bool looks(RandomStream& dice) {
    if (static_cast<std::int64_t>(dice.below(kSides)) <= weight()) return true;
    count(0);
    return false;
  }
  /// What it found when it looked. A find counts for the times as well that it did not look.
  void looked(bool found) { count(found ? (kSides + weight() / 2) / weight() : 0); }

  /// Of 1,024 times, how often it found a thread.
  std::int64_t ratio() const { return ratio_; }
  std::int64_t calls() const { return calls_; }
  std::int64_t finds() const { return finds_; }

 private:
  static constexpr std::int64_t kSides = 1024;

  std::int64_t weight() const { return 1 + ratio_; }
  void count(std::int64_t finds) {
    ++calls_;
    finds_ += finds;
    if (calls_ < kSides) return;
    ratio_ = finds_;
    calls_ /= 2;
    finds_ /= 2;
  }

  // A third, at which it settles where pools of threads have to share few cores. A machine that has just booted begins
  // with a half (kernel/sched/topology.c, sd_init).
  std::int64_t calls_ = kSides / 2;
  std::int64_t finds_ = kSides / 6;
  std::int64_t ratio_ = kSides / 3;
};

}  // namespace spawnpoint::kernel
