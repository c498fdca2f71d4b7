// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/portable_math.hpp"

#include <cfloat>
#include <cmath>

#ifdef __FAST_MATH__
#error "Results must not depend on how a compiler rearranges sums: build without -ffast-math."
#endif
static_assert(FLT_EVAL_METHOD == 0, "needs arithmetic in double, e.g. SSE2 rather than x87");

namespace spawnpoint::portable {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;
constexpr double kInverseSqrtTwoPi = 0.39894228040143267794;

using detail::polynomial;

}  // namespace

double pow(double x, double y) noexcept {
  return exp(y * log(x));
}

double log_gamma(double x) noexcept {
  // Stirling's series where it is good to 2^-53, and Γ(x) = Γ(x+1)/x down to there.
  double factor = 1.0;
  while (x < 10.0) {
    factor *= x;
    x += 1.0;
  }
  const double z = 1.0 / (x * x);
  const double series = polynomial({1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360,
                                    1.0 / 156, -3617.0 / 122400},
                                   z) /
                        x;
  return (x - 0.5) * log(x) - x + kHalfLogTwoPi + series - log(factor);
}

double normal_cdf(double x) noexcept {
  // The power series of Φ around 0 is all positive terms; far out a continued fraction of the tail takes over.
  const double distance = x < 0 ? -x : x;
  if (distance > 38.0) return x < 0 ? 0.0 : 1.0;
  const double density = kInverseSqrtTwoPi * exp(-0.5 * x * x);
  if (distance < 3.0) {
    double term = x;
    double sum = x;
    for (int k = 3; sum + term != sum; k += 2) sum += term *= x * x / k;
    return 0.5 + density * sum;
  }
  double fraction = distance;
  for (int k = 100; k > 0; --k) fraction = distance + k / fraction;
  return x < 0 ? density / fraction : 1.0 - density / fraction;
}

double normal_quantile(double p) noexcept {
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           polynomial(
               {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3},
               r) /
           polynomial(
               {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
                2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3},
               r);
  }
  const double tail = q < 0 ? p : 1.0 - p;
  const double r = std::sqrt(-log(tail));
  double x = 0;
  if (r <= 5.0) {
    x = polynomial(
            {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
             1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
            r - 1.6) /
        polynomial({1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                    1.05075007164441684324e-9},
                   r - 1.6);
  } else {
    x = polynomial({6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                    2.71155556874348757815e-5, 2.01033439929228813265e-7},
                   r - 5.0) /
        polynomial({1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                    2.04426310338993978564e-15},
                   r - 5.0);
  }
  return q < 0 ? -x : x;
}

}  // namespace spawnpoint::portable
