// SPDX-License-Identifier: GPL-3.0-or-later
// OutputFile: text into a file through one large buffer; numbers and times in one exact, locale-independent form.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/units.hpp"

namespace spawnpoint {

class OutputFile {
 public:
  /// Replaces the file. Errors are kept and told by `close`.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  OutputFile& operator<<(std::string_view text);
  OutputFile& operator<<(char c) {
    need(1);
    buffer_[used_++] = c;
    return *this;
  }
  template <std::integral T>
  OutputFile& operator<<(T number) {
    need(kLongestNumber);
    used_ = static_cast<std::size_t>(std::to_chars(at(), at() + kLongestNumber, number).ptr - buffer_.get());
    return *this;
  }
  /// The shortest text that reads back as the same number.
  OutputFile& operator<<(double number) {
    need(kLongestNumber);
    used_ = static_cast<std::size_t>(std::to_chars(at(), at() + kLongestNumber, number).ptr - buffer_.get());
    return *this;
  }
  /// `count` nanoseconds as a decimal fraction of a unit of 10^`digits` nanoseconds: all digits, always.
  OutputFile& fraction(std::int64_t count, int digits);
  /// In seconds: "1.000000250".
  OutputFile& seconds(Instant t) { return fraction(t.time_since_epoch().count(), 9); }
  /// In microseconds: "1000000.250".
  OutputFile& microseconds(Instant t) { return fraction(t.time_since_epoch().count(), 3); }

  /// Writes what is left. The error says the file and what the system says.
  std::expected<void, std::string> close();

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 20;
  static constexpr std::size_t kLongestNumber = 64;
  char* at() { return buffer_.get() + used_; }
  void need(std::size_t bytes) {
    if (kBuffer - used_ < bytes) flush();
  }
  void flush();
  void write_all(const char* text, std::size_t size);

  std::filesystem::path path_;
  int fd_ = -1;
  int error_ = 0;
  std::size_t used_ = 0;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace spawnpoint
