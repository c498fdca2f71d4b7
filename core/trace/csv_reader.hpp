// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the folder that csv_writer.hpp wrote back into a Trace.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "core/trace/csv_writer.hpp"
#include "core/trace/trace.hpp"

namespace spawnpoint {

/// A fact, and where its value is.
struct CsvFactRead : CsvFact {
  std::size_t line = 0;
  std::size_t column = 0;
};

struct CsvRecord {
  Trace trace;
  int format = 1;                  ///< Of run.csv. The first one has no facts; it can be read forever.
  std::vector<CsvFactRead> facts;  ///< Each key once.
};

/// The error is "file:line:column: what is wrong"; of a file that cannot be read at all, "file: why".
std::expected<CsvRecord, std::string> read_csv(const std::filesystem::path& directory);

}  // namespace spawnpoint
