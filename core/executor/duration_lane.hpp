// SPDX-License-Identifier: GPL-3.0-or-later
// DurationLane: the sleeps of one duration. They end in the order in which they started, so a queue is all it takes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "core/coroutine/frame_arena.hpp"
#include "core/executor/parked.hpp"
#include "core/units.hpp"

namespace spawnpoint {

class DurationLane {
 public:
  DurationLane() = default;
  DurationLane(const DurationLane&) = delete;
  DurationLane& operator=(const DurationLane&) = delete;
  ~DurationLane() {
    for (; !empty(); ++front_slot_) {
      if (front_slot_ == front_->slots) to_next_chunk();
      if (Parked* parked = front_->words[front_slot_].slot) parked->unpark();
    }
  }

  /// Cancelled sleeps count until they are dropped.
  [[nodiscard]] bool empty() const { return front_ == back_ && (front_ == nullptr || front_slot_ == front_->slots); }
  [[nodiscard]] Duration duration() const { return duration_; }
  /// Only an empty lane may change its duration.
  void set_duration(Duration duration) { duration_ = duration; }

  /// Sleeps that were dated by one reading of the clock, in their order; cancelled ones have a null slot. `deadline` is
  /// not before that of those that are here.
  template <class Sleep>
  void append(std::span<const Sleep> sleeps, Instant deadline, FrameArena& arena) {
    sleeps = from_first_live(sleeps);
    if (back_ != nullptr) sleeps = from_first_live(back_->take(sleeps, deadline));
    while (!sleeps.empty()) {
      Chunk* chunk = ::new (arena.allocate(sizeof(Chunk))) Chunk(deadline);
      (back_ == nullptr ? front_ : back_->next) = chunk;
      back_ = chunk;
      sleeps = from_first_live(chunk->take(sleeps, deadline));
    }
  }

  /// The next deadline, kNever for an empty lane.
  [[nodiscard]] Instant front() {
    if (empty()) return kNever;
    if (front_slot_ == front_->slots) to_next_chunk();
    return front_->deadline(front_run_);
  }
  /// Fires those that have the next deadline, not those that join them meanwhile. The lane is not empty.
  template <class Fire>
  void fire_front(Fire&& fire) {
    if (front_slot_ == front_->slots) to_next_chunk();
    Chunk& chunk = *front_;
    const std::uint16_t end = chunk.run(front_run_).end;
    while (front_slot_ < end) {
      if (front_slot_ + kAhead < end) __builtin_prefetch(chunk.words[front_slot_ + kAhead].slot, /*rw=*/1);
      Parked* parked = chunk.words[front_slot_++].slot;
      if (parked == nullptr) continue;
      parked->unpark();
      fire(*parked);
    }
    end_run_if_over();
  }
  /// Drops cancelled sleeps from the front.
  void drop_cancelled() {
    while (!empty()) {
      if (front_slot_ == front_->slots) to_next_chunk();
      if (front_->words[front_slot_].slot != nullptr) return;
      ++front_slot_;
      end_run_if_over();
    }
  }
  /// Gives a chunk that is used up back; not while firing.
  void trim(FrameArena& arena) {
    while (used_up_ != nullptr) {
      Chunk* chunk = used_up_;
      used_up_ = chunk->next;
      arena.deallocate(chunk, sizeof(Chunk));
    }
    if (front_ != nullptr && empty()) {  // the one that is left is used again
      front_slot_ = front_run_ = 0;
      front_->clear();
    }
  }

 private:
  static constexpr int kAhead = 8;
  static constexpr std::size_t kWords = 61;

  // Slots from the left, from the right what they share: sleeps that were dated by one reading of the clock have one
  // deadline. A million at once take 8 bytes each, one alone takes 16.
  struct Run {
    std::uint32_t after_base;
    std::uint16_t end;
  };
  union Word {
    Parked::Slot slot;
    Run run;
  };
  struct Chunk {
    explicit Chunk(Instant first) noexcept : base(first) {}

    Chunk* next = nullptr;
    Instant base;
    std::uint16_t slots = 0;
    std::uint16_t runs = 0;
    std::array<Word, kWords> words;

    Run& run(std::uint16_t index) { return words[kWords - 1 - index].run; }
    Instant deadline(std::uint16_t index) { return base + Duration(run(index).after_base); }
    void clear() { slots = runs = 0; }

    /// Takes as many of them as there is room for, and gives the others. The first one is not cancelled, so no run is
    /// empty.
    template <class Sleep>
    std::span<const Sleep> take(std::span<const Sleep> sleeps, Instant deadline_of_them) {
      if (sleeps.empty()) return sleeps;
      if (runs == 0) base = deadline_of_them;
      const std::uint64_t after_base = static_cast<std::uint64_t>((deadline_of_them - base).count());
      if (after_base > UINT32_MAX) return sleeps;
      if (runs == 0 || run(runs - 1).after_base != after_base) {
        if (slots + runs + 2U > kWords) return sleeps;
        run(runs++) = {static_cast<std::uint32_t>(after_base), slots};
      }
      const std::size_t room = kWords - runs - slots;
      const std::span<const Sleep> taken = sleeps.first(std::min(room, sleeps.size()));
      std::uint16_t at = slots;
      for (const Sleep& sleep : taken) {
        if (sleep.slot == nullptr) continue;
        words[at].slot = nullptr;  // begins the member's life
        sleep.slot->move_to(words[at++].slot);
      }
      slots = run(runs - 1).end = at;
      return sleeps.subspan(taken.size());
    }
  };

  template <class Sleep>
  static std::span<const Sleep> from_first_live(std::span<const Sleep> sleeps) {
    while (!sleeps.empty() && sleeps.front().slot == nullptr) sleeps = sleeps.subspan(1);
    return sleeps;
  }
  void end_run_if_over() {
    if (front_->run(front_run_).end == front_slot_) ++front_run_;
  }
  void to_next_chunk() {
    Chunk* chunk = front_;
    front_ = chunk->next;
    chunk->next = used_up_;
    used_up_ = chunk;
    front_slot_ = front_run_ = 0;
  }

  Chunk* front_ = nullptr;
  Chunk* back_ = nullptr;
  Chunk* used_up_ = nullptr;
  std::uint16_t front_slot_ = 0;
  std::uint16_t front_run_ = 0;
  Duration duration_{};
};

}  // namespace spawnpoint
