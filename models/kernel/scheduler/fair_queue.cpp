// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/fair_queue.hpp"

#include <algorithm>

namespace spawnpoint::kernel {

namespace {

__extension__ using Wide = __int128;

/// Rounded down. Sums are small most of the time, and a division of 128 bits takes ten times as long.
Virtual floor_of(Wide sum, Weight weight) {
  const auto narrow = static_cast<std::int64_t>(sum);
  if (Wide{narrow} == sum) return narrow / weight - (narrow % weight < 0 ? 1 : 0);
  return static_cast<Virtual>(sum / weight - (sum % weight < 0 ? 1 : 0));
}

}  // namespace

Virtual FairQueue::average() {
  if (!rules_->eevdf) return origin_;
  Weight weight = waiting_weight_;
  Wide sum = waiting_sum_;
  if (running_ != nullptr) {
    if (weight == 0) {
      move_origin(running_->vruntime - origin_);
      return origin_;
    }
    sum += Wide{running_->vruntime - origin_} * running_->weight;
    weight += running_->weight;
  }
  if (weight > 0) move_origin(floor_of(sum, weight));
  return origin_;
}

/// entity_eligible: compared without the division, which would lose what it rounds.
bool FairQueue::eligible(Virtual vruntime) const {
  Weight weight = waiting_weight_;
  Wide sum = waiting_sum_;
  if (running_ != nullptr) {
    sum += Wide{running_->vruntime - origin_} * running_->weight;
    weight += running_->weight;
  }
  return sum >= Wide{vruntime - origin_} * weight;
}

/// entity_lag: at most two requests, or a tick if that is more, both ways.
Virtual FairQueue::lag_of(const Entity& entity) {
  const Virtual limit = virtual_time(std::max(2 * rules_->slice, rules_->tick), entity.weight);
  return std::clamp(average() - entity.vruntime, -limit, limit);
}

/// place_entity.
void FairQueue::place(Entity& entity, Comes how) {
  if (!rules_->eevdf) return place_fairly(entity, how);
  const Virtual at = average();
  // Adding a thread with a lag moves the average: what it is owed is enlarged, so that it is still owed that then.
  Virtual lag = 0;
  if (queued_ > 0 && entity.lag != 0) {
    const Weight others = std::max<Weight>(weight(), 1);
    lag = static_cast<Virtual>(Wide{entity.lag} * (others + entity.weight) / others);
  }
  entity.vruntime = at - lag;
  if (entity.keeps) {
    entity.deadline += entity.vruntime;
    entity.keeps = false;
    return;
  }
  // PLACE_DEADLINE_INITIAL: a new thread's first request is half as long.
  entity.deadline = entity.vruntime + request_of(entity) / (how == Comes::created ? 2 : 1);
}

/// place_entity before 6.6.
void FairQueue::place_fairly(Entity& entity, Comes how) {
  entity.lag = 0;
  // START_DEBIT: a new thread begins a turn behind.
  if (how == Comes::created) {
    entity.vruntime = origin_ + virtual_time(turn_of(entity), entity.weight);
    return;
  }
  if (entity.keeps) entity.vruntime += origin_;
  entity.keeps = false;
  // GENTLE_FAIR_SLEEPERS: one that slept gets no more than half a round's credit for that.
  if (how == Comes::woken) entity.vruntime = std::max<Virtual>(entity.vruntime, origin_ - rules_->latency.count() / 2);
}

void FairQueue::insert(Entity& entity) {
  if (!rules_->eevdf) entity.deadline = entity.vruntime;
  timeline_.insert(entity);
  waiting_sum_ += Wide{entity.vruntime - origin_} * entity.weight;
  waiting_weight_ += entity.weight;
}

void FairQueue::remove(Entity& entity) {
  timeline_.remove(entity);
  waiting_sum_ -= Wide{entity.vruntime - origin_} * entity.weight;
  waiting_weight_ -= entity.weight;
}

void FairQueue::unlink(Entity& entity) {
  Links& links = *entity.links;
  (links.newer != nullptr ? links.newer->links->older : newest_) = links.older;
  (links.older != nullptr ? links.older->links->newer : oldest_) = links.newer;
  links.newer = links.older = nullptr;
}

void FairQueue::go(Entity& entity) {
  entity.standing = Standing::away;
  unlink(entity);
  links_->unlink(entity);
  --queued_;
}

void FairQueue::renew(Entity& entity) {
  if (newest_ == &entity) return;
  if (entity.links->newer != nullptr) unlink(entity);
  entity.links->older = newest_;
  (newest_ != nullptr ? newest_->links->newer : oldest_) = &entity;
  newest_ = &entity;
}

void FairQueue::enqueue(Entity& entity, Comes how) {
  links_->link(entity);
  place(entity, how);
  entity.standing = Standing::queued;
  insert(entity);
  renew(entity);
  ++queued_;
  ++runnable_;
}

void FairQueue::run_alone(Entity& entity, Comes how, Instant now) {
  links_->link(entity);
  place(entity, how);
  newest_ = oldest_ = &entity;
  queued_ = runnable_ = 1;
  begin_turn(entity, now);
}

/// dequeue_entity.
bool FairQueue::leave(Entity& entity, Instant now, bool ends) {
  update(now);
  --runnable_;
  if (queued_ == 1) {
    // Who is alone is the average.
    if (rules_->eevdf) move_origin(entity.vruntime - origin_);
    entity.lag = 0;
  } else if (rules_->eevdf) {
    const bool in_debt = rules_->delays_dequeue && !ends && !eligible(entity.vruntime);
    entity.lag = lag_of(entity);
    if (in_debt) {
      running_ = nullptr;
      entity.standing = Standing::delayed;
      insert(entity);
      return false;
    }
  }
  running_ = nullptr;
  go(entity);
  return true;
}

/// finish_delayed_dequeue_entity, with DELAY_ZERO: the debt is paid, and no more than that.
void FairQueue::finish_delay(Entity& entity) {
  entity.lag = std::min<Virtual>(std::max(lag_of(entity), entity.lag), 0);
  remove(entity);
  go(entity);
}

/// requeue_delayed_entity.
void FairQueue::wake_delayed(Entity& entity, Instant now) {
  update(now);
  const Virtual lag = lag_of(entity);
  if (lag > 0) {
    remove(entity);
    --queued_;
    entity.lag = 0;
    place(entity, Comes::woken);
    insert(entity);
    ++queued_;
  }
  entity.standing = Standing::queued;
  ++runnable_;
}

void FairQueue::take(Entity& entity) {
  if (rules_->eevdf) entity.lag = lag_of(entity);
  remove(entity);
  unlink(entity);
  forget(entity);
  if (rules_->keeps_deadline) {
    entity.deadline -= entity.vruntime;
    entity.keeps = true;
  }
  --queued_;
  if (entity.standing == Standing::queued) --runnable_;
  entity.standing = Standing::away;
}

/// Before 6.6 a thread's place relative to the others goes with it (migrate_task_rq_fair, dequeue_entity).
void FairQueue::forget(Entity& entity) const {
  if (rules_->eevdf || entity.keeps) return;
  entity.vruntime -= origin_;
  entity.keeps = true;
}

/// update_curr, update_deadline; CFS: update_min_vruntime.
bool FairQueue::update(Instant now) {
  if (running_ == nullptr) return false;
  Entity& entity = *running_;
  const Duration ran = now - entity.since;
  if (ran > Duration::zero()) {
    if (queued_ == 1 && rules_->eevdf) tick_alone(entity, now);
    entity.since = now;
    entity.vruntime += virtual_time(ran, entity.weight);
  }
  if (!rules_->eevdf) {
    entity.lag += ran.count();
    const Virtual behind = timeline_.empty() ? entity.vruntime : std::min(entity.vruntime, timeline_.first()->vruntime);
    if (behind > origin_) move_origin(behind - origin_);
    return false;
  }
  if (entity.vruntime < entity.deadline) return false;
  entity.deadline = entity.vruntime + request_of(entity);
  return true;
}

/// A thread that runs alone gets new requests at the ticks all the same, though nobody makes those happen.
void FairQueue::tick_alone(Entity& entity, Instant now) const {
  const auto real = [&](Virtual time) {
    return Duration(static_cast<std::int64_t>((Wide{time} * entity.weight + kNormalWeight - 1) / kNormalWeight));
  };
  const auto up = [](Duration time, Duration step) { return (time + step - Duration(1)) / step; };
  const Duration tick = rules_->tick;
  const Instant done = entity.since + real(std::max<Virtual>(entity.deadline - entity.vruntime, 0));
  const Instant first = done <= first_tick_ ? first_tick_ : first_tick_ + up(done - first_tick_, tick) * tick;
  if (first >= now) return;
  const Duration step = up(real(request_of(entity)), tick) * tick;
  const Instant last = first + (now - first) / step * step;
  entity.deadline = entity.vruntime + virtual_time(last - entity.since, entity.weight) + request_of(entity);
}

bool FairQueue::should_look(bool done, bool at_tick) const {
  if (running_ == nullptr || queued_ < 2) return false;
  const Entity& entity = *running_;
  if (rules_->eevdf) return done || (rules_->ends_protection && entity.vruntime >= entity.lag);
  // check_preempt_tick.
  if (!at_tick) return false;
  const Duration turn = std::min(turn_of(entity), rules_->latency);
  if (entity.lag > turn.count()) return true;
  if (entity.lag < rules_->slice.count()) return false;
  return entity.vruntime - timeline_.first()->vruntime > turn.count();
}

/// sched_slice: a round is shared by weight; a turn has a shortest length.
Duration FairQueue::turn_of(const Entity& entity) const {
  const std::int64_t threads = queued_ + (entity.on_queue() ? 0 : 1);
  const std::int64_t few = rules_->latency / rules_->slice;
  const Duration round = threads > few ? threads * rules_->slice : rules_->latency;
  const Weight all = weight() + (entity.on_queue() ? 0 : Weight{entity.weight});
  const auto turn = static_cast<std::int64_t>(Wide{std::int64_t{round.count()}} * entity.weight / all);
  return std::max(Duration(turn), rules_->slice);
}

/// check_preempt_wakeup_fair; CFS: wakeup_preempt_entity.
bool FairQueue::interrupts(const Entity& woken) {
  if (running_ == nullptr) return true;
  if (rules_->eevdf) return best(true) == &woken;
  return running_->vruntime - woken.vruntime > virtual_time(rules_->wakeup_lead, woken.weight);
}

/// pick_eevdf; CFS: pick_next_entity. A running thread whose turn is protected goes on (RUN_TO_PARITY).
Entity* FairQueue::best(bool protects) const {
  if (!rules_->eevdf) {
    Entity* const first = timeline_.first();
    return first == nullptr || (running_ != nullptr && running_->vruntime < first->vruntime) ? running_ : first;
  }
  if (queued_ == 1) return running_ != nullptr ? running_ : timeline_.first();
  Entity* const goes_on = running_ != nullptr && eligible(running_->vruntime) ? running_ : nullptr;
  if (goes_on != nullptr && protects && goes_on->vruntime < goes_on->lag) return goes_on;
  Entity* const found = timeline_.first_eligible([this](Virtual vruntime) { return eligible(vruntime); });
  return found == nullptr || (goes_on != nullptr && goes_on->deadline < found->deadline) ? goes_on : found;
}

Entity* FairQueue::pick(Instant now) {
  for (;;) {
    Entity* const next = queued_ == 0 ? nullptr : best(true);
    if (next == nullptr || next == running_) return next;
    if (next->standing == Standing::delayed) {
      finish_delay(*next);
      continue;
    }
    if (running_ != nullptr) put_back(now);
    run(*next, now);
    return next;
  }
}

/// set_next_entity.
void FairQueue::run(Entity& entity, Instant now) {
  remove(entity);
  begin_turn(entity, now);
  renew(entity);
}

void FairQueue::begin_turn(Entity& entity, Instant now) {
  entity.standing = Standing::running;
  entity.since = now;
  entity.lag = rules_->eevdf ? entity.deadline : 0;
  running_ = &entity;
}

void FairQueue::put_back(Instant now) {
  Entity& entity = *running_;
  update(now);
  running_ = nullptr;
  entity.standing = Standing::queued;
  insert(entity);
}

void FairQueue::shift(Duration by, Virtual on) {
  for (Entity* entity = newest_; entity != nullptr; entity = entity->links->older) {
    entity->vruntime += on;
    entity->deadline += on;
    entity->links->earliest += on;
    if (entity->standing == Standing::running) {
      entity->since += by;
      if (rules_->eevdf) entity->lag += on;
    }
    entity->runnable.shift(by);
  }
  origin_ += on;
}

}  // namespace spawnpoint::kernel
