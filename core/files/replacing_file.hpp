// SPDX-License-Identifier: GPL-3.0-or-later
// ReplacingFile: a file that is written beside the one that it replaces, and takes its place when all of it is there.
// Whatever happens before, a full disk or the end of this process, the old file stays as it was.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/files/file_descriptor.hpp"

namespace spawnpoint {

class ReplacingFile {
 public:
  /// Begins a file without touching the one that is there. What is there and not an ordinary file (a device, a pipe) is
  /// written to itself; a link leads to the file that is replaced. Errors say the file and what the system says.
  static std::expected<ReplacingFile, std::string> create(const std::filesystem::path& path);

  ReplacingFile(ReplacingFile&& other) noexcept;
  ReplacingFile& operator=(ReplacingFile&& other) noexcept;
  /// Without commit() nothing is left of it.
  ~ReplacingFile();

  int get() const { return file_.get(); }
  /// All of it, or an error.
  std::expected<void, std::string> write(std::string_view text);
  /// Puts it in place. Nothing can be written afterwards.
  std::expected<void, std::string> commit();

 private:
  ReplacingFile() = default;
  std::unexpected<std::string> failed(int error) const;
  void discard() noexcept;

  std::filesystem::path path_;    ///< As it was asked for.
  std::filesystem::path target_;  ///< Where it goes.
  std::filesystem::path beside_;  ///< Where it is until then; empty: it has no name, or it is written directly.
  bool replaces_ = false;
  FileDescriptor file_;
};

/// The whole file in one.
std::expected<void, std::string> replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace spawnpoint
