// SPDX-License-Identifier: GPL-3.0-or-later
// A Trace as a folder of tables: jobs.csv, segments.csv, series.csv, marks.csv, and run.csv with what is said once.
// Times are seconds with all nine digits, jobs are counted from 1 as people count them, lane 0 is the main thread; what
// does not exist is an empty field. csv_reader.hpp reads the folder back, equal in every bit.
// run.csv may also say what the trace is of; what there is to say is the caller's business.
#pragma once

#include <expected>
#include <filesystem>
#include <span>
#include <string>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// A line of run.csv besides the trace's own, such as "scenario" and "threads.toml". A key is a word, with dots in it
/// perhaps.
struct CsvFact {
  std::string key;
  std::string value;
};

/// Makes the folder if it is not there. The error names the file and says why.
std::expected<void, std::string> write_csv(const Trace& trace, const std::filesystem::path& directory,
                                           std::span<const CsvFact> facts = {});

}  // namespace spawnpoint
