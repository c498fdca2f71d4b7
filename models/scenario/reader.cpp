// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spawnpoint {
namespace {

constexpr Bytes kLargestSize{std::int64_t{1} << 60};
constexpr std::string_view kUnlimited = "unlimited";

const Node& empty_table() {
  static const Node node;
  return node;
}

std::string with_separators(std::int64_t value) {
  std::string digits = fmt::format("{}", value);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  return digits;
}

bool is_word(const Node& node, std::string_view word) {
  return node.kind == Node::Kind::string && node.text == word;
}

}  // namespace

bool is_number(const Node& node) {
  return node.kind == Node::Kind::integer || node.kind == Node::Kind::real;
}

std::string number_text(const Node& node) {
  return node.kind == Node::Kind::integer ? fmt::format("{}", node.integer) : fmt::format("{}", node.real);
}

void wrong_kind(const Node& node, std::string_view name, std::string_view wanted, Diagnostics& out, std::string hint) {
  out.error(node.place, fmt::format("`{}` is {}, not {}", name, wanted, kind_name(node.kind)), std::move(hint));
}

void lacks_unit(const Node& node, std::string_view name, std::string_view what,
                std::initializer_list<std::string_view> units, Diagnostics& out) {
  const std::string number = number_text(node);
  if (number.front() == '-' || number.find_first_not_of("0123456789.") != std::string::npos) {
    out.error(node.place, fmt::format("`{}` is {}, zero or more, with its unit, not {}", name, what, number),
              fmt::format("write it as \"1{}\"", *units.begin()));
    return;
  }
  std::string hint = "write ";
  std::size_t i = 0;
  for (const std::string_view unit : units) {
    if (i > 0) hint += i + 1 == units.size() ? " or " : ", ";
    hint += fmt::format("\"{}{}\"", number, unit);
    ++i;
  }
  out.error(node.place, fmt::format("`{}` is {}: {} lacks its unit", name, what, number), hint);
}

std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out) {
  const bool scalar = node.kind != Node::Kind::table && node.kind != Node::Kind::array;
  if (node.kind == Node::Kind::string || (node.from_setting && scalar)) return node.text;
  wrong_kind(node, name, "a text", out, scalar ? "texts stand in quotes" : "");
  return std::nullopt;
}

std::optional<std::int64_t> read_count(const Node& node, std::string_view name, CountRange range, Diagnostics& out) {
  if (node.kind == Node::Kind::real &&
      node.real == static_cast<double>(static_cast<std::int64_t>(std::clamp(node.real, -9e15, 9e15)))) {
    out.error(node.place, fmt::format("`{}` is a whole number, not a decimal one", name),
              fmt::format("write {}", static_cast<std::int64_t>(node.real)));
    return std::nullopt;
  }
  if (node.kind != Node::Kind::integer) {
    wrong_kind(node, name, "a whole number", out,
               node.kind == Node::Kind::string && !node.from_setting ? "numbers stand without quotes" : "");
    return std::nullopt;
  }
  if (node.integer < range.low || node.integer > range.high) {
    const std::string bound = node.integer < range.low ? fmt::format("at least {}", with_separators(range.low))
                                                       : fmt::format("at most {}", with_separators(range.high));
    out.error(node.place, fmt::format("`{}` is {}, not {}", name, bound, with_separators(node.integer)));
    return std::nullopt;
  }
  return node.integer;
}

std::optional<bool> read_flag(const Node& node, std::string_view name, Diagnostics& out) {
  if (node.kind == Node::Kind::boolean) return node.boolean;
  wrong_kind(node, name, "true or false", out,
             node.kind == Node::Kind::string ? "true and false stand without quotes" : "");
  return std::nullopt;
}

std::optional<Duration> read_duration(const Node& node, std::string_view name, Diagnostics& out) {
  if (is_number(node)) {
    lacks_unit(node, name, "a duration", {"s", "ms", "us"}, out);
    return std::nullopt;
  }
  if (node.kind != Node::Kind::string) {
    wrong_kind(node, name, "a duration", out, "write it as \"10ms\"");
    return std::nullopt;
  }
  const auto value = parse_duration(node.text);
  if (!value) {
    out.error(node.place, fmt::format("`{}`: {}", name, value.error()));
    return std::nullopt;
  }
  if (*value > Distribution::kLongest) {
    out.error(node.place, fmt::format("`{}`: \"{}\" is longer than 100 years", name, shown(node.text)));
    return std::nullopt;
  }
  return *value;
}

