// SPDX-License-Identifier: GPL-3.0-or-later
// The one place that knows which Catch2 is installed: 3 (Debian 13) or 2.13 (Debian 12).
#pragma once
#ifdef SPAWNPOINT_CATCH2_3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>

#include <iostream>
#include <string>

namespace spawnpoint::tests {
/// How often SKIP was met.
inline int skips = 0;
}  // namespace spawnpoint::tests

/// As Catch2 3 has it: ends the test case here, and it counts as skipped. That exception ends one without a failure.
#define SKIP(why)                                 \
  do {                                            \
    ++spawnpoint::tests::skips;                   \
    std::cout << "skipped: " << why << std::endl; \
    throw Catch::TestFailureException{};          \
  } while (false)

namespace Catch::Matchers {
/// As Catch2 3 calls it; there, Contains means something else.
inline auto ContainsSubstring(const std::string& text) {
  return Contains(text);
}
}  // namespace Catch::Matchers
#endif
