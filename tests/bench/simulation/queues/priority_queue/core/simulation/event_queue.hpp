// SPDX-License-Identifier: GPL-3.0-or-later
// For comparison: the simulation on std::priority_queue.
#pragma once

#include <queue>
#include <tuple>
#include <vector>

#include "core/simulation/event_key.hpp"

namespace spawnpoint {

class EventQueue {
 public:
  explicit EventQueue(std::uint64_t first_sequence = 0) noexcept : sequence_{first_sequence} {}

  std::size_t size() const noexcept { return queue_.size(); }
  void push(std::uint64_t time, std::uint32_t slot) { queue_.push(EventKey{time, sequence_++, slot}); }
  template <typename Announce>
  const EventKey* peek(Announce) {
    return peek();
  }
  const EventKey* peek() { return queue_.empty() ? nullptr : &queue_.top(); }
  void pop() noexcept { queue_.pop(); }
  const EventKey* peek_alone(std::uint64_t) const noexcept { return nullptr; }
  void pop_alone() noexcept {}
  bool nothing_until(std::uint64_t) const noexcept { return false; }
  template <typename Predicate>
  void erase_if(Predicate) {}

 private:
  // As one would write it: time first, then the order of scheduling.
  struct Later {
    bool operator()(const EventKey& a, const EventKey& b) const noexcept {
      return std::tuple{a.time(), a.sequence()} > std::tuple{b.time(), b.sequence()};
    }
  };

  std::priority_queue<EventKey, std::vector<EventKey>, Later> queue_;
  std::uint64_t sequence_;
};

}  // namespace spawnpoint
