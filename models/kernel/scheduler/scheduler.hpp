// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduler: which thread runs on which core. It is told what threads do and what time it is, and says which cores
// should look for another thread; who asks it keeps the time and does the switching. It knows of a thread only its
// Entity.
//
// All cores share one last-level cache and are one scheduling domain, as on a machine without NUMA, and are alike. The
// functions that are named are the kernel's, of kernel/sched/fair.c where nothing else is said.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/simulation/random_stream.hpp"
#include "core/units.hpp"
#include "models/kernel/scheduler/core_set.hpp"
#include "models/kernel/scheduler/entity.hpp"
#include "models/kernel/scheduler/fair_queue.hpp"
#include "models/kernel/scheduler/idle_order.hpp"
#include "models/kernel/scheduler/link_pool.hpp"
#include "models/kernel/scheduler/newly_idle.hpp"
#include "models/kernel/scheduler/quota.hpp"
#include "models/kernel/scheduler/real_time_queue.hpp"
#include "models/kernel/scheduler/rules.hpp"
#include "models/machine/scheduling.hpp"

namespace spawnpoint::kernel {

class Scheduler {
 public:
  struct Setup {
    std::size_t cores = 1;
    Policy policy = Policy::other;
    std::optional<Duration> quota;  ///< Processor time in each of Rules::quota_period.
    std::uint64_t seed = 1;         ///< Of what nobody is promised: when ticks come, which core is first.
  };

  Scheduler(const Rules& rules, const Setup& setup);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Whether that core should pick() now.
  struct Verdict {
    CoreId core;
    bool look;
  };
  /// The first thread: on any core.
  Verdict start(Entity& entity, Instant now) { return put(entity, first_core_, Comes::created, now); }
  /// A thread that was created by one on `parent`.
  Verdict create(Entity& entity, CoreId parent, Instant now);
  /// A thread wakes that slept or waited; what wakes it happens on `waker`.
  Verdict wake(Entity& entity, CoreId waker, Instant now) {
    // While nobody waits most of them find their core as they have left it.
    if (calm_ && idle_.has(entity.core())) return put(entity, entity.core(), Comes::woken, now);
    return wake_and_place(entity, waker, now);
  }
  /// The core's thread sleeps, waits or ends. Gives the one that runs from now on, as pick() does.
  Entity* leave(CoreId core, Instant now, bool ends) {
    if (calm_) return leave_calmly(core, now, ends);
    note_waiting(now);
    --runnable_;
    leave_queue(core, now, ends);
    return pick_queued(core, now);
  }
  /// The thread that runs on the core from now on, perhaps one that is taken from another core; null: none.
  Entity* pick(CoreId core, Instant now) { return calm_ ? pick_calmly(core, now) : pick_queued(core, now); }
  Entity* running(CoreId core) const { return cores_[core].running; }

  /// When tick() is due next; kNever while no tick would change anything.
  Instant next_tick(Instant now) const;
  /// Whether a tick is at that very moment.
  bool at_tick(Instant now) const {
    return now >= first_tick_ && (now - first_tick_) % rules_->tick == Duration::zero();
  }
  /// Something that all cores wait for between ticks: the end of a quota's period. kNever: nothing.
  Instant next_renewal() const { return quota_ ? quota_->next() : kNever; }
  /// Cores that may run again.
  std::vector<CoreId> renew_quota(Instant now) { return quota_->renew(now); }
  /// A tick of the core, and its balancing when that is due. True: it should pick().
  bool tick(CoreId core, Instant now);
  /// Whether a tick of this core can change anything.
  bool needs_tick(CoreId core) const { return !crowded_.empty() || runs_on_quota(core); }
  /// Whether next_tick() or next_renewal() may be other than kNever.
  bool needs_beat() const { return !crowded_.empty() || quota_; }