std::optional<Bytes> read_bytes(const Node& node, std::string_view name, Diagnostics& out) {
  if (is_number(node)) {
    lacks_unit(node, name, "a size", {"MiB", "KiB", "B"}, out);
    return std::nullopt;
  }
  if (node.kind != Node::Kind::string) {
    wrong_kind(node, name, "a size", out, "write it as \"512MiB\"");
    return std::nullopt;
  }
  const auto value = parse_bytes(node.text);
  if (!value) {
    out.error(node.place, fmt::format("`{}`: {}", name, value.error()));
    return std::nullopt;
  }
  if (*value > kLargestSize) {
    out.error(node.place,
              fmt::format("`{}`: \"{}\" is more than {} GiB", name, shown(node.text), kLargestSize.count >> 30));
    return std::nullopt;
  }
  return *value;
}

std::optional<std::size_t> read_choice(const Node& node, std::string_view name, std::span<const std::string_view> words,
                                       Diagnostics& out) {
  const std::vector<std::string> known(words.begin(), words.end());
  if (node.kind != Node::Kind::string) {
    wrong_kind(node, name, list_of(known), out);
    return std::nullopt;
  }
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  out.error(node.place, fmt::format("`{}` is {}, not \"{}\"", name, list_of(known), shown(node.text)),
            did_you_mean(node.text, known));
  return std::nullopt;
}

TableReader::TableReader(const Node& table, std::string path, Diagnostics& out)
    : table_(&table), path_(std::move(path)), out_(&out) {}

TableReader TableReader::table(std::string_view key) {
  const Node* node = take(key);
  if (node == nullptr) return {empty_table(), name(key), *out_};
  if (node->kind != Node::Kind::table) {
    wrong_kind(*node, name(key), "a table", *out_);
    return {empty_table(), name(key), *out_};
  }
  return {*node, name(key), *out_};
}

const Node* TableReader::take(std::string_view key) {
  known_.emplace_back(key);
  const Node::Entry* found = table_->find(key);
  return found == nullptr ? nullptr : &found->value;
}

std::string TableReader::name(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

void TableReader::finish() {
  for (const Node::Entry& entry : table_->entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    std::string hint;
    if (const auto meant = nearest(entry.key, known_)) {
      hint = fmt::format("did you mean `{}`?", name(*meant));
    } else {
      // A key that belongs elsewhere, as `pids_max` right under [machine].
      for (const KeyHelp& key : scenario_keys()) {
        if (hint.empty() && key.key.ends_with('.' + entry.key)) hint = fmt::format("did you mean `{}`?", key.key);
      }
      if (hint.empty() && !known_.empty()) hint = fmt::format("known here: {}", list_of(known_));
    }
    out_->error(entry.place, fmt::format("unknown key `{}`", shown(name(entry.key))), std::move(hint));
  }
}

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
    const std::string hint = nearest(node.text, {std::string(word)}) ? fmt::format("did you mean `{}`?", word) : "";
    out.error(node.place, fmt::format("`{}` is a whole number or \"{}\", not \"{}\"", name, word, shown(node.text)),
              hint);
    return std::nullopt;
  }
  if (const auto read = read_count(node, name, range, out)) return std::optional<std::int64_t>{*read};
  return std::nullopt;
}

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
  if (good) value = std::move(levels);
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
    table_.out().error(node->place, fmt::format("`{}` is a size or \"{}\", not \"{}\"", name, none, shown(node->text)),
                       fmt::format("did you mean `{}`?", none));
    return;
  }
  const auto read = read_bytes(*node, name, table_.out());
  if (!read) return;
  if (*read < low) {
    table_.out().error(node->place,
                       fmt::format("`{}` is at least {} KiB, not \"{}\"", name, low.count >> 10, shown(node->text)));
    return;
  }
  value = *read;
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
    table_.out().error(node->place, fmt::format("`{}` lacks its value", table_.name(key)),
                       "write it as \"15us\" or { value = \"15us\", interval = \"1us\" }");
  }
  if (const Node* part = inner.take("interval"))
    cost.interval = read_duration(*part, inner.name("interval"), table_.out()).value_or(cost.interval);
  inner.finish();
  value = cost;
}

}  // namespace spawnpoint
