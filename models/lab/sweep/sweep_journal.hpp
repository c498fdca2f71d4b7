// SPDX-License-Identifier: GPL-3.0-or-later
// SweepJournal: a file to which a sweep's results are appended as they come. A sweep that is started again with it goes
// on from there.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/files/file_descriptor.hpp"
#include "models/lab/sweep/sweep.hpp"

namespace spawnpoint {

class SweepJournal {
 public:
  /// Opens or makes it, and reads what is in it; half a line at the end (a crash) is dropped. Errors, in words: the
  /// file cannot be used, belongs to another sweep, is used by another process, is damaged, or is not a journal.
  static std::expected<SweepJournal, std::string> open(const std::filesystem::path& file, const SweepPlan& plan);

  /// What was in it; may be moved out.
  std::map<std::size_t, SweepTaskResult> known;

  /// On the disk's side of this program's crash when it returns. A line that could not be written whole is taken back.
  std::expected<void, std::string> append(const SweepTask& task, const SweepTaskResult& result);

 private:
  std::unexpected<std::string> failed(const std::string& why) const;
  std::expected<void, std::string> append_line(std::string_view line);

  std::string name_;
  FileDescriptor file_;
};

}  // namespace spawnpoint
