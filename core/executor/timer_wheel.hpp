// SPDX-License-Identifier: GPL-3.0-or-later
// TimerWheel: timers with any deadlines, kept in buckets of about a millisecond, coarser ones further away. A bucket is
// sorted only when its time has come, so adding touches memory in order, and deadlines are kept exactly. What is sorted
// points to the timers' places: the sleepers themselves, scattered in memory, are touched only when they are fired.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/coroutine/frame_arena.hpp"
#include "core/executor/deadline_sort.hpp"
#include "core/executor/parked.hpp"
#include "core/units.hpp"

namespace spawnpoint {

class TimerWheel {
 public:
  /// `arena` holds the entries and must outlive the wheel.
  explicit TimerWheel(FrameArena& arena) noexcept : arena_(&arena) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();

  void add(Parked& parked, Instant deadline);

  /// Takes in what was added for moments that have already been looked at. Once before each round of firing.
  void begin_round() {
    if (!early_.empty()) absorb(early_);
  }
  /// The first deadline that is not after `now`, kNever if there is none.
  Instant front(Instant now) {
    drop_cancelled();
    if (next_due_ == due_.size() && !load_due(now)) return kNever;
    const Instant deadline = due_[next_due_].deadline;
    return deadline <= now ? deadline : kNever;
  }
  /// After front() gave a deadline: fires, in order, those up to `limit` that are known to be due.
  template <class Fire>
  void fire_front(Instant limit, Fire&& fire) {
    while (next_due_ < due_.size() && due_[next_due_].deadline <= limit) {
      if (next_due_ + 2 * kAhead < due_.size())
        __builtin_prefetch(static_cast<const void*>(due_[next_due_ + 2 * kAhead].slot));
      if (next_due_ + kAhead < due_.size()) Parked::prefetch(*due_[next_due_ + kAhead].slot);
      Parked* parked = *due_[next_due_++].slot;
      if (parked == nullptr) continue;
      parked->unpark();
      fire(*parked);
    }
  }
  /// When to look again: the first deadline, or before it the start of its bucket. kNever for an empty wheel.
  [[nodiscard]] Instant next_wake();

 private:
  static constexpr std::size_t kAhead = 8;
  static constexpr int kTickBits = 20;   // a tick is 2^20 ns
  static constexpr int kDigitBits = 12;  // 4,096 buckets per level
  static constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
  static constexpr std::size_t kLevels = 4;  // 20 + 4 * 12 bits: all of time

  struct Entry {
    Parked::Slot slot;
    Instant deadline;
  };
  struct Chunk {
    static constexpr std::size_t kEntries = 31;  // 512 bytes in all
    Chunk* next;
    std::size_t count;
    std::array<Entry, kEntries> entries;
  };
  struct Bucket {
    Chunk* first = nullptr;
    Chunk* last = nullptr;
    [[nodiscard]] bool empty() const { return first == nullptr; }
  };
  /// Its buckets hold what its bitmap says: an unused one is not even initialized, so that it costs no page.
  class Level {
   public:
    Level() noexcept {}
    [[nodiscard]] bool empty() const { return summary_ == 0; }
    Bucket& bucket(std::size_t digit) {
      if ((occupied_[digit / 64] >> (digit % 64) & 1) == 0) {
        occupied_[digit / 64] |= std::uint64_t{1} << (digit % 64);
        summary_ |= std::uint64_t{1} << (digit / 64 % 64);
        ::new (buckets_ + digit * sizeof(Bucket)) Bucket();
      }
      return *reinterpret_cast<Bucket*>(buckets_ + digit * sizeof(Bucket));
    }
    void clear(std::size_t digit) {
      occupied_[digit / 64] &= ~(std::uint64_t{1} << (digit % 64));
      if (occupied_[digit / 64] == 0) summary_ &= ~(std::uint64_t{1} << (digit / 64 % 64));
    }
    /// The lowest occupied digit of a level that is not empty.
    [[nodiscard]] std::size_t first() const;

   private:
    std::uint64_t summary_ = 0;
    std::array<std::uint64_t, kBuckets / 64> occupied_{};
    alignas(Bucket) std::byte buckets_[kBuckets * sizeof(Bucket)];
  };
  struct Found {
    std::size_t level;
    std::size_t digit;
    std::int64_t tick;  // the bucket's first
  };

  static std::int64_t tick_of(Instant deadline) { return deadline.time_since_epoch().count() >> kTickBits; }

  static bool all_cancelled(const Chunk& chunk);
  void append(Bucket& bucket, Parked& parked, Instant deadline);
  /// Puts the bucket's entries among the sorted ones.
  void absorb(Bucket& bucket);
  /// Moves the next bucket that has begun by `now` to the sorted ones; false if there is none.
  bool load_due(Instant now);
  [[nodiscard]] bool find_first(Found& found) const;
  [[nodiscard]] Bucket take(const Found& found);
  /// Drops cancelled entries from the front of the sorted ones.
  void drop_cancelled() {
    while (next_due_ < due_.size() && *due_[next_due_].slot == nullptr) ++next_due_;
  }
  /// All sorted ones have been fired or dropped.
  void free_due() noexcept;
  void free_chunk(Chunk* chunk) noexcept { FrameArena::deallocate(chunk, sizeof(Chunk)); }

  FrameArena* arena_;
  std::int64_t tick_ = 0;  // all up to here are in due_ or early_
  std::vector<Due> due_;   // sorted by deadline
  std::size_t next_due_ = 0;
  Chunk* due_chunks_ = nullptr;  // where the entries are that due_ points to
  DeadlineSort sort_;
  Bucket early_;
  std::array<std::unique_ptr<Level>, kLevels> levels_;
};

}  // namespace spawnpoint
