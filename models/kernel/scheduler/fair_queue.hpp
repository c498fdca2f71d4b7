// SPDX-License-Identifier: GPL-3.0-or-later
// FairQueue: the ordinary threads of one core, and whose turn it is: EEVDF from Linux 6.6 on, CFS before. It knows
// virtual time; where threads run and what they do is not its business. The functions that are named are those of
// kernel/sched/fair.c.
//
// EEVDF: V, the average of all virtual runtimes by weight, is where each thread ought to be. A thread that is not ahead
// of V is eligible, and of those the one with the earliest deadline runs: until its deadline, unless it gets ahead of V
// and another one wakes. CFS: the one that is furthest behind runs.
#pragma once

#include <cstdint>

#include "core/units.hpp"
#include "models/kernel/scheduler/entity.hpp"
#include "models/kernel/scheduler/link_pool.hpp"
#include "models/kernel/scheduler/rules.hpp"
#include "models/kernel/scheduler/timeline.hpp"

namespace spawnpoint::kernel {

/// Why a thread comes to a queue.
enum class Comes : std::uint8_t { created, woken, moved };

class FairQueue {
 public:
  /// Ticks come at `first_tick` and from then on. All queues between which threads move share their links.
  FairQueue(const Rules& rules, Instant first_tick, LinkPool& links)
      : rules_(&rules), links_(&links), first_tick_(first_tick) {}

  /// Puts a thread on the queue; to be called after update().
  void enqueue(Entity& entity, Comes how);
  /// The same on an empty queue, whose thread runs from now on.
  void run_alone(Entity& entity, Comes how, Instant now);
  /// The running thread goes to sleep, or ends. False: it is in debt, and stays queued until that is paid.
  bool leave(Entity& entity, Instant now, bool ends);
  /// A queued thread that was delayed has woken.
  void wake_delayed(Entity& entity, Instant now);
  /// Takes a waiting thread away, to another core.
  void take(Entity& entity);
  /// A thread that has slept here will wake elsewhere.
  void forget(Entity& entity) const;

  /// Accounts for what the running thread has run. True: its request is done, and another thread may be next.
  bool update(Instant now);
  /// After update() has given `done`: whether the core should look for another thread.
  bool should_look(bool done, bool at_tick) const;
  /// Whether a thread that was just put on the queue should interrupt the running one; after update().
  bool interrupts(const Entity& woken);

  /// The thread that should run, which is then `running()`; null if there is none.
  Entity* pick(Instant now);
  /// Puts the running thread back among the waiting ones, so that none runs.
  void put_back(Instant now);

  Entity* running() const { return running_; }
  /// Whoever runs is the only one that there is.
  bool is_simple() const { return queued_ == 0 || (queued_ == 1 && running_ != nullptr); }
  /// Threads that are queued, the running one and delayed ones among them.
  std::int64_t queued() const { return queued_; }
  /// Those that are not delayed.
  std::int64_t runnable() const { return runnable_; }
  /// Of all that are queued.
  Weight weight() const { return waiting_weight_ + (running_ != nullptr ? running_->weight : 0); }
  /// The one that ran or came last; the others follow by their links.
  Entity* newest() const { return newest_; }
  Entity* oldest() const { return oldest_; }
  /// Makes it the newest.
  void renew(Entity& entity);

  /// V: where every thread ought to be (avg_vruntime); CFS: how far the one that is furthest behind has come.
  Virtual average();
  bool eligible(Virtual vruntime) const;
  const Timeline& timeline() const { return timeline_; }
  Virtual origin() const { return origin_; }

  /// A time has passed in which the threads only took turns: each of them has come on by `on`.
  void shift(Duration by, Virtual on);

 private:
  __extension__ using Wide = __int128;

  Entity* best(bool protects) const;
  Virtual lag_of(const Entity& entity);
  void place(Entity& entity, Comes how);
  void insert(Entity& entity);
  void remove(Entity& entity);
  void run(Entity& entity, Instant now);
  void begin_turn(Entity& entity, Instant now);
  void place_fairly(Entity& entity, Comes how);
  void unlink(Entity& entity);
  /// It is in no queue any more.
  void go(Entity& entity);
  void finish_delay(Entity& entity);
  void tick_alone(Entity& entity, Instant now) const;
  void move_origin(Virtual by) {
    origin_ += by;
    waiting_sum_ -= Wide{waiting_weight_} * by;
  }
  Duration turn_of(const Entity& entity) const;
  Virtual request_of(const Entity& entity) const { return virtual_time(rules_->slice, entity.weight); }

  const Rules* rules_;
  LinkPool* links_;
  Instant first_tick_;
  Timeline timeline_;
  Entity* running_ = nullptr;  ///< Not in the timeline.
  Entity* newest_ = nullptr;
  Entity* oldest_ = nullptr;
  Virtual origin_ = 0;    ///< Virtual runtimes are summed relative to it. CFS: min_vruntime.
  Wide waiting_sum_ = 0;  ///< Of (vruntime - origin) x weight, of those in the timeline.
  Weight waiting_weight_ = 0;
  std::int64_t queued_ = 0;
  std::int64_t runnable_ = 0;
};

}  // namespace spawnpoint::kernel
