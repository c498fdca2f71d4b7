// SPDX-License-Identifier: GPL-3.0-or-later
// The files that a run leaves: its record for the Perfetto interface (--trace) and as CSV (--csv).
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "models/command_line/commands.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::command_line {

/// Names and writes them. With one run in one world `--trace out.json` writes out.json; with more, what sets the runs
/// apart goes before the extension: out.thread_per_job.modeled.json, and with several files
/// out.threads.thread_per_job.modeled.json.
class OutputFiles {
 public:
  /// `trace` is a file, `csv` a directory; each may be empty: not wanted.
  OutputFiles(const std::vector<Scenario>& scenarios, Worlds worlds, std::string trace, std::string csv);
  /// Error: the records would be beside another in their folder, and opening it would find only one of them.
  std::expected<void, std::string> check_folder() const;
  bool wanted() const { return !trace_.empty() || !csv_.empty(); }
  /// Error: what could not be written, in words.
  std::expected<void, std::string> write(std::size_t file, std::size_t run, const RunResult& result) const;

  /// What distinguishes this run from the others, such as "thread_per_job.modeled"; empty where there is but one.
  std::string tag(std::size_t file, std::size_t run, WorldKind world) const;

 private:
  std::filesystem::path trace_;
  std::filesystem::path csv_;
  std::vector<std::string> file_names_;               ///< Each once.
  std::vector<std::string> machines_;                 ///< Of each file.
  std::vector<std::vector<std::string>> run_names_;   ///< Of each file; each once.
  std::vector<std::vector<std::string>> run_titles_;  ///< The same, as people read them.
  bool several_worlds_;
};

/// The job lines, "start 1" and "end 1", in the order in which they happened, on standard output.
void print_log(const Trace& trace);

}  // namespace spawnpoint::command_line
