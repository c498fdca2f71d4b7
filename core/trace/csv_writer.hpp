// SPDX-License-Identifier: GPL-3.0-or-later
// A Trace as a folder of tables: jobs.csv, segments.csv, series.csv, marks.csv, and run.csv with what is said once.
// Times are seconds with all nine digits, jobs are counted from 1 as people count them, lane 0 is the main thread; what
// does not exist is an empty field. csv_reader.hpp reads the folder back, equal in every bit.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// Makes the folder if it is not there. The error names the file and says why.
std::expected<void, std::string> write_csv(const Trace& trace, const std::filesystem::path& directory);

}  // namespace spawnpoint
