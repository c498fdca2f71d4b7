// SPDX-License-Identifier: GPL-3.0-or-later
// The future events of a simulation, ordered by time and, at equal times, by the order of their insertion.
// Only Simulation uses it; it knows slots (small numbers), not what they stand for.
//
// A ladder queue (Tang, Goh, Thng, ACM TOMACS 15, 2005), from the near future to the far one:
//   run     a sorted array, taken from one bucket, which is popped from its front
//   heap    what was pushed into the time of the run since
//   rungs   buckets of equal width; the last rung is the finest and the next in time
//   top     everything later, in no order
// A push into the far future and the pop of it later cost a constant; only some tens of keys are sorted at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/huge_page_allocator.hpp"
#include "core/simulation/event_bucket.hpp"
#include "core/simulation/event_heap.hpp"
#include "core/simulation/event_key.hpp"

namespace spawnpoint {

class EventQueue {
 public:
  /// `first_sequence` is there for tests: they start close to where the numbers run out.
  explicit EventQueue(std::uint64_t first_sequence = 0) noexcept : sequence_{first_sequence} {}
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  std::size_t size() const noexcept { return size_; }

  void push(std::uint64_t time, std::uint32_t slot) {
    if (sequence_ > EventKey::kMaxSequence) [[unlikely]]
      renumber();
    ++size_;
    insert(EventKey{time, sequence_++, slot});
  }

  /// The next key, or nullptr if there is none. `announce` is called with each key some events before its turn, so
  /// that what it stands for can be fetched from memory.
  template <typename Announce>
  const EventKey* peek(Announce announce) {
    if (run_next_ == run_.size() && heap_.empty()) {
      if (size_ == 0) return nullptr;
      refill();
      for (const EventKey& key : run_) announce(key);
    }
    if (heap_.empty()) return &run_[run_next_];
    if (run_next_ == run_.size()) return &heap_.top();
    return heap_.top() < run_[run_next_] ? &heap_.top() : &run_[run_next_];
  }
  const EventKey* peek() {
    return peek([](const EventKey&) {});
  }

  /// Removes the key that peek() has just returned.
  void pop(const EventKey* peeked) noexcept {
    --size_;
    if (run_next_ < run_.size() && peeked == &run_[run_next_]) {
      ++run_next_;
    } else {
      heap_.pop();
    }
  }

  /// Drops every entry whose slot satisfies the predicate, in linear time.
  template <typename Predicate>
  void erase_if(Predicate drop) {
    const Keys keys = take_all();
    for (const EventKey& key : keys) {
      if (drop(key.slot())) continue;
      insert(key);
      ++size_;
    }
  }

 private:
  // Found by measurement. Buckets are filled to a few keys each when they are made; by the time it is reached, one
  // holds several times as many, because new keys join the near future more than the far.
  static constexpr std::size_t kKeysPerBucket = 3;
  static constexpr std::size_t kSplitAbove = 160;
  static constexpr std::size_t kSpillAbove = 512;
  static constexpr std::size_t kMostBuckets = std::size_t{1} << 20;

  // A million events are 16 MB of keys: on small pages the faults would cost more than the sorting.
  using Keys = std::vector<EventKey, HugePageAllocator<EventKey>>;
  using Buckets = std::vector<EventBucket, HugePageAllocator<EventBucket>>;

  /// Covers the time up to `end`; the last bucket reaches that far, however wide it gets.
  struct Rung {
    std::uint64_t start;
    std::uint64_t end;
    int shift;         // a bucket is 2^shift ticks wide
    std::size_t next;  // the buckets before it are done with
    Buckets buckets;

    EventBucket& bucket(std::uint64_t time) noexcept {
      const std::size_t index = (time - start) >> shift;
      return buckets[index < buckets.size() ? index : buckets.size() - 1];
    }
  };

  void insert(const EventKey& key) {
    if (key.time() < near_end_) {
      heap_.push(key);
      if (heap_.size() > spill_above_) [[unlikely]]
        spill();
      return;
    }
    for (std::size_t i = rungs_.size(); i-- > 0;) {
      if (key.time() < rungs_[i].end) return rungs_[i].bucket(key.time()).add(key, arena_);
    }
    top_.add(key, arena_);
    ++top_size_;
  }

  void refill();
  void spill();
  static void sort_into(const Keys& keys, Keys& sorted);
  void take_sorted(Keys& keys, std::uint64_t end);
  void add_rung(const Keys& keys, std::uint64_t end);
  void renumber();
  Keys take_all();

  FrameArena arena_;
  Keys run_;
  std::size_t run_next_ = 0;
  EventHeap heap_;
  std::uint64_t near_end_ = 0;  // keys before this time go into the heap
  std::vector<Rung> rungs_;
  EventBucket top_;
  std::size_t top_size_ = 0;
  std::size_t size_ = 0;
  std::size_t spill_above_ = kSpillAbove;
  std::uint64_t sequence_;
  Keys scratch_;
  std::vector<Buckets> spare_;  // the memory of rungs that are done with
};

}  // namespace spawnpoint
