// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace spawnpoint {

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)),
      error_(file_ ? 0 : errno),
      buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)) {}

OutputFile& OutputFile::write_long(std::string_view text) {
  flush();
  write_all(text.data(), text.size());
  return *this;
}

void OutputFile::flush() {
  write_all(buffer_.get(), used_);
  used_ = 0;
}

void OutputFile::write_all(const char* text, std::size_t size) {
  while (size > 0 && error_ == 0) {
    const ssize_t written = ::write(file_.get(), text, size);
    if (written < 0) {
      if (errno != EINTR) error_ = errno;
      continue;
    }
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

std::expected<void, std::string> OutputFile::close() {
  flush();
  // Some file systems report a full disk only here.
  if (file_ && ::close(file_.release()) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0) return std::unexpected(path_.string() + ": " + std::strerror(error_));
  return {};
}

}  // namespace spawnpoint
