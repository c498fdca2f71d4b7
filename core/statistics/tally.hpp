// SPDX-License-Identifier: GPL-3.0-or-later
// Mean and variance of observations, and how far the mean can be trusted.
#pragma once

#include <cstdint>
#include <limits>

namespace spawnpoint {

/// mean +- half_width. The half width is infinite where there is too little to estimate it from.
struct ConfidenceInterval {
  double mean = 0.0;
  double half_width = std::numeric_limits<double>::infinity();

  double low() const noexcept { return mean - half_width; }
  double high() const noexcept { return mean + half_width; }
  bool contains(double x) const noexcept { return low() <= x && x <= high(); }
};

/// Observations, of which only the moments are kept (Welford; merging after Chan, Golub, LeVeque).
class Tally {
 public:
  void add(double x) noexcept;
  /// As if every observation of the other had been added here.
  void merge(const Tally& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  double mean() const noexcept { return mean_; }
  double sum() const noexcept { return mean_ * static_cast<double>(count_); }
  /// Of the population that the observations are a sample of; 0 below two observations.
  double variance() const noexcept;
  /// +infinity and -infinity while there are none.
  double minimum() const noexcept { return minimum_; }
  double maximum() const noexcept { return maximum_; }

  /// Of the mean, by Student's t: right for independent observations, such as the results of replications. What one
  /// run observes one after the other is correlated: see BatchMeans.
  ConfidenceInterval confidence_interval(double level = 0.95) const;

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;  // sum of squared distances from the mean
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
};

/// The t with P(-t <= T <= t) = level, for Student's distribution.
double student_t(double level, double degrees_of_freedom);

}  // namespace spawnpoint