  /// All that decides what comes next, apart from what the threads do: relative to the time and to each core's origin
  /// of virtual time. Where two are the same and no thread has done anything else in between, the time between them is
  /// a period after which all is the same again, except for how far everything has come.
  struct Snapshot {
    std::vector<std::int64_t> shape;
    std::vector<Virtual> origins;  ///< Of each core.
    std::vector<Entity*> threads;  ///< Those that are queued, core by core, each core's in the order of their turns.
    std::int64_t migrations = 0;
    Duration waited{};
    Duration throttled{};
    std::int64_t throttled_periods = 0;
  };
  Snapshot snapshot(Instant now);
  /// Few numbers that are the same in two snapshots of the same shape.
  std::uint64_t outline(Instant now);
  /// That many periods pass, each as that between the snapshots was.
  void pass_periods(const Snapshot& before, const Snapshot& now, Duration period, std::int64_t periods);

  std::size_t cores() const { return cores_.size(); }
  /// Other threads wait for the core besides the one that runs.
  bool is_crowded(CoreId core) const { return crowded_.has(core); }
  const FairQueue& queue(CoreId core) const { return cores_[core].fair; }
  /// Threads that could run and wait for a core.
  std::int64_t waiting() const { return runnable_ - running_; }
  const std::optional<Quota>& quota() const { return quota_; }
  std::int64_t migrations() const { return migrations_; }
  /// How long threads that could run have waited for a core, added up. Those of a quota that is used up wait too.
  Duration waited(Instant now) const { return waited_ + waiting() * (now - waited_at_); }
  /// The most that could run at a time, those that did among them.
  std::int64_t most_runnable() const { return most_runnable_; }
  /// How often it has looked at what a core carries.
  std::uint64_t looks() const { return looks_; }

 private:
  struct Core {
    Core(const Rules& rules, Instant first_tick, LinkPool& links) : fair(rules, first_tick, links) {}
    FairQueue fair;
    RealTimeQueue real_time;
    Entity* running = nullptr;
    bool busy = false;     ///< Has run something since it was last idle.
    bool look = false;     ///< It should pick.
    bool crowded = false;  ///< It is in crowded_.
    // While it is calm.
    Entity* comes = nullptr;  ///< Was put here and has yet to be picked.
    Duration calm_use{};      ///< How long it has run something.
    Average load;  ///< Of all threads that are or were last here: weight by the share of time that they were runnable.
    Average use;   ///< The share of time that it ran something, of 1024.
    // struct sched_domain, of which each core has its own.
    std::int64_t last_balance = 0;  ///< In ticks.
    std::int64_t interval = 1;      ///< In milliseconds.
    std::int64_t failed = 0;
    NewlyIdle newly_idle;
  };
  bool is_real_time() const { return policy_ != Policy::other; }
  bool runs_on_quota(CoreId core) const { return quota_ && cores_[core].running != nullptr; }
  std::int64_t tick_number(Instant now) const { return (now - first_tick_) / rules_->tick; }

  // Queues.
  Verdict put(Entity& entity, CoreId core, Comes how, Instant now) {
    if (calm_ && (cores_[core].running != nullptr || cores_[core].comes != nullptr)) end_calm(now);
    count_runnable(now);
    return calm_ ? put_calmly(entity, core, how, now) : put_queued(entity, core, how, now);
  }
  /// One more.
  void count_runnable(Instant now) {
    if (!calm_) note_waiting(now);
    most_runnable_ = std::max(most_runnable_, ++runnable_);
  }
  /// To be called before another number of threads waits.
  void note_waiting(Instant now) {
    waited_ += waiting() * (now - waited_at_);
    waited_at_ = now;
  }
  Verdict put_queued(Entity& entity, CoreId core, Comes how, Instant now);
  Verdict wake_and_place(Entity& entity, CoreId waker, Instant now);
  void leave_queue(CoreId core, Instant now, bool ends);
  Entity* pick_queued(CoreId core, Instant now);
  bool account(CoreId core, Instant now);
  Entity* pick_fair(CoreId core, Instant now);
  Entity* pick_real_time(CoreId core, Instant now);
  void note_crowd(CoreId core);
  /// Keeps the idle cores in the order in which they became so, and how much each is used.
  void note_busy(CoreId id, bool busy, Instant now) {
    Core& core = cores_[id];
    core.busy = busy;
    if (!calm_) core.use.advance(now, busy ? 0 : 1024);
    idle_.set(id, !busy);
    busy ? idle_order_.becomes_busy(id) : idle_order_.becomes_idle(id);
  }
  void join_load(Core& core, Entity& entity, Instant now);
  void hold_load(Core& core, Instant now) { core.load.advance(now, core.fair.weight()); }

