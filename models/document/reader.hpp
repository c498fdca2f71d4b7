// SPDX-License-Identifier: GPL-3.0-or-later
// Reads typed values out of a document's nodes. Every mistake is reported at its place; reading continues after it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/document.hpp"

namespace spawnpoint {

/// A range of whole numbers, both ends included.
struct CountRange {
  std::int64_t low = 0;
  std::int64_t high = 1'000'000'000'000;
};

// One value each; no value where the node holds a mistake, which has then been reported. `name` is the key as people
// know it.
std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out);
std::optional<std::int64_t> read_count(const Node& node, std::string_view name, CountRange range, Diagnostics& out);
std::optional<bool> read_flag(const Node& node, std::string_view name, Diagnostics& out);
std::optional<Duration> read_duration(const Node& node, std::string_view name, Diagnostics& out);
std::optional<Bytes> read_bytes(const Node& node, std::string_view name, Diagnostics& out);
/// The index of the word in `words`.
std::optional<std::size_t> read_choice(const Node& node, std::string_view name, std::span<const std::string_view> words,
                                       Diagnostics& out);
/// Reports "`name` must be X, not Y".
void wrong_kind(const Node& node, std::string_view name, std::string_view wanted, Diagnostics& out,
                std::string hint = {});
/// A number that has no unit: says which text to write. `units` are examples, the likeliest first.
void lacks_unit(const Node& node, std::string_view name, std::string_view what,
                std::initializer_list<std::string_view> units, Diagnostics& out);
bool is_number(const Node& node);
/// The number as the file writes it.
std::string number_text(const Node& node);

/// A key that a kind of file may have, with a short help text: completion, "did you mean", the reference.
struct KeyHelp {
  std::string key;   ///< As "jobs.count".
  std::string type;  ///< As "number", "duration", "size".
  std::string help;
  std::vector<std::string> choices{};  ///< The words that its value may be, where it is one of some.
};

/// Reads a table key by key; a key that nobody asked for is unknown.
class TableReader {
 public:
  /// `path` is the table's own name, empty for a file's root. The node must outlive the reader, and so must
  /// `file_keys`: all keys of this kind of file, for "did you mean" where a key is in the wrong table.
  TableReader(const Node& table, std::string path, Diagnostics& out, std::span<const KeyHelp> file_keys = {});
  /// A sub-table that may be missing (then it reads as empty) or be something else (then that is reported).
  TableReader table(std::string_view key);

  /// The value of `key`, which is known from now on; null where it is missing.
  const Node* take(std::string_view key);
  const Node::Entry* entry(std::string_view key) const { return table_->find(key); }
  std::string name(std::string_view key) const;
  Diagnostics& out() { return *out_; }
  /// Reports the keys that nobody took.
  void finish();

 private:
  const Node* table_;
  std::string path_;
  Diagnostics* out_;
  std::span<const KeyHelp> file_keys_;
  std::vector<std::string> known_;
};

}  // namespace spawnpoint
