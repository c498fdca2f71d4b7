// SPDX-License-Identifier: GPL-3.0-or-later
// What a nice value is worth: a thread's weight, and how fast its virtual time runs.
#pragma once

#include <cstdint>

#include "core/units.hpp"

namespace spawnpoint::kernel {

/// Virtual time of a run queue: nanoseconds of a thread of nice 0.
using Virtual = std::int64_t;
using Weight = std::int64_t;

/// A thread of nice 0 (kernel/sched/sched.h, NICE_0_LOAD, not scaled up).
inline constexpr Weight kNormalWeight = 1024;
inline constexpr int kLeastNice = -20;
inline constexpr int kMostNice = 19;

/// One step of nice is about 10% of a processor between two threads (kernel/sched/core.c, sched_prio_to_weight).
/// `nice` is in [kLeastNice, kMostNice].
Weight weight_of(int nice);

/// By how much a thread's virtual time advances while it runs for `real` (kernel/sched/fair.c, calc_delta_fair).
constexpr Virtual virtual_time(Duration real, Weight weight) {
  const std::int64_t time = real.count();
  if (weight == kNormalWeight) return time;
  __extension__ using Wide = __int128;
  return static_cast<Virtual>(Wide{time} * kNormalWeight / weight);
}

}  // namespace spawnpoint::kernel
