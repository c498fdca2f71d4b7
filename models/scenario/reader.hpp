// SPDX-License-Identifier: GPL-3.0-or-later
// Reads typed values out of a document's nodes. Every mistake is told at its place; reading goes on behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/machine/profile.hpp"
#include "models/scenario/diagnostics.hpp"
#include "models/scenario/document.hpp"

namespace spawnpoint {

/// A range of whole numbers, both ends included.
struct CountRange {
  std::int64_t low = 0;
  std::int64_t high = 1'000'000'000'000;
};

// One value each; no value where the node holds a mistake, which has then been told. `name` is the key as people know
// it.
std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out);
std::optional<std::int64_t> read_count(const Node& node, std::string_view name, CountRange range, Diagnostics& out);
std::optional<bool> read_flag(const Node& node, std::string_view name, Diagnostics& out);
std::optional<Duration> read_duration(const Node& node, std::string_view name, Diagnostics& out);
std::optional<Bytes> read_bytes(const Node& node, std::string_view name, Diagnostics& out);
/// The index of the word in `words`.
std::optional<std::size_t> read_choice(const Node& node, std::string_view name, std::span<const std::string_view> words,
                                       Diagnostics& out);
/// Tells "`name` is X, not Y".
void wrong_kind(const Node& node, std::string_view name, std::string_view wanted, Diagnostics& out,
                std::string hint = {});
/// A number that lacks its unit: says which text to write. `units` are examples, the likeliest first.
void lacks_unit(const Node& node, std::string_view name, std::string_view what,
                std::initializer_list<std::string_view> units, Diagnostics& out);
bool is_number(const Node& node);
/// The number as the file writes it.
std::string number_text(const Node& node);

/// Reads a table key by key; a key that nobody asked for is unknown.
class TableReader {
 public:
  /// `path` is the table's own name, empty for a file's root. The node must outlive the reader.
  TableReader(const Node& table, std::string path, Diagnostics& out);
  /// A sub-table that may be missing (then it reads as empty) or be something else (then that is told).
  TableReader table(std::string_view key);

  /// The value of `key`, which is known from now on; null where it is missing.
  const Node* take(std::string_view key);
  const Node::Entry* entry(std::string_view key) const { return table_->find(key); }
  std::string name(std::string_view key) const;
  const std::string& path() const { return path_; }
  Diagnostics& out() { return *out_; }
  /// Adds words to "did you mean" that this version does not have, or that are read elsewhere.
  void also_known(std::string key) { known_.push_back(std::move(key)); }
  /// Tells the keys that nobody took.
  void finish();

 private:
  const Node* table_;
  std::string path_;
  Diagnostics* out_;
  std::vector<std::string> known_;
};

/// A visitor of describe() (models/machine/profile_fields.hpp): fills a profile from a table.
class FieldReader {
 public:
  /// The names of the fields that the table has are added to `present`, as "limits.pids_max".
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
  void size(std::string_view key, Bytes& value, std::string_view help);
  void duration(std::string_view key, Duration& value, std::string_view help);
  void cost(std::string_view key, Cost& value, std::string_view help);
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> words, std::string_view) {
    if (const Node* node = take(key))
      if (const auto index = read_choice(*node, table_.name(key), words, table_.out()))
        value = static_cast<Enum>(*index);
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

  TableReader table_;
  std::vector<std::string>* present_;
  std::string prefix_;
};

}  // namespace spawnpoint
