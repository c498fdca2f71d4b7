// SPDX-License-Identifier: GPL-3.0-or-later
// OutputFile: text into a file through one large buffer; numbers and times in one exact, locale-independent form.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/files/replacing_file.hpp"
#include "core/units.hpp"

namespace spawnpoint {

class OutputFile {
 public:
  /// Replaces the file, when it is closed and all of it is there. Errors are kept and reported by `close`.
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  OutputFile& operator<<(std::string_view text) {
    if (text.size() > kBuffer) return write_long(text);
    need(text.size());
    std::memcpy(at(), text.data(), text.size());
    used_ += text.size();
    return *this;
  }
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
  /// In seconds, all nine digits, always: "1.000000250".
  OutputFile& seconds(Instant t) { return fraction<9>(t.time_since_epoch().count()); }
  /// In microseconds: "1000000.250".
  OutputFile& microseconds(Instant t) { return fraction<3>(t.time_since_epoch().count()); }

  /// Writes what is left and puts the file in place. The error says the file and what the system says. Without it the
  /// file that was there stays.
  std::expected<void, std::string> close();

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 20;
  static constexpr std::size_t kLongestNumber = 64;
  char* at() { return buffer_.get() + used_; }
  OutputFile& write_long(std::string_view text);

  /// `count` nanoseconds as a decimal fraction of a unit of 10^Digits nanoseconds. A record has millions of them: the
  /// unit is known to the compiler, and digits are written two by two.
  template <int Digits>
  OutputFile& fraction(std::int64_t count) {
    constexpr auto kUnit = [] {
      std::uint64_t unit = 1;
      for (int i = 0; i < Digits; ++i) unit *= 10;
      return unit;
    }();
    need(kLongestNumber);
    // Unsigned, so that the most negative count has an absolute value too.
    auto rest = static_cast<std::uint64_t>(count);
    if (count < 0) {
      buffer_[used_++] = '-';
      rest = 0 - rest;
    }
    char* const point = std::to_chars(at(), at() + kLongestNumber - 16, rest / kUnit).ptr;
    *point = '.';
    auto below = static_cast<std::uint32_t>(rest % kUnit);
    int digit = Digits;
    for (; digit > 1; digit -= 2, below /= 100)
      std::memcpy(point + digit - 1, kPairs.data() + std::size_t{below % 100} * 2, 2);
    if (digit == 1) point[1] = static_cast<char>('0' + below);
    used_ = static_cast<std::size_t>(point + Digits + 1 - buffer_.get());
    return *this;
  }
  /// "00" to "99".
  static constexpr auto kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
      pairs[2 * i] = static_cast<char>('0' + i / 10);
      pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
  }();
  void need(std::size_t bytes) {
    if (kBuffer - used_ < bytes) flush();
  }
  void flush();
  void write_all(std::string_view text);

  std::expected<ReplacingFile, std::string> file_;
  std::size_t used_ = 0;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace spawnpoint
