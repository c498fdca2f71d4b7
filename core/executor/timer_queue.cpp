// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/timer_queue.hpp"

namespace spawnpoint {

TimerQueue::~TimerQueue() {
  for (std::size_t i = 0; i < undated_count_; ++i) {
    if (undated_[i].slot != nullptr) undated_[i].slot->unpark();
  }
}

void TimerQueue::date(Instant now) {
  for (std::size_t i = 0; i < undated_count_; ++i) {
    const Undated& undated = undated_[i];
    if (undated.slot == nullptr) continue;
    if (!undated.relative) {
      wheel_.add(*undated.slot, Instant(Duration(undated.time)));
      continue;
    }
    const Duration duration(undated.time);
    const Instant deadline = duration > kNever - now ? kNever : now + duration;
    if (DurationLane* lane = lane_for(duration)) {
      lane->append(*undated.slot, deadline, arena_);
    } else {
      wheel_.add(*undated.slot, deadline);
    }
  }
  undated_count_ = 0;
}

Instant TimerQueue::next_wake() {
  Instant next = wheel_.next_wake();
  for (DurationLane& lane : lanes_) {
    lane.drop_cancelled();
    lane.trim(arena_);
    next = std::min(next, lane.front());
  }
  return next;
}

DurationLane* TimerQueue::lane_for(Duration duration) {
  if (last_used_->duration() == duration && !last_used_->empty()) return last_used_;
  DurationLane* empty = nullptr;
  for (DurationLane& lane : lanes_) {
    if (lane.empty()) {
      empty = &lane;
    } else if (lane.duration() == duration) {
      return last_used_ = &lane;
    }
  }
  if (empty != nullptr) {
    empty->set_duration(duration);
    last_used_ = empty;
  }
  return empty;
}

DurationLane* TimerQueue::first_lane() {
  DurationLane* first = nullptr;
  Instant first_front = kNever;
  for (DurationLane& lane : lanes_) {
    if (lane.empty()) continue;
    const Instant front = lane.front();
    if (first == nullptr || front < first_front || (front == first_front && lane.duration() > first->duration())) {
      first = &lane;
      first_front = front;
    }
  }
  return first;
}

}  // namespace spawnpoint
