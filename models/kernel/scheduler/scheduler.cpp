// SPDX-License-Identifier: GPL-3.0-or-later
// The queues of the cores: who comes, who leaves, who is next.
#include "models/kernel/scheduler/scheduler.hpp"

#include <algorithm>

namespace spawnpoint::kernel {

Scheduler::Scheduler(const Rules& rules, const Setup& setup)
    : rules_(&rules),
      policy_(setup.policy),
      idle_(setup.cores),
      idle_order_(setup.cores),
      crowded_(setup.cores),
      dice_(setup.seed, "newly idle") {
  RandomStream draws(setup.seed, "scheduler");
  const auto at_most = [&draws](Duration duration) {
    return Instant(Duration(draws.below(static_cast<std::uint64_t>(duration.count()) + 1)));
  };
  // A program begins at any moment between two ticks, and so does each core's balancing.
  first_tick_ = at_most(rules.tick);
  first_core_ = static_cast<CoreId>(draws.below(setup.cores));
  turn_ticks_ = std::max<std::int64_t>(rules.round_robin / rules.tick, 1);
  if (setup.quota) quota_.emplace(rules, setup.cores, *setup.quota, at_most(rules.quota_period));
  cores_.reserve(setup.cores);
  for (std::size_t i = 0; i < setup.cores; ++i) {
    Core& core = cores_.emplace_back(rules, first_tick_, links_);
    core.interval = static_cast<std::int64_t>(setup.cores);
    core.last_balance = -static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(balance_ticks(core, true))));
    const auto id = static_cast<CoreId>(i);
    idle_.set(id, true);
    idle_order_.becomes_idle(id);
  }
  calm_ = !is_real_time() && !quota_;
}

Scheduler::Verdict Scheduler::create(Entity& entity, CoreId parent, Instant now) {
  return put(entity, is_real_time() ? place_real_time(parent) : least_loaded(parent, now), Comes::created, now);
}

Scheduler::Verdict Scheduler::wake_and_place(Entity& entity, CoreId waker, Instant now) {
  if (is_real_time()) return put(entity, place_real_time(entity.core()), Comes::woken, now);
  if (entity.standing != Standing::delayed) return put(entity, place_woken(entity, waker, now), Comes::woken, now);
  // It has never left its queue, and is not placed anew (core.c, ttwu_runnable).
  const CoreId id = entity.core();
  FairQueue& queue = cores_[id].fair;
  const bool look = queue.should_look(account(id, now), false);
  queue.wake_delayed(entity, now);
  count_runnable(now);
  return {id, look || cores_[id].look || queue.running() == nullptr || queue.interrupts(entity)};
}

/// enqueue_task, wakeup_preempt.
Scheduler::Verdict Scheduler::put_queued(Entity& entity, CoreId id, Comes how, Instant now) {
  Core& core = cores_[id];
  if (is_real_time()) {
    if (entity.core() != id && how == Comes::woken) ++migrations_;
    entity.put_on(id);
    entity.standing = Standing::queued;
    links_.link(entity);
    entity.links->turn_left = static_cast<std::int32_t>(turn_ticks_);
    core.real_time.push(entity);
    note_crowd(id);
    return {id, core.running == nullptr};
  }
  looks_ += kLooksOfTurn;
  const bool done = account(id, now);
  const bool look = core.fair.should_look(done, false);
  if (how == Comes::woken) {
    entity.runnable.advance(now, 0);
    if (entity.core() != id) {
      ++migrations_;
      Core& old = cores_[entity.core()];
      old.fair.forget(entity);
      hold_load(old, now);
      old.load.add(-entity.load());
    }
  }
  hold_load(core, now);
  if (how == Comes::created || entity.core() != id) core.load.add(entity.load());
  if (how == Comes::created) entity.runnable.advance(now, 1024);
  entity.put_on(id);
  if (core.fair.queued() == 0 && !quota_) {
    core.fair.run_alone(entity, how, now);
    return {id, true};
  }
  core.fair.enqueue(entity, how);
  note_crowd(id);
  if (quota_ && quota_->throttled(id)) return {id, false};
  return {id, look || core.look || core.fair.running() == nullptr || core.fair.interrupts(entity)};
}

/// Brings the running thread's accounts up to now. True: its request is done.
bool Scheduler::account(CoreId id, Instant now) {
  Core& core = cores_[id];
  if (core.running == nullptr) return false;
  const Duration ran = now - core.running->since;
  if (quota_ && ran > Duration::zero() && !quota_->charge(id, ran, now)) core.look = true;
  return core.fair.update(now);
}

