// SPDX-License-Identifier: GPL-3.0-or-later
// A buffer of event keys that grows but never initializes what it has no key for yet: the event queue fills one for
// each bucket that it reaches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/memory/huge_page_allocator.hpp"
#include "core/simulation/event_key.hpp"

namespace spawnpoint {

class KeyBuffer {
 public:
  KeyBuffer() = default;
  KeyBuffer(KeyBuffer&& other) noexcept
      : keys_{std::exchange(other.keys_, nullptr)},
        size_{std::exchange(other.size_, 0)},
        capacity_{std::exchange(other.capacity_, 0)} {}
  KeyBuffer& operator=(KeyBuffer&&) = delete;
  ~KeyBuffer() {
    if (keys_) HugePageAllocator<EventKey>{}.deallocate(keys_, capacity_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  EventKey* begin() noexcept { return keys_; }
  EventKey* end() noexcept { return keys_ + size_; }
  const EventKey* begin() const noexcept { return keys_; }
  const EventKey* end() const noexcept { return keys_ + size_; }
  /// Up to here there is room.
  EventKey* limit() noexcept { return keys_ + capacity_; }
  void clear() noexcept { size_ = 0; }

  /// Room for `count` more keys, to be written at end(); then grow() by as many as were.
  void make_room(std::size_t count) {
    if (capacity_ - size_ < count) [[unlikely]]
      move_to(std::max(size_ + count, 2 * capacity_));
  }
  void grow(std::size_t count) noexcept { size_ += count; }

  void append(const EventKey* from, const EventKey* to) {
    const auto count = static_cast<std::size_t>(to - from);
    make_room(count);
    std::copy(from, to, end());
    grow(count);
  }

 private:
  void move_to(std::size_t capacity) {
    EventKey* const larger = HugePageAllocator<EventKey>{}.allocate(capacity);
    std::copy(keys_, keys_ + size_, larger);
    if (keys_) HugePageAllocator<EventKey>{}.deallocate(keys_, capacity_);
    keys_ = larger;
    capacity_ = capacity;
  }

  EventKey* keys_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace spawnpoint
