// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/variates.hpp"

#include <array>
#include <cmath>

#include "core/simulation/portable_math.hpp"

namespace spawnpoint {
namespace {

// Layers of equal area under e^-x. Layer 0 is the lowest: a rectangle and the whole tail beyond kTail.
struct ExponentialLayers {
  static constexpr int kCount = 256;
  static constexpr double kTail = 7.69711747013104972;
  static constexpr double kArea = 0.0039496598225815571993;

  std::array<double, kCount + 1> width;   // of layer i; its part up to width[i + 1] lies wholly under the curve
  std::array<double, kCount + 1> height;  // e^-width

  constexpr ExponentialLayers() noexcept : width(), height() {
    width[0] = kArea / portable::exp(-kTail);
    width[1] = kTail;
    for (std::size_t i = 1; i + 1 < kCount; ++i) {
      width[i + 1] = -portable::log(kArea / width[i] + portable::exp(-width[i]));
    }
    width[kCount] = 0.0;
    for (std::size_t i = 0; i <= kCount; ++i) height[i] = portable::exp(-width[i]);
  }
};

constexpr ExponentialLayers kLayers;

// One draw in a hundred comes here: `x` lies beyond the part of its layer that is wholly under the curve.
[[gnu::noinline]] double exponential_at_edge(std::size_t layer, double x, RandomStream& random) noexcept {
  if (layer == 0) return ExponentialLayers::kTail - portable::log(open_uniform(random));
  const double y = kLayers.height[layer] + random.uniform() * (kLayers.height[layer + 1] - kLayers.height[layer]);
  return y < portable::exp(-x) ? x : standard_exponential(random);
}

}  // namespace

double open_uniform(RandomStream& random) noexcept {
  return (static_cast<double>(random.next() >> 12) + 0.5) * 0x1p-52;
}

double standard_exponential(RandomStream& random) noexcept {
  const std::uint64_t bits = random.next();
  const std::size_t layer = bits & (ExponentialLayers::kCount - 1);  // the bits that to_unit_interval leaves
  const double x = to_unit_interval(bits) * kLayers.width[layer];
  return x < kLayers.width[layer + 1] ? x : exponential_at_edge(layer, x, random);
}

double standard_normal(RandomStream& random) noexcept {
  return portable::normal_quantile(open_uniform(random));
}

double standard_gamma(RandomStream& random, double shape) noexcept {
  if (shape < 1.0) {
    const double boost = standard_exponential(random) / shape;
    return standard_gamma(random, shape + 1.0) * portable::exp(-boost);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double z = standard_normal(random);
    const double root = 1.0 + c * z;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double u = open_uniform(random);
    if (portable::log(u) < 0.5 * z * z + d * (1.0 - v + portable::log(v))) return d * v;
  }
}

}  // namespace spawnpoint
