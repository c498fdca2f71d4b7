// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/weight.hpp"

#include <array>
#include <cstddef>

namespace spawnpoint::kernel {

Weight weight_of(int nice) {
  // The values are the kernel's interface to its users: "nice 5 beside nice 0 gets 335 of 1359".
  static constexpr std::array<std::int32_t, kMostNice - kLeastNice + 1> kWeights{
      88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,  //
      9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,   //
      1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,    //
      110,   87,    70,    56,    45,    36,    29,    23,    18,    15};
  return kWeights.at(static_cast<std::size_t>(nice - kLeastNice));
}

}  // namespace spawnpoint::kernel
