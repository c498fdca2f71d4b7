// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/field_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/text/text.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {
namespace {

constexpr std::string_view kUnlimited = "unlimited";

bool is_word(const Node& node, std::string_view word) {
  return node.kind == Node::Kind::string && node.text == word;
}

}  // namespace

FieldReader::FieldReader(TableReader table, std::vector<std::string>& present)
    : FieldReader(std::move(table), present, {}) {}

FieldReader::FieldReader(TableReader table, std::vector<std::string>& present, std::string prefix)
    : table_(std::move(table)), present_(&present), prefix_(std::move(prefix)) {}

const Node* FieldReader::take(std::string_view key) {
  const Node* node = table_.take(key);
  if (node != nullptr) present_->push_back(prefix_ + std::string(key));
  return node;
}

void FieldReader::text(std::string_view key, std::string& value, std::string_view) {
  if (const Node* node = take(key))
    if (auto read = read_text(*node, table_.name(key), table_.out())) value = std::move(*read);
}

void FieldReader::flag(std::string_view key, bool& value, std::string_view) {
  if (const Node* node = take(key))
    if (const auto read = read_flag(*node, table_.name(key), table_.out())) value = *read;
}

void FieldReader::count(std::string_view key, std::int64_t& value, CountRange range, std::string_view) {
  if (const Node* node = take(key))
    if (const auto read = read_count(*node, table_.name(key), range, table_.out())) value = *read;
}

namespace {

/// A number, or the word that stands for "no value". The outer optional is empty where there is a mistake.
std::optional<std::optional<std::int64_t>> read_count_or(const Node& node, const std::string& name, CountRange range,
                                                         std::string_view word, Diagnostics& out) {
  if (is_word(node, word)) return std::optional<std::int64_t>{};
  if (node.kind == Node::Kind::string) {
    std::string hint;
    if (!node.from_setting && parse_number<std::int64_t>(node.text)) hint = "numbers take no quotes";
    if (nearest(node.text, {std::string(word)})) hint = fmt::format("did you mean `{}`?", word);
    out.error(node.place,
              fmt::format("`{}` must be a whole number or \"{}\", not \"{}\"", name, word, shown(node.text)), hint);
    return std::nullopt;
  }
  if (const auto read = read_count(node, name, range, out)) return std::optional<std::int64_t>{*read};
  return std::nullopt;
}

/// A value alone is that of the program's own cgroup or user namespace: those above it keep theirs.
template <class T, class Read>
void read_levels(const Node& node, const std::string& name, std::vector<T>& value, Diagnostics& out, Read read) {
  constexpr std::size_t kDeepest = 32;  // The kernel's own depth of nested namespaces.
  std::vector<T> levels;
  bool good = true;
  const auto one = [&](const Node& item, const std::string& item_name) {
    if (auto level = read(item, item_name))
      levels.push_back(*level);
    else
      good = false;
  };
  if (node.kind != Node::Kind::array) {
    one(node, name);
  } else if (node.items.size() > kDeepest) {
    out.error(node.place, fmt::format("`{}` has at most {} levels", name, kDeepest));
    return;
  } else {
    for (std::size_t i = 0; i < node.items.size(); ++i) one(node.items[i], fmt::format("{}[{}]", name, i + 1));
  }
  if (!good) return;
  if (node.kind != Node::Kind::array && value.size() > 1)
    value.front() = levels.front();
  else
    value = std::move(levels);
}

}  // namespace

void FieldReader::count_limit(std::string_view key, CountLimit& value, CountRange range, std::string_view) {
  optional_count(key, value, range, kUnlimited, {});
}

void FieldReader::optional_count(std::string_view key, std::optional<std::int64_t>& value, CountRange range,
                                 std::string_view none, std::string_view) {
  if (const Node* node = take(key))
    if (const auto read = read_count_or(*node, table_.name(key), range, none, table_.out())) value = *read;
}

void FieldReader::count_limits(std::string_view key, std::vector<CountLimit>& value, CountRange range,
                               std::string_view) {
  if (const Node* node = take(key))
    read_levels(*node, table_.name(key), value, table_.out(), [&](const Node& item, const std::string& name) {
      return read_count_or(item, name, range, kUnlimited, table_.out());
    });
}

