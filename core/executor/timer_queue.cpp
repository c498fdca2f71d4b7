// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/timer_queue.hpp"

#include <algorithm>
#include <span>

namespace spawnpoint {

TimerQueue::~TimerQueue() {
  for (std::size_t i = 0; i < undated_count_; ++i) {
    if (undated_[i].slot != nullptr) undated_[i].slot->unpark();
  }
}

void TimerQueue::date(Instant now) {
  const std::span<const Undated> all(undated_.data(), undated_count_);
  for (std::size_t i = 0; i < all.size();) {
    const Undated& first = all[i];
    if (!first.relative) {
      if (first.slot != nullptr) wheel_.add(*first.slot, Instant(Duration(first.time)));
      ++i;
      continue;
    }
    // Most often all of them are of one duration.
    std::size_t end = i + 1;
    while (end < all.size() && all[end].relative && all[end].time == first.time) ++end;
    const std::span<const Undated> equal = all.subspan(i, end - i);
    i = end;
    const Duration duration(first.time);
    const Instant deadline = duration > kNever - now ? kNever : now + duration;
    if (DurationLane* lane = lane_for(duration)) {
      lane->append(equal, deadline, *arena_);
    } else {
      for (const Undated& undated : equal) {
        if (undated.slot != nullptr) wheel_.add(*undated.slot, deadline);
      }
    }
  }
  undated_count_ = 0;
}

Instant TimerQueue::next_wake() {
  Instant next = wheel_.next_wake();
  for (DurationLane& lane : lanes_) {
    lane.drop_cancelled();
    lane.trim(*arena_);
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
