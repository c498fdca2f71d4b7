// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that only take turns are computed in leaps. What the scheduler does follows from its state alone: as soon as
// that is what it was some ticks ago, each such period repeats the last one, until a thread comes to the end of its
// request or something else happens. So the periods before that are passed at once.
#include <algorithm>

#include "core/simulation/end_of_time.hpp"
#include "models/kernel/kernel.hpp"

namespace spawnpoint::kernel {

namespace {

/// Ticks with nothing in between after which a period is looked for.
constexpr std::uint64_t kQuiet = 16;
/// Larger crowds come to the ends of their requests before their turns repeat.
constexpr std::int64_t kMostThreads = 4096;

}  // namespace

/// To be called at a tick, last. True: the beat is armed for the first tick after the leap.
bool Kernel::leap() {
  Turns& turns = turns_;
  if (std::exchange(turns.disturbed, false)) {
    turns.quiet = 0;
    turns.scheduler.reset();
    return false;
  }
  ++turns.quiet;
  if (turns.quiet < kQuiet || !periodic_ || scheduler_.waiting() > kMostThreads) return false;
  // A snapshot is taken each time that the quiet has doubled: a period is found within the threefold of its length
  // (Brent's algorithm).
  if ((turns.quiet & (turns.quiet - 1)) == 0) {
    turns.outline = scheduler_.outline(now());
    turns.scheduler = snapshot();
    turns.left = what_is_left(*turns.scheduler);
    turns.main_cpu = main_cpu_;
    turns.at = now();
    return false;
  }
  if (!turns.scheduler || scheduler_.outline(now()) != turns.outline) return false;
  const Scheduler::Snapshot here = snapshot();
  return here.shape == turns.scheduler->shape && pass_periods(here);
}

Scheduler::Snapshot Kernel::snapshot() {
  Scheduler::Snapshot taken = scheduler_.snapshot(now());
  for (const Core& core : cores_)
    taken.shape.push_back(is_long_switch(core) ? -1 : std::int64_t{std::max(core.settled - now(), Duration{}).count()});
  return taken;
}

/// Of each thread of the snapshot what it has left of its request.
std::vector<Duration> Kernel::what_is_left(const Scheduler::Snapshot& snapshot) {
  for (Core& core : cores_)
    if (core.running != nullptr) charge(core);
  std::vector<Duration> left;
  for (const Entity* entity : snapshot.threads) left.push_back(thread_of(*entity).request.cpu);
  return left;
}

/// From now to `until` all of them take turns.
void Kernel::tell_of_turns(const Scheduler::Snapshot& here, Instant until) {
  for (const Entity* entity : here.threads) {
    if (entity->standing != Standing::queued) continue;
    observer_->taken_up(thread_of(*entity).id, now());
    observer_->set_aside(thread_of(*entity).id, until);
  }
  for (const Core& core : cores_) {
    if (!scheduler_.is_crowded(core.id) || core.running == nullptr) continue;
    observer_->has_turns(core.id, now());
    observer_->has_thread(core.id, core.running->id, until);
  }
}

bool Kernel::pass_periods(const Scheduler::Snapshot& here) {
  const Duration period = now() - turns_.at;
  const std::vector<Duration> left = what_is_left(here);
  std::int64_t periods = INT64_MAX;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (here.threads[i]->standing == Standing::delayed) continue;
    const Duration comes_on = turns_.left[i] - left[i];
    // Within a period no thread does more than the period is long.
    periods = comes_on <= Duration::zero() ? 0 : std::min<std::int64_t>(periods, (left[i] - period) / comes_on);
  }
  for (const Core& core : cores_)
    if (is_long_switch(core)) periods = std::min<std::int64_t>(periods, (core.settled - now()) / period - 1);
  if (periods <= 0) return false;
  // Those that share their core are looked after here; the others' timers stay as they are. A whole period is left to
  // be computed in any case: in it all timers are armed in the order in which they always are.
  for (Core& core : cores_)
    if (scheduler_.is_crowded(core.id)) simulation_->cancel(core);
  simulation_->cancel(beat_);
  periods = std::min<std::int64_t>(periods, (simulation_->next_event_time() - now()) / period - 1);
  if (periods > 0) {
    for (std::size_t i = 0; i < left.size(); ++i)
      thread_of(*here.threads[i]).request.cpu -= (turns_.left[i] - left[i]) * periods;
    scheduler_.pass_periods(*turns_.scheduler, here, period, periods);
    if (watches_threads_) tell_of_turns(here, now() + period * periods);
    main_cpu_ += (main_cpu_ - turns_.main_cpu) * periods;
    for (Core& core : cores_)
      if (core.running != nullptr) {
        core.since += period * periods;
        if (!is_long_switch(core)) core.settled += period * periods;
      }
    turns_ = Turns{};
  }
  for (Core& core : cores_)
    if (core.running != nullptr && !core.armed()) arm(core);
  if (periods <= 0) return false;
  const Instant at = now() + period * periods;
  simulation_->schedule(beat_, before_the_end(std::min(scheduler_.next_tick(at), scheduler_.next_renewal())));
  return true;
}

}  // namespace spawnpoint::kernel
