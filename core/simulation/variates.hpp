// SPDX-License-Identifier: GPL-3.0-or-later
// Standard random variates, from which distributions are made by scaling. Reproducible bit for bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/simulation/random_stream.hpp"

namespace spawnpoint {

/// In (0, 1), both ends excluded.
double open_uniform(RandomStream& random) noexcept;
/// Exponential with mean 1: the ziggurat of Marsaglia and Tsang (Journal of Statistical Software 5, 2000), 256 layers.
inline double standard_exponential(RandomStream& random) noexcept;
/// Normal with mean 0 and variance 1, by inversion.
double standard_normal(RandomStream& random) noexcept;
/// Gamma with the given shape and scale 1 (Marsaglia, Tsang, ACM TOMS 26, 2000).
double standard_gamma(RandomStream& random, double shape) noexcept;

/// Of equal area under e^-x. Layer 0 is the lowest: a rectangle and the whole tail beyond it.
struct ExponentialLayers {
  static constexpr std::size_t kCount = 256;
  static const ExponentialLayers kLayers;

  /// For one draw in a hundred: `x` lies beyond the part of its layer that is wholly under the curve.
  [[gnu::cold]] static double at_edge(std::size_t layer, double x, RandomStream& random) noexcept;

  std::array<double, kCount + 1> width;   // of layer i; its part up to width[i + 1] lies wholly under the curve
  std::array<double, kCount + 1> height;  // e^-width
};

inline double standard_exponential(RandomStream& random) noexcept {
  const ExponentialLayers& layers = ExponentialLayers::kLayers;
  const std::uint64_t bits = random.next();
  const std::size_t layer = bits & (ExponentialLayers::kCount - 1);  // the bits that to_unit_interval leaves
  const double x = to_unit_interval(bits) * layers.width[layer];
  if (x < layers.width[layer + 1]) [[likely]]
    return x;
  return ExponentialLayers::at_edge(layer, x, random);
}

}  // namespace spawnpoint
