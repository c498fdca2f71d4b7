// SPDX-License-Identifier: GPL-3.0-or-later
// The average over time of a count that changes in steps: a queue's length, busy servers, bytes in use.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "core/units.hpp"

namespace spawnpoint {

/// Exact, however long it runs: what is summed are whole numbers, nanoseconds times the count.
class TimeWeighted {
 public:
  explicit TimeWeighted(Instant start = Instant{}, std::int64_t value = 0) noexcept
      : start_{start}, changed_{start}, value_{value}, maximum_{value} {}

  /// From `now` on the value is `value`. Time does not go back.
  void set(Instant now, std::int64_t value) noexcept {
    area_ = area(now);
    changed_ = now;
    value_ = value;
    maximum_ = std::max(maximum_, value);
  }
  void add(Instant now, std::int64_t change) noexcept { set(now, value_ + change); }

  /// Forgets what was before `now`, but not the present value: for the end of a warm-up.
  void restart(Instant now) noexcept { *this = TimeWeighted{now, value_}; }

  std::int64_t value() const noexcept { return value_; }
  std::int64_t maximum() const noexcept { return maximum_; }
  /// Over no time at all it is the present value.
  double mean(Instant now) const noexcept {
    if (now <= start_) return static_cast<double>(value_);
    return static_cast<double>(area(now)) / static_cast<double>((now - start_).count());
  }

 private:
  __extension__ using Wide = __int128;

  Wide area(Instant now) const noexcept {
    assert(now >= changed_);
    return area_ + Wide{value_} * (now - changed_).count();
  }

  Instant start_;
  Instant changed_;
  std::int64_t value_;
  std::int64_t maximum_;
  Wide area_ = 0;
};

}  // namespace spawnpoint
