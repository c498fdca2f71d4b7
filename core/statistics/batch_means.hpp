// SPDX-License-Identifier: GPL-3.0-or-later
// A confidence interval from one long run, whose observations depend on each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/statistics/tally.hpp"

namespace spawnpoint {

/// Averages over batches of consecutive observations are nearly independent once the batches are long. The length of a
/// run need not be known: when all batches are full, neighbours are joined and batches are twice as long from then on
/// (Law, Carson, Operations Research 27, 1979). Leave out the warm-up before.
class BatchMeans {
 public:
  /// Works with `batches` to twice as many; at least 2. 20 is the usual advice.
  explicit BatchMeans(std::size_t batches = 20);

  void add(double x);

  std::uint64_t count() const noexcept { return overall_.count(); }
  /// Of all observations.
  double mean() const noexcept { return overall_.mean(); }
  const std::vector<double>& means() const noexcept { return means_; }

  ConfidenceInterval confidence_interval(double level = 0.95) const;
  /// Correlation of a batch with the next one. Above some 0.2 the batches are too short for the interval to be true.
  double correlation() const;

 private:
  std::size_t batches_;
  std::uint64_t batch_length_ = 1;
  std::vector<double> means_;
  Tally batch_;  // the one that is being filled
  Tally overall_;
};

}  // namespace spawnpoint
