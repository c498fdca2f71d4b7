// SPDX-License-Identifier: GPL-3.0-or-later
// Throttle: a quota's effect on the one thread of a program that has no other: when it has computed something that
// takes so much CPU time.
#pragma once

#include <cstdint>

#include "core/units.hpp"
#include "models/kernel/scheduler/quota.hpp"
#include "models/kernel/scheduler/rules.hpp"

namespace spawnpoint::kernel {

class Throttle {
 public:
  /// `limit` of CPU time in each period; ticks and periods begin where the seed says.
  Throttle(const Rules& rules, Duration limit, std::uint64_t seed);

  /// The thread computes from then on: when it has done so.
  Instant run(Instant from, Duration cpu) {
    if (from + cpu < next_tick_) {
      uncharged_ += cpu;
      return from + cpu;
    }
    return run_with_ticks(from, cpu);
  }
  /// The thread sleeps from then on.
  void sleep(Instant at);
  /// How long it has stood still for the quota, and in how many periods.
  Duration throttled_time(Instant now) const { return quota_.throttled_time(now); }
  std::int64_t throttled_periods() const { return quota_.throttled_periods(); }
  /// Ticks that were computed one by one, and a period as so many of them.
  std::uint64_t ticks() const { return ticks_; }
  static constexpr std::uint64_t kTicksOfPeriod = 8;
  /// So many take as long as an event of the simulation.
  static constexpr std::uint64_t kTicksOfEvent = 8;

 private:
  Instant run_with_ticks(Instant from, Duration cpu);
  Instant stand_still(Instant at);
  void await_tick_after(Instant at);

  Rules rules_;
  Instant first_tick_;
  Instant next_tick_;
  Quota quota_;
  std::uint64_t ticks_ = 0;
  Duration uncharged_{};  ///< What it has run since it was last charged.
};

}  // namespace spawnpoint::kernel
