// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/statistics/tally.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/numeric/portable_math.hpp"

namespace spawnpoint {
namespace {

// Continued fraction of the regularized incomplete beta function (DLMF 8.17.22, evaluated by Lentz's method).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr int kMostTerms = 10'000;
  double c = 1.0;
  double d = 1.0 - (a + b) * x / (a + 1.0);
  d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
  double fraction = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 + term * d;
      c = 1.0 + term / c;
      d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
      if (std::abs(c) < kTiny) c = kTiny;
      step = c * d;
      fraction *= step;
    }
    if (std::abs(step - 1.0) < 1e-15) break;
  }
  return fraction;
}

double log_gamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);  // std::lgamma writes to a global
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

// P(|T| > t)
double outside(double t, double degrees) {
  return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

}  // namespace

double student_t(double level, double degrees_of_freedom) {
  if (!(level > 0.0 && level < 1.0) || !(degrees_of_freedom > 0.0)) {
    throw std::invalid_argument{"Student's t needs a level between 0 and 1 and positive degrees of freedom"};
  }
  if (degrees_of_freedom > 1e5) {
    // The gamma functions would lose more digits than the first two terms of the expansion (Abramowitz, Stegun 26.7.5).
    const double z = portable::normal_quantile((1.0 + level) / 2);
    return z + (z * z * z + z) / (4.0 * degrees_of_freedom);
  }
  double low = 0.0;
  double high = 1.0;
  while (outside(high, degrees_of_freedom) > 1.0 - level) {
    low = high;
    high *= 2.0;
  }
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    (outside(middle, degrees_of_freedom) > 1.0 - level ? low : high) = middle;
  }
}

void Tally::add(double x) noexcept {
  ++count_;
  const double distance = x - mean_;
  mean_ += distance / static_cast<double>(count_);
  squares_ += distance * (x - mean_);
  minimum_ = std::min(minimum_, x);
  maximum_ = std::max(maximum_, x);
}

void Tally::merge(const Tally& other) noexcept {
  if (other.count_ == 0) return;
  const auto ours = static_cast<double>(count_);
  const auto theirs = static_cast<double>(other.count_);
  const double distance = other.mean_ - mean_;
  count_ += other.count_;
  mean_ += distance * theirs / (ours + theirs);
  squares_ += other.squares_ + distance * distance * ours * theirs / (ours + theirs);
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
}

double Tally::variance() const noexcept {
  return count_ < 2 ? 0.0 : squares_ / static_cast<double>(count_ - 1);
}

ConfidenceInterval Tally::confidence_interval(double level) const {
  ConfidenceInterval interval;
  interval.mean = mean_;
  if (count_ >= 2) {
    const auto n = static_cast<double>(count_);
    interval.half_width = student_t(level, n - 1.0) * std::sqrt(variance() / n);
  }
  return interval;
}

}  // namespace spawnpoint
