// SPDX-License-Identifier: GPL-3.0-or-later
// Elementary functions whose last bit is the same on every machine, unlike libm's: nothing but +, -, *, / and sqrt,
// which IEEE 754 rounds exactly. Good to a few units in the last place. portable_math.cpp and its users that need the
// same bits everywhere are compiled without contraction to fused multiply-add (see core/CMakeLists.txt).
#pragma once

namespace spawnpoint::portable {

/// Natural logarithm of a positive, normal, finite number.
double log(double x) noexcept;
/// 0 below -708, infinity above 709.
double exp(double x) noexcept;
/// x to the power of y, for positive x. The relative error grows with |y log x|: 1e-13 at 1e+-200.
double pow(double x, double y) noexcept;
/// Logarithm of the gamma function, for positive x.
double log_gamma(double x) noexcept;
/// P(Z <= x) of the standard normal distribution.
double normal_cdf(double x) noexcept;
/// The x with P(Z <= x) = p, for p in (0, 1): Wichura's algorithm AS 241 (Applied Statistics 37, 1988).
double normal_quantile(double p) noexcept;

}  // namespace spawnpoint::portable
