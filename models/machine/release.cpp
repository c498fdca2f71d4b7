// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/release.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <system_error>

namespace spawnpoint {

Release release_of(std::string_view version) {
  constexpr Release kCurrent{6, 18};
  Release release;
  const char* const end = version.data() + version.size();
  const auto major = std::from_chars(version.data(), end, release.major);
  if (major.ec != std::errc{} || release.major <= 0) return kCurrent;
  if (major.ptr == end || *major.ptr != '.') return release;
  const auto minor = std::from_chars(major.ptr + 1, end, release.minor);
  if (minor.ec == std::errc{} && minor.ptr != end && *minor.ptr == '.')
    std::from_chars(minor.ptr + 1, end, release.patch);
  return release;
}

Duration base_slice_of(Release release, std::int64_t cpus) {
  const auto unscaled = std::chrono::microseconds(release >= Release{6, 15} ? 700 : 750);
  return unscaled * std::bit_width(static_cast<std::uint64_t>(std::clamp<std::int64_t>(cpus, 1, 8)));
}

}  // namespace spawnpoint
