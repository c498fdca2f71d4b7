// SPDX-License-Identifier: GPL-3.0-or-later
// Quota: the processor time that a control group may use in each period (cpu.max). Cores take it from a common pool in
// slices; one that gets none is throttled until the next period. The functions that are named are those of
// kernel/sched/fair.c.
#pragma once

#include <cstddef>
#include <vector>

#include "core/units.hpp"
#include "models/kernel/scheduler/entity.hpp"
#include "models/kernel/scheduler/rules.hpp"

namespace spawnpoint::kernel {

class Quota {
 public:
  /// `limit` for each period, the first of which ends at `first_end`.
  Quota(const Rules& rules, std::size_t cores, Duration limit, Instant first_end);

  /// The core's thread has run that long, up to now (account_cfs_rq_runtime). False: nothing is left for it.
  bool charge(CoreId core, Duration ran, Instant now);
  /// The core is not to run before it is unthrottled.
  void throttle(CoreId core, Instant now);
  Duration left(CoreId core) const { return local_[core].left; }
  bool throttled(CoreId core) const { return local_[core].throttled; }
  /// Nothing is left to run on the core: what it does not need goes back (return_cfs_rq_runtime).
  void give_back(CoreId core, Instant now);

  /// When cores may be unthrottled next; kNever if none is throttled.
  Instant next() const;
  /// Begins the periods that have come, and hands out what there is; gives the cores that may run again.
  std::vector<CoreId> renew(Instant now);

  /// How long cores were throttled, added up.
  Duration throttled_time(Instant now) const;
  /// All that decides what comes next, relative to the time.
  void describe(Instant now, std::vector<std::int64_t>& shape) const;
  /// Time has passed after which all is the same again; meanwhile cores were throttled for so long, in so many periods.
  void shift(Duration by, Duration throttled, std::int64_t periods);

  /// Periods in which a core was throttled.
  std::int64_t throttled_periods() const { return throttled_periods_; }

 private:
  struct Local {
    Duration left{};
    bool throttled = false;
    Instant since{};
  };

  std::vector<CoreId> hand_out(Instant now);
  void begin_period(Instant now);

  const Rules* rules_;
  Duration limit_;
  Duration pool_;
  Instant period_end_;
  Instant slack_at_ = kNever;
  std::vector<Local> local_;
  std::vector<CoreId> waiting_;  ///< Throttled cores, the one that has been so longest first.
  Duration throttled_time_{};
  std::int64_t throttled_periods_ = 0;
  bool counted_ = false;
};

}  // namespace spawnpoint::kernel
