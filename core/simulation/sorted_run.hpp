// SPDX-License-Identifier: GPL-3.0-or-later
// The keys that come next, in order, in an array that is popped from its front. Where a simulation has few events
// ahead, or schedules one that is due soon, the new key goes right among them: that costs a few moves, less than any
// other structure.
#pragma once

#include <cstddef>
#include <cstring>

#include "core/simulation/event_key.hpp"
#include "core/simulation/key_buffer.hpp"

namespace spawnpoint {

class SortedRun {
 public:
  bool empty() const noexcept { return at_ == end_; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  const EventKey* begin() const noexcept { return at_; }
  const EventKey* end() const noexcept { return end_; }
  const EventKey& front() const noexcept { return *at_; }
  void pop() noexcept { ++at_; }
  void clear() noexcept { at_ = end_; }

  /// In place of the keys that are there, `count` others, which the caller writes, in order, to where this points.
  EventKey* assign(std::size_t count) {
    memory_.clear();
    memory_.make_room(count + 2 * kRoom);
    at_ = memory_.begin() + kRoom;
    end_ = at_ + count;
    return at_;
  }

  /// False where too many keys would have to move: its place is far from both ends.
  bool insert(const EventKey& key) {
    const std::size_t count = size();
    if (count == 0 || end_[-1] < key) {
      if (end_ == memory_.limit()) [[unlikely]] {
        if (!make_room()) return false;
      }
      *end_++ = key;
      return true;
    }
    if (count > kReach && at_[kReach] < key) return false;
    if (at_ == memory_.begin()) [[unlikely]] {
      if (!make_room()) return false;
    }
    // The last key is larger, so this ends.
    EventKey* hole = --at_;
    for (EventKey next = hole[1]; next < key; next = hole[1]) *hole++ = next;
    *hole = key;
    return true;
  }

 private:
  /// How many keys may move for a new one, and how much room there is at first before and behind the keys. Measured.
  static constexpr std::size_t kReach = 16;
  static constexpr std::size_t kRoom = 64;

  /// Moves few keys to the middle. False where they are many.
  bool make_room() {
    const std::size_t count = size();
    if (count > kReach) return false;
    const EventKey* const from = at_;
    if (memory_.limit() == memory_.begin()) memory_.make_room(2 * kRoom);
    EventKey* const to = memory_.begin() + (memory_.limit() - memory_.begin() - static_cast<std::ptrdiff_t>(count)) / 2;
    if (count > 0) std::memmove(static_cast<void*>(to), from, count * sizeof(EventKey));
    at_ = to;
    end_ = to + count;
    return true;
  }

  KeyBuffer memory_;
  EventKey* at_ = nullptr;
  EventKey* end_ = nullptr;
};

}  // namespace spawnpoint
