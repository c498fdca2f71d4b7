// SPDX-License-Identifier: GPL-3.0-or-later
// Standard random variates, from which distributions are made by scaling. Reproducible bit for bit.
#pragma once

#include "core/simulation/random_stream.hpp"

namespace spawnpoint {

/// In (0, 1), both ends excluded.
double open_uniform(RandomStream& random) noexcept;
/// Exponential with mean 1: the ziggurat of Marsaglia and Tsang (Journal of Statistical Software 5, 2000), 256 layers.
double standard_exponential(RandomStream& random) noexcept;
/// Normal with mean 0 and variance 1, by inversion.
double standard_normal(RandomStream& random) noexcept;
/// Gamma with the given shape and scale 1 (Marsaglia, Tsang, ACM TOMS 26, 2000).
double standard_gamma(RandomStream& random, double shape) noexcept;

}  // namespace spawnpoint
