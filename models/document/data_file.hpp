// SPDX-License-Identifier: GPL-3.0-or-later
// Files that a scenario reads: bounded, ordinary files only, whatever their names say.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace spawnpoint {

/// The whole of an ordinary file; the error says what is wrong, without the file's name. Devices and pipes are refused.
std::expected<std::string, std::string> read_file(const std::filesystem::path& file, std::size_t largest);

/// The times in a CSV file (arrivals, measured durations): one per line, in its first column, such as "1.5s" or a plain
/// number of seconds. A first line without a number is a heading; `#` begins a comment. At most 16 MiB.
/// A relative name is looked up in `beside`.
std::expected<std::vector<Duration>, std::string> read_durations(std::string_view name,
                                                                 const std::filesystem::path& beside);

}  // namespace spawnpoint
