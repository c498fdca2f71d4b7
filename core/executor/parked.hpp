// SPDX-License-Identifier: GPL-3.0-or-later
// Parked: a suspended coroutine as the executor's queues see it. The queue's slot points to it and it points back to
// the slot, so that destroying the coroutine takes it out of any queue at once, and no queue ever holds a dangling
// handle.
#pragma once

#include <algorithm>
#include <cassert>
#include <coroutine>
#include <cstdint>

namespace spawnpoint {

/// The base of the executor's awaiters. Two words, as each sleeping job has one: until it is parked they hold the
/// awaiter's owner and argument, then the coroutine and the slot.
class Parked {
 public:
  using Slot = Parked*;

  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;
  ~Parked() {
    if (parked()) *slot() = nullptr;
  }

  [[nodiscard]] bool parked() const noexcept { return second_ != 0 && (second_ & 1) == 0; }
  std::coroutine_handle<> coroutine() const noexcept { return std::coroutine_handle<>::from_address(first_); }

  void park(std::coroutine_handle<> coroutine) noexcept {
    first_ = coroutine.address();
    second_ = 0;
  }
  /// From here on `slot` is the one place that knows of this; a previous slot is left as it is.
  void move_to(Slot& slot) noexcept {
    slot = this;
    second_ = reinterpret_cast<std::uintptr_t>(&slot);
  }
  /// Fetches a slot's sleeper from memory some turns before its own: it, and what lies before it, where the frame of a
  /// short coroutine begins.
  static void prefetch(Slot slot) noexcept {
    __builtin_prefetch(slot, /*rw=*/1);
    __builtin_prefetch(reinterpret_cast<const char*>(slot) - 64, /*rw=*/1);
  }
  /// The slot's queue lets go of it.
  void unpark() noexcept { second_ = 0; }

 protected:
  // Kept as an odd number, slots are even. Half the range of 64 bits is 146 years in nanoseconds.
  Parked(void* owner, std::int64_t argument) noexcept
      : first_(owner), second_(static_cast<std::uint64_t>(std::clamp(argument, -kLargest, kLargest)) << 1 | 1) {}

  void* owner() const noexcept { return first_; }
  std::int64_t argument() const noexcept {
    assert((second_ & 1) != 0 && "an awaiter is awaited once");
    return static_cast<std::int64_t>(second_) >> 1;
  }

 private:
  static constexpr std::int64_t kLargest = INT64_MAX / 2;

  Slot* slot() const noexcept { return reinterpret_cast<Slot*>(second_); }

  void* first_;
  std::uint64_t second_;
};

}  // namespace spawnpoint
