// SPDX-License-Identifier: GPL-3.0-or-later
// Saved records: a run's result and its trace as the folder of CSV files that `spawnpoint-run run --csv` writes, opened
// again as a run of its own. What is read may come from anywhere: it is checked, never trusted.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "models/result/result.hpp"

namespace spawnpoint {

struct SavedRecord {
  RunResult result;     ///< With its trace.
  std::string machine;  ///< The machine's name; empty: the record does not say.
  std::string version;  ///< Of the program that wrote it; empty: the record does not say.
};

/// Writes result and trace into `directory`, which is made if it is not there; of a modeled run without the time that
/// it took to compute. The error names the file.
std::expected<void, std::string> save_record(const RunResult& result, const std::string& machine,
                                             const std::filesystem::path& directory);

/// A record by its folder, or by its run.csv. One of the first format says nothing but the trace: its result is then
/// what the trace shows, and its label the folder's name. The error is "file:line:column: what is wrong".
std::expected<SavedRecord, std::string> open_record(const std::filesystem::path& path);

/// Whether `path` is meant as a record: a folder, or a file called run.csv.
bool is_record(const std::filesystem::path& path);

/// The records that `path` stands for, in the order of their names: itself, or those in the folder that --csv makes for
/// several runs. Itself too where there is none, so that opening it says why.
std::vector<std::filesystem::path> records_at(const std::filesystem::path& path);

/// "saved record · laptop-8g · seed 42 · Spawnpoint 1.2.0": what it is of, for people.
std::string provenance(const SavedRecord& record);

}  // namespace spawnpoint