void Scheduler::leave_queue(CoreId id, Instant now, bool ends) {
  Core& core = cores_[id];
  Entity& entity = *core.running;
  if (is_real_time()) {
    entity.standing = Standing::away;
    links_.unlink(entity);
  } else {
    account(id, now);
    entity.runnable.advance(now, 1024);
    hold_load(core, now);
    core.fair.leave(entity, now, ends);
    if (ends) core.load.add(-entity.load());
    if (quota_ && core.fair.queued() == 0) quota_->give_back(id, now);
  }
  core.running = nullptr;
  --running_;
}

Entity* Scheduler::pick_queued(CoreId id, Instant now) {
  Core& core = cores_[id];
  const bool ran = core.running != nullptr;
  if (!quota_ && core.fair.is_simple() && !overloaded_ && crowded_.empty() && !is_real_time()) [[likely]] {
    core.running = core.fair.running();
  } else {
    core.running = is_real_time() ? pick_real_time(id, now) : pick_fair(id, now);
    note_crowd(id);
  }
  core.look = false;
  note_waiting(now);
  const bool runs = core.running != nullptr;
  running_ += (runs ? 1 : 0) - (ran ? 1 : 0);
  if (runs != core.busy) note_busy(id, runs, now);
  Entity* const running = core.running;
  begin_calm_if_due(now);
  return running;
}

/// pick_next_task_fair.
Entity* Scheduler::pick_fair(CoreId id, Instant now) {
  Core& core = cores_[id];
  if (core.fair.queued() > core.fair.runnable()) hold_load(core, now);
  if (quota_ && core.fair.queued() > 0) {
    // check_cfs_rq_runtime; check_enqueue_throttle of a core that has had nothing to do.
    if (quota_->left(id) <= Duration::zero() && !quota_->charge(id, Duration::zero(), now)) quota_->throttle(id, now);
    if (quota_->throttled(id)) {
      if (core.fair.running() != nullptr) core.fair.put_back(now);
      return nullptr;
    }
  }
  if (Entity* const next = core.fair.pick(now)) return next;
  if (!balance_newly_idle(id, now)) return nullptr;
  return core.fair.pick(now);
}

/// rt.c, pick_next_task_rt; pull_rt_task of a core that would be idle.
Entity* Scheduler::pick_real_time(CoreId id, Instant now) {
  Core& core = cores_[id];
  if (core.running != nullptr && !core.look) return core.running;
  if (core.running != nullptr) {
    core.running->standing = Standing::queued;
    core.real_time.push(*core.running);
  }
  Entity* next = core.real_time.pop();
  if (next == nullptr) {
    const CoreId other = crowded_.around(id + 1);
    if (other == kNoCore) return nullptr;
    next = cores_[other].real_time.pop();
    note_crowd(other);
    ++migrations_;
    next->put_on(id);
  }
  next->standing = Standing::running;
  next->since = now;
  return next;
}

void Scheduler::note_crowd(CoreId id) {
  Core& core = cores_[id];
  const bool stands = quota_ && quota_->throttled(id);
  const bool crowded = (core.fair.queued() > 1 && !stands) || core.real_time.size() > 0;
  if (crowded == core.crowded) return;
  core.crowded = crowded;
  if (crowded) overloaded_ = true;
  crowded_.set(id, crowded);
}

Instant Scheduler::next_tick(Instant now) const {
  if (policy_ == Policy::fifo || (crowded_.empty() && !(quota_ && running_ > 0))) return kNever;
  return first_tick_ + (now < first_tick_ ? 0 : tick_number(now) + 1) * rules_->tick;
}

/// core.c, sched_tick.
bool Scheduler::tick(CoreId id, Instant now) {
  Core& core = cores_[id];
  bool look = false;
  if (is_real_time()) {
    // rt.c, task_tick_rt.
    if (policy_ == Policy::rr && core.running != nullptr && --core.running->links->turn_left <= 0) {
      core.running->links->turn_left = static_cast<std::int32_t>(turn_ticks_);
      look = core.look = core.real_time.size() > 0;
    }
    return look;
  }
  const bool done = account(id, now);
  look = core.fair.should_look(done, true);
  if (balance_if_due(id, now)) look = look || core.running == nullptr;
  return look || core.look;
}

}  // namespace spawnpoint::kernel
