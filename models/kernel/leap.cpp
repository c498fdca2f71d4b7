// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that only take turns are computed in leaps. What the scheduler does follows from its state alone: as soon as
// that is what it was some ticks ago, each such period repeats the last one, until a thread comes to the end of its
// request or something else happens. So the periods before that are passed at once.
//
// With a quota, or nice values that differ, the state hardly ever comes back: what is left of a slice is some
// nanoseconds more or less each time. There, threads that have had thousands of turns go on at the pace that they have
// had: they are wrong by at most a turn in each of these stretches.
#include <algorithm>
#include <unordered_map>

#include "core/simulation/end_of_time.hpp"
#include "models/kernel/kernel.hpp"

namespace spawnpoint::kernel {

namespace {

/// Ticks with nothing in between after which a period is looked for.
constexpr std::uint64_t kQuiet = 16;
/// Larger crowds come to the ends of their requests before their turns repeat.
constexpr std::int64_t kMostThreads = 4096;
/// Of a run that is watched, so many turns are computed one by one, where they repeat exactly: only then is the outcome
/// the same.
constexpr std::int64_t kWatched = 200'000;
/// Slices that each thread must have had for its pace to be known.
constexpr std::int64_t kSteady = 4096;

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
    Scheduler::Snapshot here = snapshot();
    std::vector<Duration> left = what_is_left(here);
    if (turns.scheduler && has_steady_pace(here, left) && pass_periods(here, left)) return true;
    turns.outline = scheduler_.outline(now());
    turns.scheduler = std::move(here);
    turns.left = std::move(left);
    turns.main_cpu = main_cpu_;
    turns.busy = busy_;
    turns.at = now();
    return false;
  }
  if (!turns.scheduler || scheduler_.outline(now()) != turns.outline) return false;
  const Scheduler::Snapshot here = snapshot();
  if (here.shape != turns.scheduler->shape) return false;
  // Who watches sees each turn, as long as they can be told apart in a record; the outcome is the same.
  if (watches_threads_ && switches_ < kWatched) {
    turns = Turns{};
    return false;
  }
  return pass_periods(here, what_is_left(here));
}

/// Brings what was left at the last snapshot into the order of this one. False: they are not the same threads.
bool Kernel::has_steady_pace(const Scheduler::Snapshot& here, const std::vector<Duration>& left) {
  if (scheduling_.policy != Policy::other) return false;
  std::unordered_map<const Entity*, Duration> before;
  for (std::size_t i = 0; i < turns_.left.size(); ++i) before.emplace(turns_.scheduler->threads[i], turns_.left[i]);
  std::vector<Duration> then;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto found = before.find(here.threads[i]);
    const bool is_delayed = here.threads[i]->standing == Standing::delayed;
    if (found == before.end() && !is_delayed) return false;
    then.push_back(found == before.end() ? left[i] : found->second);
    if (!is_delayed && then.back() - left[i] < kSteady * rules_.slice) return false;
  }
  turns_.left = std::move(then);
  return true;
}

Scheduler::Snapshot Kernel::snapshot() {
  Scheduler::Snapshot taken = scheduler_.snapshot(now());
  for (const Core& core : cores_)
    taken.shape.push_back(is_long_switch(core) ? -1 : std::int64_t{std::max(core.settled - now(), Duration{}).count()});
  looks_ += taken.shape.size();
  return taken;
}

/// Of each thread of the snapshot what it has left of its request.
std::vector<Duration> Kernel::what_is_left(const Scheduler::Snapshot& snapshot) {
  for (Core& core : cores_)
    if (core.running != nullptr) charge(core);
  std::vector<Duration> left;
  for (Entity* const entity : snapshot.threads) left.push_back(thread_of(*entity).request.cpu);
  return left;
}

/// While periods are passed threads take turns, and change their cores. What is told of each is that it has a core for
/// as long as it has one in all of them, at a stretch: one after the other on the first core, then on the next one,
/// where one that begins at the end of a core goes on at the beginning of the next (McNaughton's wrap-around rule).
/// Where a quota leaves time, nobody has a core at the end of the last one.
void Kernel::tell_of_turns(const Scheduler::Snapshot& here, const std::vector<Duration>& left, Duration period,
                           std::int64_t periods) {
  const Duration length = period * periods;
  const Instant until = now() + length;
  Duration filled{};  // Of all cores, one after the other.
  std::vector<bool> shared(cores_.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    Entity& entity = *here.threads[i];
    if (entity.standing == Standing::delayed) continue;
    const ThreadId thread = thread_of(entity).id;
    const Duration time = (turns_.left[i] - left[i]) * periods;
    if (entity.standing == Standing::running && time >= length) continue;  // It keeps its core.
    shared[entity.core()] = true;
    const Duration begin = filled % length;
    const Duration end = begin + time;
    filled += time;
    if (begin > Duration::zero() && end <= length) observer_->set_aside(thread, now());
    if (end > length) {
      observer_->taken_up(thread, now());
      observer_->set_aside(thread, now() + (end - length));
    }
    observer_->taken_up(thread, now() + begin);
    observer_->set_aside(thread, std::min(now() + end, until));
  }
  for (const Core& core : cores_) {
    if (!shared[core.id]) continue;
    observer_->has_turns(core.id, now());
    if (core.running != nullptr) {
      observer_->has_thread(core.id, core.running->id, until);
    } else {
      observer_->has_none(core.id, until);
    }
  }
}

bool Kernel::pass_periods(const Scheduler::Snapshot& here, const std::vector<Duration>& left) {
  const Duration period = now() - turns_.at;
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
  // Those that share their core or are kept from it are looked after here; the others' timers stay as they are. A whole
  // period is left to be computed in any case: in it all timers are armed in the order in which they always are.
  for (Core& core : cores_)
    if (scheduler_.is_crowded(core.id) || scheduler_.quota()) simulation_->cancel(core);
  simulation_->cancel(beat_);
  periods = std::min<std::int64_t>(periods, (simulation_->next_event_time() - now()) / period - 1);
  if (periods > 0) {
    for (std::size_t i = 0; i < left.size(); ++i)
      thread_of(*here.threads[i]).request.cpu -= (turns_.left[i] - left[i]) * periods;
    scheduler_.pass_periods(*turns_.scheduler, here, period, periods);
    if (watches_threads_) tell_of_turns(here, left, period, periods);
    main_cpu_ += (main_cpu_ - turns_.main_cpu) * periods;
    busy_ += (busy_ - turns_.busy) * periods;
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
