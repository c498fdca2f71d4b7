// SPDX-License-Identifier: GPL-3.0-or-later
// What the event queue sorts: when, in which order of scheduling, and the event's slot, in 16 bytes.
#pragma once

#include <cstdint>

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
    // One subtraction with borrow instead of two branches that the processor cannot predict.
    return a.wide() < b.wide();
  }

 private:
  __extension__ using Wide = unsigned __int128;
  Wide wide() const noexcept { return Wide{time_} << 64 | order_; }

  std::uint64_t time_;
  std::uint64_t order_;
};

}  // namespace spawnpoint
