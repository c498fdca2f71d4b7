// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/peers/random.hpp"

#include "core/simulation/variates.hpp"

namespace bench {

double exponential() {
  static spawnpoint::RandomStream random{1, "hold"};
  return spawnpoint::standard_exponential(random);
}

}  // namespace bench
