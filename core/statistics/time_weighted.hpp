// SPDX-License-Identifier: GPL-3.0-or-later
// The average over time of a value that changes in steps: a queue's length, busy servers, memory in use.
#pragma once

#include <algorithm>
#include <cassert>

#include "core/units.hpp"

namespace spawnpoint {

class TimeWeighted {
 public:
  explicit TimeWeighted(Instant start = Instant{}, double value = 0.0) noexcept
      : start_{start}, changed_{start}, value_{value}, minimum_{value}, maximum_{value} {}

  /// From `now` on the value is `value`. Time does not go back.
  void set(Instant now, double value) noexcept {
    integrate(now);
    value_ = value;
    minimum_ = std::min(minimum_, value);
    maximum_ = std::max(maximum_, value);
  }
  void add(Instant now, double change) noexcept { set(now, value_ + change); }

  /// Forgets what was before `now`, but not the present value: for the end of a warm-up.
  void restart(Instant now) noexcept { *this = TimeWeighted{now, value_}; }

  double value() const noexcept { return value_; }
  double minimum() const noexcept { return minimum_; }
  double maximum() const noexcept { return maximum_; }
  /// Value times seconds, from the start to `now`.
  double integral(Instant now) const noexcept { return area_ + value_ * to_seconds(now - changed_); }
  /// Over no time at all it is the present value.
  double mean(Instant now) const noexcept { return now > start_ ? integral(now) / to_seconds(now - start_) : value_; }

 private:
  void integrate(Instant now) noexcept {
    assert(now >= changed_);
    area_ += value_ * to_seconds(now - changed_);
    changed_ = now;
  }

  Instant start_;
  Instant changed_;
  double value_;
  double minimum_;
  double maximum_;
  double area_ = 0.0;
};

}  // namespace spawnpoint
