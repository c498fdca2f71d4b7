// SPDX-License-Identifier: GPL-3.0-or-later
// The one place that knows which Catch2 is installed: 3 (Debian 13) or 2.13 (Debian 12).
#pragma once
#ifdef SPAWNPOINT_CATCH2_3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>

#include <string>
namespace Catch::Matchers {
/// As Catch2 3 calls it; there, Contains means something else.
inline auto ContainsSubstring(const std::string& text) {
  return Contains(text);
}
}  // namespace Catch::Matchers
#endif
