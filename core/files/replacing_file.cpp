// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/replacing_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/files/beside.hpp"

namespace spawnpoint {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 100;

}  // namespace

std::expected<ReplacingFile, std::string> ReplacingFile::create(const fs::path& path) {
  ReplacingFile made;
  made.path_ = path;
  if (path.empty()) return made.failed(ENOENT);
  made.target_ = behind_links(path);
  struct stat there{};
  const bool exists = ::stat(made.target_.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return made.failed(EISDIR);
  if (exists && !S_ISREG(there.st_mode)) {
    made.file_ = FileDescriptor(::open(made.target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!made.file_) return made.failed(errno);
    // Opened without waiting for a pipe's reader; written as slowly as it is read.
    ::fcntl(made.file_.get(), F_SETFL, 0);
    return made;
  }
  if (exists && ::access(made.target_.c_str(), W_OK) != 0) return made.failed(errno);
  made.replaces_ = true;
  remove_leftovers(made.target_);
  const mode_t mode = exists ? there.st_mode & 07777 : 0666;
  const fs::path folder = made.target_.has_parent_path() ? made.target_.parent_path() : fs::path(".");
  // Without a name it is gone with this process, whatever ends that. Not every file system can do it, and without /proc
  // it could not be given its name.
  if (::access("/proc/self/fd", X_OK) == 0)
    made.file_ = FileDescriptor(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
  for (int i = 0; !made.file_ && i < kTries; ++i) {
    made.beside_ = name_beside(made.target_);
    made.file_ = FileDescriptor(::open(made.beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!made.file_) {
      const int error = errno;
      made.beside_.clear();
      if (error != EEXIST) return made.failed(error);
    }
  }
  if (!made.file_) return made.failed(EEXIST);
  if (exists) ::fchmod(made.file_.get(), mode);
  return made;
}

ReplacingFile::ReplacingFile(ReplacingFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      beside_(std::exchange(other.beside_, {})),
      replaces_(other.replaces_),
      file_(std::move(other.file_)) {}

ReplacingFile& ReplacingFile::operator=(ReplacingFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  std::swap(beside_, other.beside_);
  std::swap(replaces_, other.replaces_);
  std::swap(file_, other.file_);
  return *this;
}

ReplacingFile::~ReplacingFile() {
  discard();
}

void ReplacingFile::discard() noexcept {
  if (!beside_.empty()) ::unlink(beside_.c_str());
  beside_.clear();
}

std::unexpected<std::string> ReplacingFile::failed(int error) const {
  return std::unexpected(path_.string() + ": " + std::strerror(error));
}

std::expected<void, std::string> ReplacingFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return failed(errno);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::expected<void, std::string> ReplacingFile::commit() {
  if (replaces_ && beside_.empty()) {
    const std::string self = "/proc/self/fd/" + std::to_string(file_.get());
    int error = EEXIST;
    for (int i = 0; error == EEXIST && i < kTries; ++i) {
      beside_ = name_beside(target_);
      error = ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, beside_.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
    }
    if (error != 0) {
      beside_.clear();
      return failed(error);
    }
  }
  // Some file systems report a full disk only here.
  if (::close(file_.release()) != 0 && errno != EINTR) return failed(errno);
  if (!replaces_) return {};
  if (::rename(beside_.c_str(), target_.c_str()) != 0) return failed(errno);
  beside_.clear();
  return {};
}

std::expected<void, std::string> replace_file(const fs::path& path, std::string_view text) {
  auto file = ReplacingFile::create(path);
  if (!file) return std::unexpected(file.error());
  if (auto written = file->write(text); !written) return written;
  return file->commit();
}

}  // namespace spawnpoint
