// SPDX-License-Identifier: GPL-3.0-or-later
// Small things that every reader of text needs: blanks, whole numbers, UTF-8.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace spawnpoint {

/// `text` without blanks (spaces, tabs, ends of lines) at its ends.
std::string_view trimmed(std::string_view text);

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// What a name consists of: letters of ASCII, digits and underscores.
constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

/// The number that `text` is from its first character to its last; no value for anything else, infinities and numbers
/// that T cannot hold among it.
template <class T>
  requires std::integral<T> || std::floating_point<T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  if constexpr (std::floating_point<T>) {
    if (!std::isfinite(value)) return std::nullopt;
  }
  return value;
}

/// Whether a code point begins with this byte of UTF-8.
constexpr bool starts_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}
/// How many code points `text` has; a byte that is not UTF-8 counts as one.
std::size_t code_points(std::string_view text);
/// The first `count` code points of `text`.
std::string_view first_code_points(std::string_view text, std::size_t count);

/// The length of the UTF-8 sequence that begins at `at`; 0 where it is none (overlong, a surrogate, beyond U+10FFFF,
/// cut).
std::size_t utf8_length(std::string_view text, std::size_t at);

/// A field of a CSV file (RFC 4180): in quotes where it needs them.
std::string csv_field(std::string_view text);

/// A name for a file that every file system takes: of letters of ASCII, digits, `_`, `.` and `-`; `instead` where
/// nothing is left.
std::string file_name(std::string_view text, std::string_view instead = "run");

/// A word of a shell's command line: in quotes where it needs them.
std::string shell_word(std::string_view text);

/// Text from outside made fit for a terminal: control characters would move its cursor, so they become middle dots.
/// Tabs stay, and with `ends_of_lines` those too.
std::string printable(std::string_view text, bool ends_of_lines = false);
/// The same made fit for a message: one line, and cut after `most` code points.
std::string shown(std::string_view text, std::size_t most = 60);

}  // namespace spawnpoint
