// SPDX-License-Identifier: GPL-3.0-or-later
// Rules: which of its scheduler's rules a release of Linux has, and the figures that they are applied with.
#pragma once

#include <cstdint>

#include "core/units.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint::kernel {

struct Rules {
  bool eevdf = true;            ///< From 6.6 on; before it, CFS.
  bool delays_dequeue = true;   ///< From 6.12 on: a thread that sleeps in debt stays queued until its debt is paid.
  bool keeps_deadline = true;   ///< From 6.12 on: a thread that is moved keeps what is left of its request.
  bool ends_protection = true;  ///< From 6.17 on: each tick past the protected request looks for another thread.
  bool looks_by_use = true;     ///< From 6.0 on: how far an idle core is looked for depends on how busy all are.
  /// From 6.18.5 and 6.12.65 on: a core that becomes idle looks for a thread as often as that has paid.
  bool looks_by_luck = false;
  std::int64_t imbalance_percent = 117;  ///< A core has that much of another's load, or there is no imbalance.
  std::int64_t busy_factor = 16;         ///< A busy core looks for balance that much less often than an idle one.

  Duration slice{};        ///< EEVDF: a request. CFS: the shortest turn.
  Duration latency{};      ///< CFS: how long a round of few threads takes.
  Duration wakeup_lead{};  ///< CFS: by how much a woken thread must be behind to interrupt.
  Duration tick{};
  Duration round_robin{};                               ///< SCHED_RR's turn.
  Duration cache_hot = std::chrono::microseconds(500);  ///< Who ran that lately is not moved without need.
  Duration quota_period = kQuotaPeriod;
  Duration quota_slice = std::chrono::milliseconds(5);  ///< sched_cfs_bandwidth_slice_us.
};

Rules rules_of(const Machine& machine);

}  // namespace spawnpoint::kernel
