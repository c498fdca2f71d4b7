// SPDX-License-Identifier: GPL-3.0-or-later
// Which core a thread is put on that is new or wakes.
#include <algorithm>
#include <utility>

#include "models/kernel/scheduler/group.hpp"
#include "models/kernel/scheduler/scheduler.hpp"

namespace spawnpoint::kernel {

namespace {

/// How long what is known of all cores' use is believed where none is crowded: as often as busy cores balance, it is
/// found out anew.
constexpr Duration kReachKnown = std::chrono::milliseconds(28);

}  // namespace

/// rt.c, select_task_rq_rt, find_lowest_rq: where it was, unless that core is busy and another one is not.
CoreId Scheduler::place_real_time(CoreId prefers) const {
  if (idle_.empty() || idle_.has(prefers)) return prefers;
  return idle_.from(0);
}

/// select_task_rq_fair of a wake-up.
CoreId Scheduler::place_woken(Entity& entity, CoreId waker, Instant now) {
  const CoreId previous = entity.core();
  if (cores_.size() == 1) return previous;
  if (calm_ && idle_.empty()) end_calm(now);
  CoreId target = previous;
  // wake_affine: wake_affine_idle, then wake_affine_weight.
  if (waker != previous && !idle_.has(previous))
    target = idle_.has(waker) || calm_ ? waker : lighter_of(entity, waker, now);
  return idle_sibling(entity, target, now);
}

/// wake_affine_weight: the waker's core if it would carry less than the previous one, which is given some lead.
CoreId Scheduler::lighter_of(const Entity& entity, CoreId waker, Instant now) {
  Core& here = cores_[waker];
  Core& there = cores_[entity.core()];
  hold_load(here, now);
  hold_load(there, now);
  // Its share has decayed while it slept.
  auto share = entity.runnable;
  share.advance(now, 0);
  const std::int64_t load = share.value() * entity.weight / 1024;
  const std::int64_t at_waker = (here.load.value() + load) * 100;
  const std::int64_t at_previous = (there.load.value() - load) * (100 + (rules_->imbalance_percent - 100) / 2);
  return at_waker < at_previous ? waker : entity.core();
}

/// select_idle_sibling, select_idle_cpu.
CoreId Scheduler::idle_sibling(Entity& entity, CoreId target, Instant now) {
  const CoreId previous = entity.core();
  if (idle_.has(target)) return target;
  if (idle_.has(previous)) return previous;
  const CoreId recent = std::exchange(entity.recent, static_cast<std::uint16_t>(previous));
  if (idle_.empty()) return target;
  if (idle_.has(recent)) return recent;
  const CoreId found = idle_.around(target + 1);
  if (!rules_->looks_by_use) return found;
  if (now >= reach_known_until_) update_reach(now);
  const auto count = static_cast<CoreId>(cores_.size());
  const CoreId distance = (found + count - target) % count;
  return distance <= reach_ ? found : target;
}

/// update_idle_cpu_scan: the busier all cores are, the fewer are looked at; from 85% on, none.
void Scheduler::update_reach(Instant now) {
  reach_known_until_ = now + kReachKnown;
  std::int64_t use = 0;
  for (Core& core : cores_) use += use_of(core, now);
  const auto count = static_cast<std::int64_t>(cores_.size());
  use /= count;
  const std::int64_t percent = rules_->imbalance_percent;
  const std::int64_t taken = std::min<std::int64_t>(use * use * percent * percent / (10'000 * 1024), 1024);
  reach_ = (1024 - taken) * count / 1024;
}

/// sched_balance_find_dst_group of a new thread: each core is a group of its own. Of idle cores the least used one,
/// which is the one that has been idle for longest.
CoreId Scheduler::least_loaded(CoreId parent, Instant now) {
  if (cores_.size() == 1) return parent;
  if (!idle_.empty()) return idle_order_.first();
  if (calm_) end_calm(now);
  const Group local = group_of(parent, now);
  std::optional<Group> least;
  CoreId at = parent;
  const auto count = static_cast<CoreId>(cores_.size());
  for (CoreId step = 1; step < count; ++step) {
    const CoreId id = (parent + step) % count;
    const Group group = group_of(id, now);
    // update_pick_idlest.
    const auto rank = [](const Group& of) {
      return std::pair(of.kind, of.kind == Group::Kind::has_spare ? of.use : of.load);
    };
    if (least && rank(*least) <= rank(group)) continue;
    least = group;
    at = id;
  }
  if (local.kind != least->kind) return local.kind < least->kind ? parent : at;
  if (local.kind == Group::Kind::has_spare) return parent;
  const std::int64_t percent = rules_->imbalance_percent;
  const std::int64_t margin = kNormalWeight * (percent - 100) / 100;
  if (least->load + margin >= local.load && least->load >= local.load + margin) return parent;
  return 100 * local.load <= percent * least->load ? parent : at;
}

}  // namespace spawnpoint::kernel
