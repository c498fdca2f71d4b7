// SPDX-License-Identifier: GPL-3.0-or-later
// Document: a TOML text as a plain tree whose nodes know their place. The only door to toml++; what comes in is
// untrusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.hpp"

namespace spawnpoint {

/// One value of a document.
struct Node {
  enum class Kind : std::uint8_t { table, array, string, integer, real, boolean, date };
  struct Entry;

  Kind kind = Kind::table;
  Place place;
  std::string text;  ///< A string's text; a bare scalar of a setting keeps here what was typed.
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  bool from_setting = false;   ///< Comes from a `--set`, where quotes may be left out.
  std::vector<Entry> entries;  ///< Of a table, in the order of the text.
  std::vector<Node> items;     ///< Of an array.

  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
};

struct Node::Entry {
  std::string key;
  Place place;  ///< Of the key.
  Node value;
};

/// "text", "a whole number", "a table" …
std::string_view kind_name(Node::Kind kind);

/// The most bytes that are read of a scenario or a profile.
inline constexpr std::size_t kLargestFile = std::size_t{4} << 20;

/// Parses a text into its root table. A text that is too large, not UTF-8, nested too deeply or not TOML gives one
/// diagnostic and no table.
std::optional<Node> parse_document(const SourceText& source, Diagnostics& out);

/// Parses the value of a setting as TOML would (numbers, booleans, arrays, tables, quoted strings), else as a bare
/// string. `value_offset` is where the value begins in the source's text.
std::optional<Node> parse_setting_value(const SourceText& source, std::size_t value_offset, Diagnostics& out);

/// A text as TOML writes it: in quotes, with what needs it escaped.
std::string toml_string(std::string_view text);

}  // namespace spawnpoint
