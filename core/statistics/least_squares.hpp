// SPDX-License-Identifier: GPL-3.0-or-later
// Linear least squares: the coefficients that explain observations best, and how far each can be trusted.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/statistics/tally.hpp"

namespace spawnpoint {

struct LeastSquaresFit {
  /// One interval per coefficient. Infinite where there are no more observations than coefficients that can be told
  /// apart.
  std::vector<ConfidenceInterval> coefficients;
  double residual_deviation = 0.0;  ///< Of an observation of weight 1.
  std::size_t rank = 0;             ///< Coefficients, or sums of them, that the observations can tell apart.
  std::vector<bool> told_apart;     ///< Of each coefficient: whether it is known by itself, not only in sums.
};

/// Observations y = x1 b1 + … + xn bn + error, where the errors are independent and of deviation sigma / sqrt(weight).
class LeastSquares {
 public:
  explicit LeastSquares(std::size_t coefficients) : coefficients_(coefficients) {}

  /// `x` has a number for each coefficient; `weight` > 0.
  void add(std::span<const double> x, double y, double weight = 1.0);
  std::size_t observations() const noexcept { return y_.size(); }

  /// By a complete orthogonal decomposition: where only a sum of coefficients is known, the smallest ones that have it.
  /// Intervals by Student's t (Draper, Smith, Applied Regression Analysis, 1998, 5.1).
  LeastSquaresFit fit(double level = 0.95) const;

 private:
  std::size_t coefficients_;
  std::vector<double> x_;  // row by row, both sides of a row times the root of its weight
  std::vector<double> y_;
};

}  // namespace spawnpoint
