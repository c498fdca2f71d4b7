// SPDX-License-Identifier: GPL-3.0-or-later
// Fills a profile's fields from a table: the reading visitor of describe() (profile.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/reader.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

class FieldReader {
 public:
  /// The names of the fields that the table has are added to `present`, like "limits.pids_max".
  FieldReader(TableReader table, std::vector<std::string>& present);

  void text(std::string_view key, std::string& value, std::string_view help);
  void flag(std::string_view key, bool& value, std::string_view help);
  void count(std::string_view key, std::int64_t& value, CountRange range, std::string_view help);
  void count_limit(std::string_view key, CountLimit& value, CountRange range, std::string_view help);
  void count_limits(std::string_view key, std::vector<CountLimit>& value, CountRange range, std::string_view help);
  void counts(std::string_view key, std::vector<std::int64_t>& value, CountRange range, std::string_view help);
  /// `none` is the word for "no value".
  void optional_count(std::string_view key, std::optional<std::int64_t>& value, CountRange range, std::string_view none,
                      std::string_view help);
  void optional_size(std::string_view key, std::optional<Bytes>& value, Bytes low, std::string_view none,
                     std::string_view help);
  /// A percentage of `whole`, at least one.
  void optional_share(std::string_view key, std::optional<Duration>& value, Duration whole, std::string_view none,
                      std::string_view help);
  void size(std::string_view key, Bytes& value, std::string_view help);
  void duration(std::string_view key, Duration& value, std::string_view help);
  void cost(std::string_view key, Cost& value, std::string_view help);
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> words, std::string_view) {
    if (const Node* node = take(key))
      if (const auto index = read_choice(*node, table_.name(key), words, table_.out()))
        value = static_cast<Enum>(*index);
  }
  /// One word, or a list of them.
  template <class Enum>
  void choices(std::string_view key, std::vector<Enum>& values, std::span<const std::string_view> words,
               std::string_view) {
    std::vector<std::size_t> indices;
    for (const Enum value : values) indices.push_back(static_cast<std::size_t>(value));
    if (!read_words(key, words, indices)) return;
    values.clear();
    for (const std::size_t index : indices) values.push_back(static_cast<Enum>(index));
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    FieldReader inner(table_.table(key), *present_, prefix_ + std::string(key) + '.');
    body(inner);
    inner.finish();
  }

  TableReader& table() { return table_; }
  void finish() { table_.finish(); }

 private:
  FieldReader(TableReader table, std::vector<std::string>& present, std::string prefix);
  const Node* take(std::string_view key);
  /// False: the key is not there, or has a mistake.
  bool read_words(std::string_view key, std::span<const std::string_view> words, std::vector<std::size_t>& indices);

  TableReader table_;
  std::vector<std::string>* present_;
  std::string prefix_;
};

}  // namespace spawnpoint
