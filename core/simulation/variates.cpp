// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/variates.hpp"

#include <cmath>

#include "core/numeric/portable_math.hpp"

namespace spawnpoint {
namespace {

constexpr double kTail = 7.69711747013104972;
constexpr double kArea = 0.0039496598225815571993;

constexpr ExponentialLayers exponential_layers() noexcept {
  ExponentialLayers layers{};
  layers.width[0] = kArea / portable::exp(-kTail);
  layers.width[1] = kTail;
  for (std::size_t i = 1; i + 1 < ExponentialLayers::kCount; ++i) {
    layers.width[i + 1] = -portable::log(kArea / layers.width[i] + portable::exp(-layers.width[i]));
  }
  layers.width[ExponentialLayers::kCount] = 0.0;
  for (std::size_t i = 0; i <= ExponentialLayers::kCount; ++i) layers.height[i] = portable::exp(-layers.width[i]);
  return layers;
}

}  // namespace

constexpr ExponentialLayers ExponentialLayers::kLayers = exponential_layers();

double ExponentialLayers::at_edge(std::size_t layer, double x, RandomStream& random) noexcept {
  if (layer == 0) return kTail - portable::log(open_uniform(random));
  const double y = kLayers.height[layer] + random.uniform() * (kLayers.height[layer + 1] - kLayers.height[layer]);
  return y < portable::exp(-x) ? x : standard_exponential(random);
}

double open_uniform(RandomStream& random) noexcept {
  return (static_cast<double>(random.next() >> 12) + 0.5) * 0x1p-52;
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
