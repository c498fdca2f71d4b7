// SPDX-License-Identifier: GPL-3.0-or-later
// Elementary functions whose last bit is the same on every machine, unlike libm's: nothing but +, -, *, / and sqrt,
// which IEEE 754 rounds exactly. Good to a few units in the last place. portable_math.cpp and its users that need the
// same bits everywhere are compiled without contraction to fused multiply-add (see core/CMakeLists.txt).
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace spawnpoint::portable {

/// Natural logarithm of a positive, normal, finite number.
constexpr double log(double x) noexcept;
/// 0 below -708, infinity above 709.
constexpr double exp(double x) noexcept;
/// x to the power of y, for positive x. The relative error grows with |y log x|: 1e-13 at 1e+-200.
double pow(double x, double y) noexcept;
/// Logarithm of the gamma function, for positive x.
double log_gamma(double x) noexcept;
/// P(Z <= x) of the standard normal distribution.
double normal_cdf(double x) noexcept;
/// The x with P(Z <= x) = p, for p in (0, 1): Wichura's algorithm AS 241 (Applied Statistics 37, 1988).
double normal_quantile(double p) noexcept;

namespace detail {

// ln 2 in two parts; the upper one has 32 trailing zero bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInverseLn2 = 0x1.71547652b82fep+0;

/// (((c[n-1] x + c[n-2]) x + …) x + c[0].
template <int n>
constexpr double polynomial(const double (&c)[n], double x) {
  double sum = c[n - 1];
  for (int i = n - 2; i >= 0; --i) sum = sum * x + c[i];
  return sum;
}

}  // namespace detail

constexpr double log(double x) noexcept {
  // x = 2^k m with m in [sqrt(1/2), sqrt(2)); log m = 2 artanh(s) with s = (m-1)/(m+1), |s| < 0.1716.
  constexpr std::uint64_t kSqrtHalf = 0x3FE6A09E667F3BCD;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t offset = bits - kSqrtHalf;
  const auto k = static_cast<double>(static_cast<std::int64_t>(offset) >> 52);
  const double m = std::bit_cast<double>(bits - (offset & 0xFFF0000000000000));
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  // The series of artanh, in two halves that a processor computes side by side. The next term is below 2^-57.
  const double even = detail::polynomial({2.0 / 3, 2.0 / 7, 2.0 / 11, 2.0 / 15, 2.0 / 19}, w);
  const double odd = detail::polynomial({2.0 / 5, 2.0 / 9, 2.0 / 13, 2.0 / 17, 2.0 / 21}, w);
  const double series = z * (even + z * odd);
  // log m = f - f²/2 + s (f²/2 + series), which loses less than 2s + s·series because f is exact.
  const double half_square = 0.5 * f * f;
  return k * detail::kLn2High + ((s * (half_square + series) + k * detail::kLn2Low) - half_square + f);
}

constexpr double exp(double x) noexcept {
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  if (x < -708.0) return 0.0;
  // e^x = 2^k e^r with |r| <= ln(2)/2; e^r by its power series, to r^14 / 14! < 2^-57.
  const double scaled = x * detail::kInverseLn2;
  const auto k = static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double high = x - static_cast<double>(k) * detail::kLn2High;
  const double low = static_cast<double>(k) * detail::kLn2Low;
  const double r = high - low;
  const double tail =
      detail::polynomial({1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880,
                          1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0, 1.0 / 87178291200.0},
                         r);
  const double lost = (high - r) - low;
  const double value = 1.0 + (r + (r * r * tail + lost));
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) + (static_cast<std::uint64_t>(k) << 52));
}

}  // namespace spawnpoint::portable
