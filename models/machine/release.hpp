// SPDX-License-Identifier: GPL-3.0-or-later
// Releases of Linux, and of the C library, by their numbers; and what follows from one.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "core/units.hpp"

namespace spawnpoint {

struct Release {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend constexpr auto operator<=>(const Release&, const Release&) = default;
};

/// Of "6.18.44-fc" it is 6.18.44. What begins with no number is taken for a current kernel.
Release release_of(std::string_view version);

/// How long a thread's request for the processor is: 0.70 ms (0.75 ms before 6.15) times one more than the binary
/// logarithm of the processors, of which no more than eight count (kernel/sched/fair.c, sysctl_sched_base_slice and
/// get_update_sysctl_factor; before 6.6, sysctl_sched_min_granularity).
Duration base_slice_of(Release release, std::int64_t cpus);

}  // namespace spawnpoint
