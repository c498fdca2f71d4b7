// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/replacing_folder.hpp"

#include <fcntl.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/files/beside.hpp"

namespace spawnpoint {

namespace fs = std::filesystem;

std::expected<ReplacingFolder, std::string> ReplacingFolder::create(const fs::path& path,
                                                                    std::vector<std::string> files) {
  ReplacingFolder made;
  made.path_ = path;
  made.files_ = std::move(files);
  // "out/" is "out".
  made.target_ = behind_links(path.has_filename() ? path : path.parent_path());
  std::error_code error;
  if (fs::exists(made.target_, error) && !fs::is_directory(made.target_, error))
    return made.failed(std::strerror(ENOTDIR));
  const fs::path parent = made.target_.parent_path();
  if (!parent.empty() && !fs::create_directories(parent, error) && error) return made.failed(error.message());
  remove_leftovers(made.target_);
  fs::path beside = name_beside(made.target_);
  if (!fs::create_directory(beside, error)) {
    // The folder may be all that belongs to us.
    const std::string why = error.message();
    beside = name_beside(made.target_ / made.target_.filename());
    if (!fs::create_directory(beside, error)) return made.failed(why);
  }
  made.beside_ = std::move(beside);
  return made;
}

ReplacingFolder::ReplacingFolder(ReplacingFolder&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      beside_(std::exchange(other.beside_, {})),
      files_(std::move(other.files_)) {}

ReplacingFolder::~ReplacingFolder() {
  std::error_code error;
  if (!beside_.empty()) fs::remove_all(beside_, error);
}

std::unexpected<std::string> ReplacingFolder::failed(const std::string& why) const {
  return std::unexpected(path_.string() + ": " + why);
}

bool ReplacingFolder::has_only_these() const {
  std::error_code error;
  for (auto entry = fs::directory_iterator(target_, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (std::ranges::find(files_, entry->path().filename().string()) == files_.end()) return false;
  return !error;
}

std::expected<void, std::string> ReplacingFolder::commit() {
  std::error_code error;
  if (!fs::exists(target_, error)) {
    fs::rename(beside_, target_, error);
    if (error) return failed(error.message());
    beside_.clear();
    return {};
  }
  const bool swaps =
      has_only_these() && ::renameat2(AT_FDCWD, beside_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
  if (!swaps) {
    if (auto moved = move_one_by_one(); !moved) return moved;
  }
  // What is left there: the old files, or nothing.
  fs::remove_all(beside_, error);
  beside_.clear();
  return {};
}

/// The first one is gone until all others are there.
std::expected<void, std::string> ReplacingFolder::move_one_by_one() {
  std::error_code error;
  fs::remove(target_ / files_.front(), error);
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    fs::rename(beside_ / *file, target_ / *file, error);
    if (error) return failed(error.message());
  }
  return {};
}

}  // namespace spawnpoint
