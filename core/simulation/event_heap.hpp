// SPDX-License-Identifier: GPL-3.0-or-later
// An implicit heap with four children per node: half the depth of a binary one, and the children share a cache line.
#pragma once

#include <cstddef>
#include <vector>

#include "core/simulation/event_key.hpp"

namespace spawnpoint {

class EventHeap {
 public:
  bool empty() const noexcept { return keys_.empty(); }
  std::size_t size() const noexcept { return keys_.size(); }
  const EventKey& top() const noexcept { return keys_.front(); }
  const std::vector<EventKey>& keys() const noexcept { return keys_; }
  void clear() noexcept { keys_.clear(); }

  void push(EventKey key) {
    keys_.push_back(key);
    std::size_t hole = keys_.size() - 1;
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!(key < keys_[parent])) break;
      keys_[hole] = keys_[parent];
      hole = parent;
    }
    keys_[hole] = key;
  }

  [[gnu::noinline]] void pop() noexcept {
    const EventKey last = keys_.back();
    keys_.pop_back();
    if (!keys_.empty()) sift_down(last);
  }

 private:
  static constexpr std::size_t kArity = 4;

  void sift_down(const EventKey key) noexcept {
    const std::size_t size = keys_.size();
    EventKey* const keys = keys_.data();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * kArity + 1;
      std::size_t smallest = first;
      if (first + kArity <= size) [[likely]] {
        // Comparisons become numbers: which child is the smallest is a coin toss, no branch predictor would guess it.
        const std::size_t left = first + (keys[first + 1] < keys[first]);
        const std::size_t right = first + 2 + (keys[first + 3] < keys[first + 2]);
        smallest = left + (right - left) * (keys[right] < keys[left]);
      } else {
        if (first >= size) break;
        for (std::size_t i = first + 1; i < size; ++i) smallest = keys[i] < keys[smallest] ? i : smallest;
      }
      if (!(keys[smallest] < key)) break;
      keys[hole] = keys[smallest];
      hole = smallest;
    }
    keys[hole] = key;
  }

  std::vector<EventKey> keys_;
};

}  // namespace spawnpoint
