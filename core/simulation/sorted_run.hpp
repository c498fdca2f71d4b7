// SPDX-License-Identifier: GPL-3.0-or-later
// The keys that come next, in order, in an array that is popped from its front. Where a simulation has few events
// ahead, or schedules one that is due soon, the new key goes right among them: that costs a few moves, less than any
// other structure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/simulation/event_key.hpp"
#include "core/simulation/key_buffer.hpp"

namespace spawnpoint {

class SortedRun {
 public:
  SortedRun() { assign(0); }

  bool empty() const noexcept { return at_ == end_; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  const EventKey* begin() const noexcept { return at_; }
  const EventKey* end() const noexcept { return end_; }
  /// Behind the last key there is always one of this time, later than all.
  static constexpr std::uint64_t kNoTime = std::numeric_limits<std::uint64_t>::max();
  const EventKey& front() const noexcept { return *at_; }
  void pop() noexcept { ++at_; }
  void clear() noexcept { at_ = end_; }

  /// In place of the keys that are there, `count` others, which the caller writes, in order, to where this points.
  EventKey* assign(std::size_t count) {
    memory_.clear();
    memory_.make_room(count + 2 * kRoom);
    at_ = memory_.begin() + kRoom;
    end_ = at_ + count;
    *end_ = EventKey{kNoTime, 0, 0};
    return at_;
  }

  /// `key` is the youngest of all, so it goes behind those of its time. False where too many keys would have to move,
  /// as its place is far from both ends, or where there is no room: perhaps make_room() can help.
  bool insert(EventKey key) noexcept {
    if (empty() || end_[-1].time() <= key.time()) {
      if (end_ + 1 == memory_.limit()) [[unlikely]]
        return false;
      end_[1] = end_[0];
      *end_++ = key;
      return true;
    }
    if (at_ == memory_.begin() || (size() > kReach && at_[kReach].time() <= key.time())) [[unlikely]]
      return false;
    // The last key is later, so this ends.
    EventKey* hole = --at_;
    for (EventKey next = hole[1]; next.time() <= key.time(); next = hole[1]) *hole++ = next;
    *hole = key;
    return true;
  }

  /// Moves few keys to the middle of the memory. False where they are many, or there already.
  bool make_room() noexcept {
    const std::size_t count = size();
    EventKey* const to = memory_.begin() + (memory_.limit() - memory_.begin() - static_cast<std::ptrdiff_t>(count)) / 2;
    if (count > kReach || at_ == to) return false;
    std::memmove(static_cast<void*>(to), at_, (count + 1) * sizeof(EventKey));
    at_ = to;
    end_ = to + count;
    return true;
  }

 private:
  /// How many keys may move for a new one, and how much room there is at first before and behind the keys. Measured.
  static constexpr std::size_t kReach = 16;
  static constexpr std::size_t kRoom = 64;

  KeyBuffer memory_;
  EventKey* at_ = nullptr;
  EventKey* end_ = nullptr;
};

}  // namespace spawnpoint
