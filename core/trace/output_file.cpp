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
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)),
      error_(fd_ < 0 ? errno : 0),
      buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)) {}

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
}

OutputFile& OutputFile::operator<<(std::string_view text) {
  if (text.size() > kBuffer - used_) flush();
  if (text.size() > kBuffer) {
    write_all(text.data(), text.size());
  } else {
    std::memcpy(at(), text.data(), text.size());
    used_ += text.size();
  }
  return *this;
}

OutputFile& OutputFile::fraction(std::int64_t count, int digits) {
  need(kLongestNumber);
  // Unsigned, so that the most negative count has an absolute value too.
  auto rest = static_cast<std::uint64_t>(count);
  if (count < 0) {
    buffer_[used_++] = '-';
    rest = 0 - rest;
  }
  std::uint64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  char* const point = std::to_chars(at(), at() + kLongestNumber - 16, rest / unit).ptr;
  *point = '.';
  std::uint64_t below = rest % unit;
  for (int i = digits; i > 0; --i, below /= 10) point[i] = static_cast<char>('0' + below % 10);
  used_ = static_cast<std::size_t>(point + digits + 1 - buffer_.get());
  return *this;
}

void OutputFile::flush() {
  write_all(buffer_.get(), used_);
  used_ = 0;
}

void OutputFile::write_all(const char* text, std::size_t size) {
  while (size > 0 && error_ == 0) {
    const ssize_t written = ::write(fd_, text, size);
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
  // Some file systems tell of a full disk only here.
  if (fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0) return std::unexpected(path_.string() + ": " + std::strerror(error_));
  return {};
}

}  // namespace spawnpoint
