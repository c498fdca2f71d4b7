// SPDX-License-Identifier: GPL-3.0-or-later
// The future events of a simulation, ordered by time and, at equal times, by the order of their insertion.
// Only Simulation uses it; it knows slots (small numbers), not what they stand for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spawnpoint {

/// A total order: no two keys of a queue are equal, so any correct queue pops them in the same sequence.
class EventKey {
 public:
  static constexpr int kSlotBits = 28;
  static constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << (64 - kSlotBits)) - 1;

  EventKey() = default;
  EventKey(std::uint64_t time, std::uint64_t sequence, std::uint32_t slot) noexcept
      : time_{time}, order_{sequence << kSlotBits | slot} {}

  std::uint64_t time() const noexcept { return time_; }
  std::uint64_t sequence() const noexcept { return order_ >> kSlotBits; }
  std::uint32_t slot() const noexcept { return static_cast<std::uint32_t>(order_ & ((1U << kSlotBits) - 1)); }

  friend bool operator<(const EventKey& a, const EventKey& b) noexcept {
    // One subtraction with borrow instead of two branches that the processor cannot foresee.
    return a.wide() < b.wide();
  }

 private:
  __extension__ using Wide = unsigned __int128;
  Wide wide() const noexcept { return Wide{time_} << 64 | order_; }

  std::uint64_t time_ = 0;
  std::uint64_t order_ = 0;
};

/// An implicit heap with four children a node: half the depth of a binary one, and the children share a cache line.
class EventQueue {
 public:
  /// `first_sequence` is there for tests: they start close to where the numbers run out.
  explicit EventQueue(std::uint64_t first_sequence = 0) noexcept : sequence_{first_sequence} {}

  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  const EventKey& top() const noexcept { return heap_.front(); }

  void push(std::uint64_t time, std::uint32_t slot) {
    if (sequence_ > EventKey::kMaxSequence) renumber();
    const EventKey key{time, sequence_++, slot};
    heap_.push_back(key);
    sift_up(heap_.size() - 1, key);
  }

  void pop() noexcept {
    const EventKey last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(0, last);
  }

  /// Drops every entry whose slot satisfies the predicate, in linear time.
  template <typename Predicate>
  void erase_if(Predicate drop) {
    std::erase_if(heap_, [&](const EventKey& key) { return drop(key.slot()); });
    if (heap_.size() < 2) return;
    for (std::size_t i = (heap_.size() - 2) / kArity + 1; i-- > 0;) sift_down(i, heap_[i]);
  }

 private:
  static constexpr std::size_t kArity = 4;

  void sift_up(std::size_t hole, const EventKey& key) noexcept {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!(key < heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = key;
  }

  void sift_down(std::size_t hole, const EventKey key) noexcept {
    const std::size_t size = heap_.size();
    for (;;) {
      const std::size_t first = hole * kArity + 1;
      std::size_t smallest = first;
      if (first + kArity <= size) {
        const std::size_t left = first + (heap_[first + 1] < heap_[first]);
        const std::size_t right = first + 2 + (heap_[first + 3] < heap_[first + 2]);
        smallest = heap_[right] < heap_[left] ? right : left;
      } else {
        if (first >= size) break;
        for (std::size_t i = first + 1; i < size; ++i) smallest = heap_[i] < heap_[smallest] ? i : smallest;
      }
      if (!(heap_[smallest] < key)) break;
      heap_[hole] = heap_[smallest];
      hole = smallest;
    }
    heap_[hole] = key;
  }

  // A sorted array is a heap: the keys keep their order and get the smallest numbers.
  void renumber() {
    std::sort(heap_.begin(), heap_.end());
    sequence_ = 0;
    for (EventKey& key : heap_) key = EventKey{key.time(), sequence_++, key.slot()};
  }

  std::vector<EventKey> heap_;
  std::uint64_t sequence_;
};

}  // namespace spawnpoint
