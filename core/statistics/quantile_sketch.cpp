// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/statistics/quantile_sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace spawnpoint {
namespace {

constexpr int kDroppedBits = 52 - 7;
constexpr double kZero = 1e-300;

// The bits of positive doubles are ordered like their values.
std::uint64_t index_of(double x) {
  return std::bit_cast<std::uint64_t>(x) >> kDroppedBits;
}

double middle_of(std::uint64_t index) {
  return std::bit_cast<double>(index << kDroppedBits | std::uint64_t{1} << (kDroppedBits - 1));
}

}  // namespace

void QuantileSketch::add(double x, std::uint64_t times) {
  if (!(x >= 0.0) || std::isinf(x)) throw std::invalid_argument{"a quantile sketch takes finite values from zero up"};
  if (times == 0) return;
  count_ += times;
  minimum_ = std::min(minimum_, x);
  maximum_ = std::max(maximum_, x);
  (x < kZero ? zeros_ : bucket(index_of(x))) += times;
}

void QuantileSketch::merge(const QuantileSketch& other) {
  count_ += other.count_;
  zeros_ += other.zeros_;
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) {
    if (other.buckets_[i] != 0) bucket(other.first_ + i) += other.buckets_[i];
  }
}

double QuantileSketch::quantile(double p) const {
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto rank = static_cast<std::uint64_t>(std::ceil(std::clamp(p, 0.0, 1.0) * static_cast<double>(count_)));
  if (rank <= 1) return minimum_;
  if (rank >= count_) return maximum_;
  std::uint64_t seen = zeros_;
  if (seen >= rank) return 0.0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(middle_of(first_ + i), minimum_, maximum_);
  }
  return maximum_;
}

std::uint64_t& QuantileSketch::bucket(std::uint64_t index) {
  if (buckets_.empty()) first_ = index;
  if (index < first_) {
    buckets_.insert(buckets_.begin(), first_ - index, 0);
    first_ = index;
  }
  if (index - first_ >= buckets_.size()) buckets_.resize(index - first_ + 1);
  return buckets_[index - first_];
}

}  // namespace spawnpoint
