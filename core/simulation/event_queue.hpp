// SPDX-License-Identifier: GPL-3.0-or-later
// The future events of a simulation, ordered by time and, at equal times, by the order of their insertion.
// Only Simulation uses it; it knows slots (small numbers), not what they stand for.
//
// A ladder queue (Tang, Goh, Thng, ACM TOMACS 15, 2005), from the near future to the far one:
//   run     a sorted array, taken from one bucket, which is popped from its front; a new key whose place is close to
//           its front goes into it
//   heap    what else was pushed into the time of the run since
//   rungs   buckets of equal width; the last rung is the finest and the next in time
//   top     everything later, in no order
// A push into the far future and the pop of it later cost a constant; only a few dozen keys are sorted at a time.
// While there are only a few keys at all, the run has them all, and its time does not end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/memory/huge_page_allocator.hpp"
#include "core/simulation/event_bucket.hpp"
#include "core/simulation/event_heap.hpp"
#include "core/simulation/event_key.hpp"
#include "core/simulation/key_buffer.hpp"
#include "core/simulation/sorted_run.hpp"

namespace spawnpoint {

class EventQueue {
 public:
  /// `first_sequence` is there for tests: they start close to where the numbers run out.
  explicit EventQueue(std::uint64_t first_sequence = 0) : sequence_{first_sequence} {}
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  std::size_t size() const noexcept { return size_; }

  void push(std::uint64_t time, std::uint32_t slot) {
    if (sequence_ > EventKey::kMaxSequence) [[unlikely]]
      return push_renumbered(time, slot);
    insert(EventKey{time, sequence_++, slot});
    ++size_;
  }

  /// The next key, or nullptr if there is none. `announce` is called with each key some events before its turn, so
  /// that what it stands for can be fetched from memory.
  template <typename Announce>
  const EventKey* peek(Announce announce) {
    if (run_.empty() && heap_.empty()) {
      if (size_ == 0) return nullptr;
      refill();
      for (const EventKey& key : run_) announce(key);
    }
    return run_is_first() ? run_.begin() : &heap_.top();
  }
  const EventKey* peek() {
    return peek([](const EventKey&) {});
  }

  /// Removes the key that peek() has just returned.
  void pop() noexcept {
    --size_;
    run_is_first() ? run_.pop() : heap_.pop();
  }

  /// A short cut for most events: the next key, up to `until`, where one glance shows that no other has its time; else
  /// nullptr. To be removed by pop_alone(). `until` is not the end of time.
  const EventKey* peek_alone(std::uint64_t until) const noexcept {
    const EventKey* const first = run_.begin();
    const std::uint64_t time = first->time();
    const bool alone = time <= until && first[1].time() != time && (heap_.empty() || heap_.top().time() > time);
    return alone ? first : nullptr;
  }
  void pop_alone() noexcept {
    --size_;
    run_.pop();
  }

  /// One glance shows that no key is due up to `time`; false where it would take more to know.
  bool nothing_until(std::uint64_t time) const noexcept {
    return time < near_end_ && run_.front().time() > time && (heap_.empty() || heap_.top().time() > time);
  }

  /// Drops every entry whose slot satisfies the predicate, in linear time.
  template <typename Predicate>
  void erase_if(Predicate drop) {
    const KeyBuffer keys = take_all();
    for (const EventKey& key : keys) {
      if (drop(key.slot())) continue;
      insert(key);
      ++size_;
    }
  }

 private:
  // Found by measurement. Buckets are filled to a few keys each when they are made; by the time it is reached, one
  // holds several times as many, because new keys join the near future more than the far.
  static constexpr std::size_t kKeysPerBucket = 6;
  static constexpr std::size_t kSplitAbove = 160;
  static constexpr std::size_t kSpillAbove = 512;
  // So few keys are all in the run; when the heap has this many as well, it is time for rungs.
  static constexpr std::size_t kFewKeys = 8;
  static constexpr std::size_t kFewSpillAbove = 32;
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::size_t kMostBuckets = std::size_t{1} << 20;

  using Buckets = std::vector<EventBucket, HugePageAllocator<EventBucket>>;

  /// Covers the time up to `end`; the last bucket reaches that far, however wide it gets.
  struct Rung {
    std::uint64_t start;
    std::uint64_t end;
    int shift;         // a bucket is 2^shift ticks wide
    std::size_t last;  // bucket
    std::size_t next;  // the buckets before it are done with
    Buckets buckets;

    EventBucket& bucket(std::uint64_t time) noexcept {
      const std::size_t index = (time - start) >> shift;
      return buckets.data()[std::min(index, last)];
    }
  };

  /// The times that some keys have.
  struct Times {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;

    void add(std::uint64_t time) noexcept {
      least = std::min(least, time);
      most = std::max(most, time);
    }
  };
  static Times times_of(const KeyBuffer& keys) noexcept;

  /// Times from `start`, 2^bits ticks long.
  struct Span {
    std::uint64_t start;
    int bits;
  };

  /// Not both of run and heap are empty.
  bool run_is_first() const noexcept { return heap_.empty() || run_.front() < heap_.top(); }

  // What is rare is out of line, so that the common path through push saves no registers.
  void insert(EventKey key) {
    if (key.time() < near_end_) {
      if (run_.insert(key)) [[likely]]
        return;
      return insert_near(key);
    }
    const Rung* const coarsest = rungs_.data();
    for (Rung* rung = rungs_.data() + rungs_.size(); rung != coarsest;) {
      --rung;
      if (key.time() < rung->end) return rung->bucket(key.time()).add(key, arena_);
    }
    top_.add(key, arena_);
    ++top_size_;
    top_times_.add(key.time());
  }

  void push_renumbered(std::uint64_t time, std::uint32_t slot);
  void insert_near(EventKey key);
  void refill();
  void spill();
  void take_run(Span span);
  void take_top();
  void take_bucket(Rung& rung);
  bool spread_gathered();
  Rung& add_rung(const Times& times, std::size_t count, std::uint64_t end);
  void renumber();
  KeyBuffer take_all();

  FrameArena arena_;
  SortedRun run_;
  EventHeap heap_;
  std::uint64_t near_end_ = 0;  // keys before this time go into the run or the heap
  std::vector<Rung> rungs_;
  EventBucket top_;
  std::size_t top_size_ = 0;
  Times top_times_;
  std::size_t size_ = 0;
  std::size_t spill_above_ = kSpillAbove;
  std::uint64_t sequence_;
  KeyBuffer scratch_;           // what a bucket held, until it is sorted
  std::vector<Buckets> spare_;  // the memory of rungs that are done with
};

}  // namespace spawnpoint
