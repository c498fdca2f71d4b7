// SPDX-License-Identifier: GPL-3.0-or-later
// Average: a value's average over time in which what is past counts half as much with every 33.6 ms, as the kernel's
// per-entity load tracking has it (kernel/sched/pelt.c: a period of 2^20 ns decays by y, y^32 = 0.5). In whole numbers,
// so that it is the same on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/units.hpp"

namespace spawnpoint::kernel {

namespace average_detail {

__extension__ using Wide = unsigned __int128;

/// The largest whole number whose square is no more than `square`.
constexpr std::uint64_t whole_root(Wide square) {
  std::uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t more = root | std::uint64_t{1} << bit;
    if (Wide{more} * more <= square) root = more;
  }
  return root;
}

/// 2^32 times 2^(-i/32).
constexpr std::array<std::uint64_t, 33> decay_table() {
  constexpr int kBits = 62;
  std::uint64_t step = std::uint64_t{1} << (kBits - 1);
  for (int root = 0; root < 5; ++root) step = whole_root(Wide{step} << kBits);
  std::array<std::uint64_t, 33> table{};
  std::uint64_t value = std::uint64_t{1} << kBits;
  for (std::uint64_t& entry : table) {
    entry = value >> (kBits - 32);
    value = static_cast<std::uint64_t>(Wide{value} * step >> kBits);
  }
  return table;
}

inline constexpr std::array<std::uint64_t, 33> kDecay = decay_table();

}  // namespace average_detail

/// What is left of `value`, which is not negative, after `time`: nothing after long enough.
constexpr std::int64_t decayed(std::int64_t value, Duration time) {
  constexpr int kHalfLife = 25;  // 2^25 ns
  constexpr int kStep = 20;      // a thirty-second of it
  const auto passed = static_cast<std::uint64_t>(time.count());
  const std::uint64_t halves = passed >> kHalfLife;
  if (halves >= 63 || value >> halves == 0) return 0;
  const std::uint64_t part = passed & ((std::uint64_t{1} << kHalfLife) - 1);
  const auto at = static_cast<std::size_t>(part >> kStep);
  const std::uint64_t rest = part & ((std::uint64_t{1} << kStep) - 1);
  const std::uint64_t low = average_detail::kDecay[at];
  const std::uint64_t factor = low - ((low - average_detail::kDecay[at + 1]) * rest >> kStep);
  return static_cast<std::int64_t>(average_detail::Wide{static_cast<std::uint64_t>(value)} * factor >> 32 >> halves);
}

/// `Value` must hold 1024 times the largest value.
template <class Value>
class AverageOf {
 public:
  /// A unit of the averaged value.
  static constexpr int kUnitBits = 10;

  AverageOf() = default;
  /// One that has been `value` all the time.
  explicit constexpr AverageOf(std::int64_t value) : value_(static_cast<Value>(value << kUnitBits)) {}

  /// The average at `now` of a value that was `held` since the last time. Times never decrease.
  std::int64_t advance(Instant now, std::int64_t held) {
    const Duration passed = now - at_;
    at_ = now;
    const std::int64_t target = held << kUnitBits;
    if (value_ != target && passed > Duration::zero())
      value_ = static_cast<Value>(value_ > target ? target + decayed(value_ - target, passed)
                                                  : target - decayed(target - value_, passed));
    return value();
  }
  std::int64_t value() const { return value_ >> kUnitBits; }
  /// What is brought along from elsewhere, or taken away.
  void add(std::int64_t units) {
    value_ = static_cast<Value>(std::max<std::int64_t>(value_ + (units << kUnitBits), 0));
  }

  Instant at() const { return at_; }
  /// Time has passed that left everything as it was.
  void shift(Duration by) { at_ += by; }
  std::int64_t raw() const { return value_; }

 private:
  Instant at_{};
  Value value_ = 0;
};

using Average = AverageOf<std::int64_t>;

}  // namespace spawnpoint::kernel
