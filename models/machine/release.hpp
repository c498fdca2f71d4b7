// SPDX-License-Identifier: GPL-3.0-or-later
// Releases of Linux, and of the C library, by their numbers.
#pragma once

#include <compare>
#include <string_view>

namespace spawnpoint {

struct Release {
  int major = 0;
  int minor = 0;
  friend constexpr auto operator<=>(const Release&, const Release&) = default;
};

/// Of "6.18.44-fc" it is 6.18. What begins with no number is taken for a current kernel.
Release release_of(std::string_view version);

}  // namespace spawnpoint
