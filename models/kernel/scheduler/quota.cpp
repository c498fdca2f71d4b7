// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/quota.hpp"

#include <algorithm>
#include <utility>

namespace spawnpoint::kernel {

namespace {

constexpr Duration kKept = std::chrono::milliseconds(1);        ///< min_cfs_rq_runtime
constexpr Duration kSlackTimer = std::chrono::milliseconds(5);  ///< cfs_bandwidth_slack_period
constexpr Duration kTooLate = std::chrono::milliseconds(2);     ///< min_bandwidth_expiration

}  // namespace

Quota::Quota(const Rules& rules, std::size_t cores, Duration limit, Instant first_end)
    : rules_(&rules), limit_(limit), pool_(limit), period_end_(first_end), local_(cores) {}

bool Quota::charge(CoreId id, Duration ran, Instant now) {
  // Where no core is throttled, nobody has waited for the period's end.
  if (period_end_ <= now && waiting_.empty()) begin_period(now);
  Local& core = local_[id];
  core.left -= ran;
  if (core.left > Duration::zero()) return true;
  // __assign_cfs_rq_runtime.
  const Duration given = std::min(pool_, rules_->quota_slice - core.left);
  pool_ -= given;
  core.left += given;
  return core.left > Duration::zero();
}

void Quota::throttle(CoreId id, Instant now) {
  if (local_[id].throttled) return;
  local_[id].throttled = true;
  local_[id].since = now;
  waiting_.push_back(id);
  if (!std::exchange(counted_, true)) ++throttled_periods_;
}

void Quota::give_back(CoreId id, Instant now) {
  Local& core = local_[id];
  const Duration slack = core.left - kKept;
  if (slack <= Duration::zero()) return;
  pool_ += slack;
  core.left -= slack;
  // start_cfs_slack_bandwidth: not where the period ends so soon that it is not worth it (runtime_refresh_within).
  if (waiting_.empty() || pool_ <= rules_->quota_slice || slack_at_ != kNever) return;
  if (period_end_ - now > kSlackTimer + kTooLate) slack_at_ = now + kSlackTimer;
}

Instant Quota::next() const {
  return waiting_.empty() ? kNever : std::min(period_end_, slack_at_);
}

/// sched_cfs_period_timer, do_sched_cfs_slack_timer.
std::vector<CoreId> Quota::renew(Instant now) {
  if (period_end_ <= now) begin_period(now);
  if (slack_at_ <= now) slack_at_ = kNever;
  return hand_out(now);
}

void Quota::begin_period(Instant now) {
  period_end_ += ((now - period_end_) / rules_->quota_period + 1) * rules_->quota_period;
  pool_ = limit_;
  counted_ = false;
}

/// distribute_cfs_runtime: each gets out of its debt, and takes a slice of its own when it runs.
std::vector<CoreId> Quota::hand_out(Instant now) {
  std::vector<CoreId> freed;
  for (const CoreId id : waiting_) {
    if (pool_ <= Duration::zero()) break;
    Local& core = local_[id];
    const Duration given = std::min(pool_, Duration(1) - core.left);
    pool_ -= given;
    core.left += given;
    if (core.left <= Duration::zero()) break;
    core.throttled = false;
    throttled_time_ += now - core.since;
    freed.push_back(id);
  }
  std::erase_if(waiting_, [this](CoreId id) { return !local_[id].throttled; });
  if (!waiting_.empty() && !std::exchange(counted_, true)) ++throttled_periods_;
  return freed;
}

void Quota::describe(Instant now, std::vector<std::int64_t>& shape) const {
  shape.push_back(pool_.count());
  shape.push_back((period_end_ - now).count());
  shape.push_back(slack_at_ == kNever ? -1 : std::int64_t{(slack_at_ - now).count()});
  shape.push_back(counted_ ? 1 : 0);
  for (const Local& core : local_) {
    shape.push_back(core.left.count());
    shape.push_back(core.throttled ? std::int64_t{(now - core.since).count()} : -1);
  }
  for (const CoreId id : waiting_) shape.push_back(id);
}

void Quota::shift(Duration by, Duration throttled, std::int64_t periods) {
  period_end_ += by;
  if (slack_at_ != kNever) slack_at_ += by;
  for (Local& core : local_) core.since += by;
  throttled_time_ += throttled;
  throttled_periods_ += periods;
}

Duration Quota::throttled_time(Instant now) const {
  Duration time = throttled_time_;
  for (const CoreId id : waiting_) time += now - local_[id].since;
  return time;
}

}  // namespace spawnpoint::kernel
