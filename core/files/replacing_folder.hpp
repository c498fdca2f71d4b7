// SPDX-License-Identifier: GPL-3.0-or-later
// ReplacingFolder: a folder of files that belong together. They are written beside the folder that they go to and take
// their place when all of them are there, so that nobody finds old and new ones mixed.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace spawnpoint {

class ReplacingFolder {
 public:
  /// `files` are the names of all files that it will have; without the first one the others mean nothing.
  static std::expected<ReplacingFolder, std::string> create(const std::filesystem::path& path,
                                                            std::vector<std::string> files);
  ReplacingFolder(ReplacingFolder&& other) noexcept;
  ReplacingFolder& operator=(ReplacingFolder&&) = delete;
  /// Without commit() nothing is left of it.
  ~ReplacingFolder();

  /// Where to write the files.
  const std::filesystem::path& folder() const { return beside_; }
  /// Puts them in place. Other files that are in the folder already stay there.
  std::expected<void, std::string> commit();

 private:
  ReplacingFolder() = default;
  bool has_only_these() const;
  std::expected<void, std::string> move_one_by_one();
  std::unexpected<std::string> failed(const std::string& why) const;

  std::filesystem::path path_;
  std::filesystem::path target_;
  std::filesystem::path beside_;  ///< Empty: committed.
  std::vector<std::string> files_;
};

}  // namespace spawnpoint
