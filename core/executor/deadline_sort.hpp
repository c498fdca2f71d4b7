// SPDX-License-Identifier: GPL-3.0-or-later
// Sorts deadlines by their digits, a pass over all for each digit: those of a timer wheel's bucket lie close together,
// so two passes do, and a timer costs the same whether ten or a hundred thousand share its bucket.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/executor/parked.hpp"
#include "core/units.hpp"

namespace spawnpoint {

/// A timer of a bucket: its slot in the wheel, which holds null once it was cancelled.
struct Due {
  Parked::Slot* slot;
  Instant deadline;
};

class DeadlineSort {
 public:
  /// Stable: equal deadlines keep their order.
  void operator()(std::span<Due> due) {
    if (due.size() <= kFew) return insert(due);
    std::int64_t least = INT64_MAX;
    std::int64_t most = INT64_MIN;
    for (const Due& one : due) {
      least = std::min(least, ticks(one));
      most = std::max(most, ticks(one));
    }
    const auto bits =
        static_cast<int>(std::bit_width(static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least)));
    if (bits == 0) return;
    // As many counters as keys, so that neither outweighs the other.
    const int passes = (bits + most_bits(due.size()) - 1) / most_bits(due.size());
    const int digit = (bits + passes - 1) / passes;
    make_room(due.size());
    Due* from = due.data();
    Due* to = scratch_.get();
    for (int pass = 0; pass < passes; ++pass) {
      distribute(from, to, due.size(), least, pass * digit, digit);
      std::swap(from, to);
    }
    if (from != due.data()) std::copy_n(from, due.size(), due.data());
  }

 private:
  static constexpr std::size_t kFew = 24;
  static constexpr int kMostBits = 11;

  static std::int64_t ticks(const Due& due) { return due.deadline.time_since_epoch().count(); }
  static int most_bits(std::size_t count) { return std::min(static_cast<int>(std::bit_width(count)), kMostBits); }

  static void insert(std::span<Due> due) {
    for (std::size_t i = 1; i < due.size(); ++i) {
      const Due one = due[i];
      std::size_t at = i;
      for (; at > 0 && one.deadline < due[at - 1].deadline; --at) due[at] = due[at - 1];
      due[at] = one;
    }
  }

  void distribute(const Due* from, Due* to, std::size_t count, std::int64_t least, int shift, int digit) {
    const std::uint64_t mask = (std::uint64_t{1} << digit) - 1;
    const auto place = [&](const Due& due) {
      return (static_cast<std::uint64_t>(ticks(due)) - static_cast<std::uint64_t>(least)) >> shift & mask;
    };
    std::fill_n(next_.begin(), mask + 1, 0);
    for (std::size_t i = 0; i < count; ++i) ++next_[place(from[i])];
    std::size_t before = 0;
    for (std::size_t i = 0; i <= mask; ++i) before += std::exchange(next_[i], before);
    for (std::size_t i = 0; i < count; ++i) to[next_[place(from[i])]++] = from[i];
  }

  void make_room(std::size_t count) {
    if (count <= room_) return;
    scratch_ = std::make_unique_for_overwrite<Due[]>(std::max(count, 2 * room_));
    room_ = std::max(count, 2 * room_);
  }

  std::array<std::size_t, std::size_t{1} << kMostBits> next_;
  std::unique_ptr<Due[]> scratch_;
  std::size_t room_ = 0;
};

}  // namespace spawnpoint
