// SPDX-License-Identifier: GPL-3.0-or-later
// Files that a scenario reads: bounded, ordinary files only, whatever their names say, and each read once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace spawnpoint {

/// The whole of an ordinary file; the error says what is wrong, without the file's name. Devices, pipes and what the
/// kernel makes up in /proc and /sys are refused.
std::expected<std::string, std::string> read_file(const std::filesystem::path& file, std::size_t largest);

/// The files that are read for one purpose, such as a sweep: each is read when it is first asked for, and stays as it
/// was then. Any thread may ask.
class InputFiles {
 public:
  std::expected<std::string, std::string> read(const std::filesystem::path& file, std::size_t largest);
  /// Of the contents of all that were read until now, and of what could not be read.
  std::uint64_t digest() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::expected<std::string, std::string>> read_;
};

/// Where the files are that a text names.
struct InputPlace {
  std::filesystem::path beside;       ///< The folder that relative names start from.
  std::shared_ptr<InputFiles> files;  ///< Null: each is read whenever it is asked for.

  std::expected<std::string, std::string> read(const std::filesystem::path& file, std::size_t largest) const {
    return files ? files->read(file, largest) : read_file(file, largest);
  }
};

/// What a file of times has.
struct DataFile {
  std::vector<Duration> times;
  int heading = 0;  ///< The number of the line that was taken for a heading; 0: none was.
};

/// The times in a CSV file (arrivals, measured durations): one per line, in its first column, such as "1.5s" or a plain
/// number of seconds. `#` begins a comment. The first line that is not empty may be a heading: one that begins with a
/// letter, a quote or an underscore. At most 16 MiB. Messages tell the place, never what is there: the file may be
/// anybody's.
std::expected<DataFile, std::string> read_durations(std::string_view name, const InputPlace& place);
/// What is to be said of a file that has a heading; empty: nothing.
std::string heading_remark(std::string_view name, const DataFile& data);

}  // namespace spawnpoint
