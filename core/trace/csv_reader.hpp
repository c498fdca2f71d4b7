// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the folder that csv_writer.hpp wrote back into a Trace.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// The error is "file:line: what is wrong".
std::expected<Trace, std::string> read_csv(const std::filesystem::path& directory);

}  // namespace spawnpoint
