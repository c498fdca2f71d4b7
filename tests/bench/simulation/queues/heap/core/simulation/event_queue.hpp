// SPDX-License-Identifier: GPL-3.0-or-later
// For comparison: the simulation on a plain 4-ary heap.
#pragma once

#include "core/simulation/event_heap.hpp"

namespace spawnpoint {

class EventQueue {
 public:
  explicit EventQueue(std::uint64_t first_sequence = 0) noexcept : sequence_{first_sequence} {}

  std::size_t size() const noexcept { return heap_.size(); }
  void push(std::uint64_t time, std::uint32_t slot) { heap_.push(EventKey{time, sequence_++, slot}); }
  template <typename Announce>
  const EventKey* peek(Announce) {
    return peek();
  }
  const EventKey* peek() { return heap_.empty() ? nullptr : &heap_.top(); }
  void pop() noexcept { heap_.pop(); }
  const EventKey* peek_alone(std::uint64_t) const noexcept { return nullptr; }
  void pop_alone() noexcept {}
  bool nothing_until(std::uint64_t) const noexcept { return false; }
  template <typename Predicate>
  void erase_if(Predicate) {}

 private:
  EventHeap heap_;
  std::uint64_t sequence_;
};

}  // namespace spawnpoint