void FieldReader::counts(std::string_view key, std::vector<std::int64_t>& value, CountRange range, std::string_view) {
  if (const Node* node = take(key))
    read_levels(*node, table_.name(key), value, table_.out(),
                [&](const Node& item, const std::string& name) { return read_count(item, name, range, table_.out()); });
}

bool FieldReader::read_words(std::string_view key, std::span<const std::string_view> words,
                             std::vector<std::size_t>& indices) {
  const Node* node = take(key);
  if (node == nullptr) return false;
  const std::size_t errors = table_.out().errors();
  read_levels(*node, table_.name(key), indices, table_.out(),
              [&](const Node& item, const std::string& name) { return read_choice(item, name, words, table_.out()); });
  return table_.out().errors() == errors;
}

void FieldReader::optional_size(std::string_view key, std::optional<Bytes>& value, Bytes low, std::string_view none,
                                std::string_view) {
  const Node* node = take(key);
  if (node == nullptr) return;
  const std::string name = table_.name(key);
  if (is_word(*node, none)) {
    value.reset();
    return;
  }
  if (node->kind == Node::Kind::string && nearest(node->text, {std::string(none)})) {
    table_.out().error(node->place,
                       fmt::format("`{}` must be a size or \"{}\", not \"{}\"", name, none, shown(node->text)),
                       fmt::format("did you mean `{}`?", none));
    return;
  }
  const auto read = read_bytes(*node, name, table_.out());
  if (!read) return;
  if (*read < low) {
    table_.out().error(
        node->place, fmt::format("`{}` must be at least {} KiB, not \"{}\"", name, low.count >> 10, shown(node->text)));
    return;
  }
  value = *read;
}

void FieldReader::optional_share(std::string_view key, std::optional<Duration>& value, Duration whole,
                                 std::string_view none, std::string_view) {
  const Node* node = take(key);
  if (node == nullptr) return;
  const std::string name = table_.name(key);
  Diagnostics& out = table_.out();
  if (is_word(*node, none)) {
    value.reset();
  } else if (is_number(*node)) {
    lacks_unit(*node, name, "a percentage", {"%"}, out);
  } else if (node->kind != Node::Kind::string) {
    wrong_kind(*node, name, fmt::format("a percentage or \"{}\"", none), out, "such as \"150%\"");
  } else if (const auto share = parse_share(node->text, whole); !share) {
    out.error(node->place, fmt::format("`{}`: {}", name, share.error()),
              nearest(node->text, {std::string(none)}) ? fmt::format("did you mean `{}`?", none) : "");
  } else if (*share < whole / 100) {
    out.error(node->place, fmt::format("`{}` must be at least 1%, not \"{}\"", name, shown(node->text)));
  } else {
    value = *share;
  }
}

void FieldReader::size(std::string_view key, Bytes& value, std::string_view) {
  if (const Node* node = take(key))
    if (const auto read = read_bytes(*node, table_.name(key), table_.out())) value = *read;
}

void FieldReader::duration(std::string_view key, Duration& value, std::string_view) {
  if (const Node* node = take(key))
    if (const auto read = read_duration(*node, table_.name(key), table_.out())) value = *read;
}

void FieldReader::cost(std::string_view key, Cost& value, std::string_view) {
  const Node* node = take(key);
  if (node == nullptr) return;
  if (node->kind != Node::Kind::table) {
    if (const auto read = read_duration(*node, table_.name(key), table_.out())) value = {*read, Duration{0}};
    return;
  }
  TableReader inner(*node, table_.name(key), table_.out());
  Cost cost;
  if (const Node* part = inner.take("value")) {
    cost.value = read_duration(*part, inner.name("value"), table_.out()).value_or(cost.value);
  } else {
    table_.out().error(node->place, fmt::format("`{}` has no value", table_.name(key)),
                       "write it as \"15us\" or { value = \"15us\", interval = \"1us\" }");
  }
  if (const Node* part = inner.take("interval"))
    cost.interval = read_duration(*part, inner.name("interval"), table_.out()).value_or(cost.interval);
  inner.finish();
  value = cost;
}

}  // namespace spawnpoint
