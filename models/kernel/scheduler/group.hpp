// SPDX-License-Identifier: GPL-3.0-or-later
// Group: what balancing knows of a core (kernel/sched/fair.c, struct sg_lb_stats of a group of one core, and its
// classification by group_has_capacity and group_is_overloaded).
#pragma once

#include <cstdint>

#include "models/kernel/scheduler/scheduler.hpp"

namespace spawnpoint::kernel {

struct Scheduler::Group {
  enum class Kind : std::uint8_t { has_spare, fully_busy, overloaded };

  /// What it carries, of 1024 for a thread that is always runnable; how much of the time it runs; how many threads it
  /// has.
  static Kind kind_of(std::int64_t runnable, std::int64_t use, std::int64_t threads, std::int64_t imbalance_percent) {
    const bool used = use * imbalance_percent > 1024 * 100;
    const bool wanted = runnable * 100 > 1024 * imbalance_percent;
    if (threads > 1 && (used || wanted)) return Kind::overloaded;
    if (threads < 1 || (!wanted && !used)) return Kind::has_spare;
    return Kind::fully_busy;
  }

  Kind kind = Kind::has_spare;
  std::int64_t load = 0;
  std::int64_t use = 0;
  std::int64_t threads = 0;
};

}  // namespace spawnpoint::kernel
