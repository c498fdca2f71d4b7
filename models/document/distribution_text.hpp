// SPDX-License-Identifier: GPL-3.0-or-later
// Distributions as files write them: `10ms`, `exp(mean=1s)`, `empirical(file.csv)`.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/simulation/distribution.hpp"

namespace spawnpoint {

/// A relative file name is looked up in `beside`. The error says what is wrong, in words.
std::expected<Distribution, std::string> parse_distribution(std::string_view text, const std::filesystem::path& beside);

}  // namespace spawnpoint
