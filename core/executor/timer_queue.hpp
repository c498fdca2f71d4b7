// SPDX-License-Identifier: GPL-3.0-or-later
// TimerQueue: the executor's sleepers. Sleeps of a few frequent durations go into lanes, all others into a wheel. It
// has no clock of its own: the reading comes from outside, one for many sleeps.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "core/coroutine/frame_arena.hpp"
#include "core/executor/duration_lane.hpp"
#include "core/executor/parked.hpp"
#include "core/executor/timer_wheel.hpp"
#include "core/units.hpp"

namespace spawnpoint {

/// Fires in the order of deadlines, never before a deadline. Equal deadlines fire in the order in which their sleeps
/// started; only an absolute deadline (or a sleep in the wheel) that equals, to the nanosecond, one of a lane goes
/// first.
class TimerQueue {
 public:
  /// This many sleeps may wait for one reading of the clock.
  static constexpr std::size_t kMaxUndated = 64;

  /// `arena` holds what is kept for the sleepers and must outlive the queue.
  explicit TimerQueue(FrameArena& arena) noexcept : arena_(&arena), wheel_(arena) {}
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue();

  /// A sleep of `duration` from the next reading of the clock on. At most kMaxUndated of them may wait for that.
  void add(Parked& parked, Duration duration) { add_undated(parked, duration.count(), /*relative=*/true); }
  void add(Parked& parked, Instant deadline) {
    add_undated(parked, deadline.time_since_epoch().count(), /*relative=*/false);
  }
  [[nodiscard]] std::size_t undated() const { return undated_count_; }
  /// Dates the sleeps that were added since the last call. `now` was read after they were added, so none is early.
  void date(Instant now);

  /// Calls fire(Parked&) for each that is due. Those that are added meanwhile wait for the next round.
  template <class Fire>
  void fire(Instant now, Fire&& fire) {
    wheel_.begin_round();
    for (;;) {
      const Instant wheel_front = wheel_.front(now);
      DurationLane* lane = first_lane();
      const Instant lane_front = lane == nullptr ? kNever : lane->front();
      if (wheel_front <= now && wheel_front <= lane_front) {
        wheel_.fire_front(std::min(now, lane_front), fire);
      } else if (lane != nullptr && lane_front <= now) {
        lane->fire_front(fire);
        lane->trim(*arena_);
      } else {
        return;
      }
    }
  }
  /// When to look again: the first deadline or, for a far one, a moment before it; kNever where nobody sleeps.
  [[nodiscard]] Instant next_wake();

 private:
  static constexpr std::size_t kLanes = 8;

  struct Undated {
    Parked::Slot slot;
    std::int64_t time;
    bool relative;
  };

  void add_undated(Parked& parked, std::int64_t time, bool relative) {
    assert(undated_count_ < kMaxUndated);
    Undated& undated = undated_[undated_count_++];
    undated.time = time;
    undated.relative = relative;
    parked.move_to(undated.slot);
  }
  /// The lane of a duration, null if it has none.
  DurationLane* lane_for(Duration duration);
  /// The lane with the first deadline; of equal ones the longest sleep, as it started first. Null if all are empty.
  DurationLane* first_lane();

  FrameArena* arena_;
  std::array<DurationLane, kLanes> lanes_;
  DurationLane* last_used_ = lanes_.data();
  TimerWheel wheel_;
  std::array<Undated, kMaxUndated> undated_;
  std::size_t undated_count_ = 0;
};

}  // namespace spawnpoint
