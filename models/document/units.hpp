// SPDX-License-Identifier: GPL-3.0-or-later
// Values with units, as files write them: text into values, and values back into the text that reads the same.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/text/time_units.hpp"
#include "core/units.hpp"

namespace spawnpoint {

// Errors say what is wrong, in words.
std::expected<Duration, std::string> parse_duration(std::string_view text);
std::expected<Bytes, std::string> parse_bytes(std::string_view text);
std::expected<double, std::string> parse_rate(std::string_view text);  ///< Per second.

/// A percentage of `whole`: "150%".
std::expected<Duration, std::string> parse_share(std::string_view text, Duration whole);
std::string share_text(Duration part, Duration whole);

/// Exact, in the largest unit that fits: "512MiB", "5824B".
std::string bytes_text(Bytes bytes);

}  // namespace spawnpoint