  // While no thread has to wait: calm.cpp. Of a million threads each comes and goes like this, so it is done in place.
  Verdict put_calmly(Entity& entity, CoreId id, Comes how, Instant now) {
    entity.runnable.advance(now, how == Comes::created ? 1024 : 0);
    if (how == Comes::woken && entity.core() != id) {
      ++migrations_;
      cores_[entity.core()].fair.forget(entity);
    }
    entity.put_on(id);
    cores_[id].comes = &entity;
    return {id, true};
  }
  /// Nobody waits for the core that it leaves.
  Entity* leave_calmly(CoreId id, Instant now, bool ends) {
    Core& core = cores_[id];
    Entity& entity = *core.running;
    entity.standing = Standing::away;
    if (!ends) entity.runnable.advance(now, 1024);
    core.calm_use += now - entity.since;
    core.running = nullptr;
    core.look = false;
    --running_;
    --runnable_;
    note_busy(id, false, now);
    return nullptr;
  }
  Entity* pick_calmly(CoreId id, Instant now) {
    Core& core = cores_[id];
    core.look = false;
    if (core.comes == nullptr) return core.running;
    core.running = std::exchange(core.comes, nullptr);
    core.running->standing = Standing::running;
    core.running->since = now;
    ++running_;
    note_busy(id, true, now);
    return core.running;
  }
  void begin_calm_if_due(Instant now);
  void begin_calm(Instant now);
  void end_calm(Instant now);
  std::int64_t use_of(Core& core, Instant now) const;
  std::int64_t calm_use(const Core& core, Instant now) const;

  // Placement.
  CoreId place_woken(Entity& entity, CoreId waker, Instant now);
  CoreId place_real_time(CoreId prefers) const;
  CoreId idle_sibling(Entity& entity, CoreId target, Instant now);
  CoreId lighter_of(const Entity& entity, CoreId waker, Instant now);
  CoreId least_loaded(CoreId parent, Instant now);
  void update_reach(Instant now);

  // Balance.
  struct Group;
  enum class Busy : std::uint8_t { newly_idle, idle, busy };
  Group group_of(CoreId core, Instant now);
  bool balance(CoreId core, Busy busy, Instant now);
  bool balance_newly_idle(CoreId core, Instant now);
  bool balance_if_due(CoreId core, Instant now);
  std::optional<CoreId> busiest(CoreId core, Instant now);
  std::int64_t pull_load(CoreId to, CoreId from, std::int64_t imbalance, Instant now);
  std::int64_t pull_threads(CoreId to, CoreId from, std::int64_t imbalance, Busy busy, Instant now);
  bool may_move(const Core& to, const Entity& entity, Instant now) const;
  std::int64_t balance_ticks(const Core& core, bool busy) const;
  void move(Entity& entity, CoreId to, Instant now);

  const Rules* rules_;
  Policy policy_;
  LinkPool links_;
  std::vector<Core> cores_;
  CoreSet idle_;
  IdleOrder idle_order_;
  CoreSet crowded_;  ///< More threads than the one that runs.
  /// A core was crowded when somebody last looked, or has become so since (struct root_domain, overloaded).
  bool overloaded_ = false;
  RandomStream dice_;
  bool calm_ = false;
  Instant calm_since_{};
  Instant crowded_at_{};  ///< When a core was last seen crowded.
  std::optional<Quota> quota_;
  Instant first_tick_{};
  CoreId first_core_ = 0;
  std::int64_t turn_ticks_ = 1;
  std::int64_t runnable_ = 0;
  std::int64_t running_ = 0;
  std::int64_t most_runnable_ = 0;
  std::int64_t migrations_ = 0;
  /// What it takes to come into a queue, to be chosen and to leave it.
  static constexpr std::uint64_t kLooksOfTurn = 16;
  std::uint64_t looks_ = 0;
  Duration waited_{};
  Instant waited_at_{};     ///< Up to here; while it is calm nobody waits.
  std::int64_t reach_ = 0;  ///< How many cores are looked at for an idle one (sd_llc_shared, nr_idle_scan).
  Instant reach_known_until_{};
};

}  // namespace spawnpoint::kernel
