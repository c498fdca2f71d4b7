// SPDX-License-Identifier: GPL-3.0-or-later
// Distributions as files write them: `10ms`, `exp(mean=1s)`, `empirical(file.csv)`.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/simulation/distribution.hpp"
#include "models/document/data_file.hpp"

namespace spawnpoint {

/// The error says what is wrong, in words. `remark` gets what is to be said of a good one, if anything is.
std::expected<Distribution, std::string> parse_distribution(std::string_view text, const InputPlace& place = {},
                                                            std::string* remark = nullptr);

}  // namespace spawnpoint
