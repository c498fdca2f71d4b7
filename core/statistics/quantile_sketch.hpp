// SPDX-License-Identifier: GPL-3.0-or-later
// Quantiles of any number of observations in little memory, mergeable, and the same in whatever order they arrive.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/units.hpp"

namespace spawnpoint {

/// A histogram with buckets of equal relative width: an exponent and seven bits of the mantissa of a double. Every
/// quantile is within kRelativeError of a value that was observed at that rank. Takes 1 KiB per factor of two between
/// the smallest and the largest value.
class QuantileSketch {
 public:
  static constexpr double kRelativeError = 1.0 / 256;

  /// `x` is not negative and finite; below 1e-300 it counts as zero.
  void add(double x, std::uint64_t times = 1);
  void add(Duration d) { add(to_seconds(d)); }
  void merge(const QuantileSketch& other);

  std::uint64_t count() const noexcept { return count_; }
  /// Exact. +infinity and -infinity while there are none.
  double minimum() const noexcept { return minimum_; }
  double maximum() const noexcept { return maximum_; }
  /// The value of rank ceil(p·count); p = 0.5 is the median, 0 the minimum, 1 the maximum. NaN while there are none.
  double quantile(double p) const;

 private:
  std::uint64_t& bucket(std::uint64_t index);

  std::uint64_t count_ = 0;
  std::uint64_t zeros_ = 0;
  std::uint64_t first_ = 0;  // the index of buckets_[0]
  std::vector<std::uint64_t> buckets_;
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
};

}  // namespace spawnpoint
