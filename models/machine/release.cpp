// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/release.hpp"

#include <charconv>
#include <system_error>

namespace spawnpoint {

Release release_of(std::string_view version) {
  constexpr Release kCurrent{6, 18};
  Release release;
  const char* const end = version.data() + version.size();
  const auto major = std::from_chars(version.data(), end, release.major);
  if (major.ec != std::errc{} || release.major <= 0) return kCurrent;
  if (major.ptr != end && *major.ptr == '.') std::from_chars(major.ptr + 1, end, release.minor);
  return release;
}

}  // namespace spawnpoint
