// SPDX-License-Identifier: GPL-3.0-or-later
// Balancing: a core that has less to do takes threads from one that has more.
#include <algorithm>

#include "models/kernel/scheduler/group.hpp"
#include "models/kernel/scheduler/scheduler.hpp"

namespace spawnpoint::kernel {

namespace {

constexpr std::int64_t kMostMoved = 32;  ///< sysctl_sched_nr_migrate
constexpr std::int64_t kHotTries = 1;    ///< cache_nice_tries of a domain that shares its last-level cache

}  // namespace

Scheduler::Group Scheduler::group_of(CoreId id, Instant now) {
  Core& core = cores_[id];
  ++looks_;
  hold_load(core, now);
  Group group;
  group.load = core.load.value();
  group.use = use_of(core, now);
  group.threads = core.fair.runnable();
  // By count and not by weight.
  const Weight weight = core.fair.weight();
  const std::int64_t runnable = weight > 0 ? group.load * core.fair.queued() * 1024 / weight : group.load;
  group.kind = Group::kind_of(runnable, group.use, group.threads, rules_->imbalance_percent);
  return group;
}

/// get_sd_balance_interval.
std::int64_t Scheduler::balance_ticks(const Core& core, bool busy) const {
  const Duration interval = std::chrono::milliseconds(core.interval * (busy ? rules_->busy_factor : 1));
  const Duration tick = rules_->tick;
  const std::int64_t longest = std::chrono::seconds(1) / tick * static_cast<std::int64_t>(cores_.size()) / 10;
  return std::clamp<std::int64_t>((interval + tick - Duration(1)) / tick - (busy ? 1 : 0), 1,
                                  std::max<std::int64_t>(longest, 1));
}

/// sched_balance_domains; of an idle core, nohz_idle_balance, which others ask for as long as they have too much.
bool Scheduler::balance_if_due(CoreId id, Instant now) {
  if (cores_.size() == 1 || crowded_.empty()) return false;
  Core& core = cores_[id];
  const bool busy = core.running != nullptr;
  const std::int64_t tick = tick_number(now);
  if (tick < core.last_balance + balance_ticks(core, busy)) return false;
  core.last_balance = tick;
  return balance(id, busy ? Busy::busy : Busy::idle, now);
}

/// sched_balance_newidle. Where no core is crowded nobody may have noticed yet.
bool Scheduler::balance_newly_idle(CoreId id, Instant now) {
  if (cores_.size() == 1 || !overloaded_) return false;
  NewlyIdle& luck = cores_[id].newly_idle;
  if (rules_->looks_by_luck && !luck.looks(dice_)) return false;
  const bool found = balance(id, Busy::newly_idle, now);
  if (rules_->looks_by_luck) luck.looked(found);
  return found;
}

/// sched_balance_rq.
bool Scheduler::balance(CoreId id, Busy busy, Instant now) {
  overloaded_ = !crowded_.empty();
  if (busy != Busy::newly_idle && rules_->looks_by_use) update_reach(now);
  if (cores_.size() == 1 || crowded_.empty() || (quota_ && quota_->throttled(id))) return false;
  Core& core = cores_[id];
  const auto shortest = static_cast<std::int64_t>(cores_.size());
  const auto from = busiest(id, now);
  bool balanced = !from;
  std::int64_t moved = 0;
  if (from) {
    const Group local = group_of(id, now);
    const Group other = group_of(*from, now);
    // calculate_imbalance.
    if (local.kind == Group::Kind::has_spare) {
      const std::int64_t more = std::max<std::int64_t>(other.threads - local.threads, 0) / 2;
      balanced = more == 0;
      if (!balanced) moved = pull_threads(id, *from, more, busy, now);
    } else {
      std::int64_t all = 0;
      looks_ += cores_.size();
      for (Core& each : cores_) {
        hold_load(each, now);
        all += each.load.value();
      }
      const std::int64_t mean = all / static_cast<std::int64_t>(cores_.size());
      const std::int64_t imbalance = std::min(other.load - mean, mean - local.load);
      balanced = imbalance <= 0;
      if (!balanced) moved = pull_load(id, *from, imbalance, now);
    }
  }
  if (busy != Busy::newly_idle) {
    if (balanced) {
      core.failed = 0;
      core.interval = std::min(2 * core.interval, 2 * shortest);
    } else {
      core.failed = moved > 0 ? 0 : core.failed + 1;
      core.interval = shortest;
    }
  }
  return moved > 0;
}

/// sched_balance_find_src_group, sched_balance_find_src_rq: the core to take from. One without a waiting thread has
/// nothing to give.
std::optional<CoreId> Scheduler::busiest(CoreId id, Instant now) {
  std::optional<CoreId> found;
  Group most;
  for (CoreId other = crowded_.from(0); other != kNoCore; other = crowded_.from(other + 1)) {
    if (other == id || (quota_ && quota_->throttled(other))) continue;
    const Group group = group_of(other, now);
    if (group.threads < 2) continue;
    // update_sd_pick_busiest.
    const auto rank = [](const Group& of) {
      return std::pair(of.kind, of.kind == Group::Kind::has_spare ? of.threads : of.load);
    };
    if (found && rank(group) <= rank(most)) continue;
    most = group;
    found = other;
  }
  if (!found) return std::nullopt;
  const Group local = group_of(id, now);
  if (local.kind > most.kind) return std::nullopt;
  if (local.kind == Group::Kind::overloaded) {
    if (local.load >= most.load) return std::nullopt;
    if (100 * most.load <= rules_->imbalance_percent * local.load) return std::nullopt;
  }
  // Of one that is not overloaded only an idle core takes.
  if (most.kind != Group::Kind::overloaded && cores_[id].running != nullptr) return std::nullopt;
  return found;
}

/// can_migrate_task, task_hot.
bool Scheduler::may_move(const Core& to, const Entity& entity, Instant now) const {
  if (entity.standing == Standing::running) return false;
  return to.failed > kHotTries || now - entity.since >= rules_->cache_hot;
}

/// detach_tasks by load. What is too heavy is taken all the same after some vain tries.
std::int64_t Scheduler::pull_load(CoreId to, CoreId from, std::int64_t imbalance, Instant now) {
  Core& core = cores_[to];
  FairQueue& source = cores_[from].fair;
  std::int64_t moved = 0;
  std::int64_t looks = std::min(kMostMoved, source.runnable());
  for (Entity* entity = source.oldest(); entity != nullptr && looks > 0; --looks) {
    Entity* const next = entity->links->newer;
    auto share = entity->runnable;
    const std::int64_t load =
        std::max<std::int64_t>(share.advance(now, entity->on_queue() ? 1024 : 0) * entity->weight / 1024, 1);
    const auto shift = static_cast<int>(std::min<std::int64_t>(core.failed, 62));
    if (entity->standing == Standing::delayed || !may_move(core, *entity, now) || load >> shift > imbalance) {
      source.renew(*entity);
    } else {
      move(*entity, to, now);
      ++moved;
      imbalance -= load;
      if (imbalance <= 0) break;
    }
    entity = next;
  }
  return moved;
}

/// detach_tasks by number. One that has just become idle takes one thread and runs it.
std::int64_t Scheduler::pull_threads(CoreId to, CoreId from, std::int64_t imbalance, Busy busy, Instant now) {
  Core& core = cores_[to];
  FairQueue& source = cores_[from].fair;
  std::int64_t moved = 0;
  std::int64_t looks = std::min(kMostMoved, source.runnable());
  for (Entity* entity = source.oldest(); entity != nullptr && looks > 0 && source.runnable() > 1; --looks) {
    Entity* const next = entity->links->newer;
    if (entity->standing == Standing::delayed || !may_move(core, *entity, now)) {
      source.renew(*entity);
    } else {
      move(*entity, to, now);
      ++moved;
      if (--imbalance <= 0 || busy == Busy::newly_idle) break;
    }
    entity = next;
  }
  return moved;
}

/// detach_task, attach_task.
void Scheduler::move(Entity& entity, CoreId to, Instant now) {
  Core& source = cores_[entity.core()];
  Core& core = cores_[to];
  account(entity.core(), now);
  const bool done = account(to, now);
  entity.runnable.advance(now, 1024);
  const std::int64_t load = entity.load();
  hold_load(source, now);
  hold_load(core, now);
  source.fair.take(entity);
  source.load.add(-load);
  note_crowd(entity.core());
  if (core.fair.should_look(done, false)) core.look = true;
  core.load.add(load);
  core.fair.enqueue(entity, Comes::moved);
  if (core.fair.running() != nullptr && core.fair.interrupts(entity)) core.look = true;
  entity.put_on(to);
  entity.since = kCold;
  note_crowd(to);
  ++migrations_;
}

}  // namespace spawnpoint::kernel
