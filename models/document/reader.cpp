// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/simulation/distribution.hpp"
#include "core/text/text.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {
namespace {

constexpr Bytes kLargestSize{std::int64_t{1} << 60};

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

}  // namespace

bool is_number(const Node& node) {
  return node.kind == Node::Kind::integer || node.kind == Node::Kind::real;
}

std::string number_text(const Node& node) {
  return node.kind == Node::Kind::integer ? fmt::format("{}", node.integer) : fmt::format("{}", node.real);
}

void wrong_kind(const Node& node, std::string_view name, std::string_view wanted, Diagnostics& out, std::string hint) {
  out.error(node.place, fmt::format("`{}` must be {}, not {}", name, wanted, kind_name(node.kind)), std::move(hint));
}

void lacks_unit(const Node& node, std::string_view name, std::string_view what,
                std::initializer_list<std::string_view> units, Diagnostics& out) {
  const std::string number = number_text(node);
  if (number.front() == '-' || number.find_first_not_of("0123456789.") != std::string::npos) {
    out.error(node.place, fmt::format("`{}` must be {} of zero or more, with a unit, not {}", name, what, number),
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
  out.error(node.place, fmt::format("`{}` is {}: {} has no unit", name, what, number), hint);
}

std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out) {
  const bool scalar = node.kind != Node::Kind::table && node.kind != Node::Kind::array;
  if (node.kind == Node::Kind::string || (node.from_setting && scalar)) return node.text;
  wrong_kind(node, name, "text", out, scalar ? "text needs quotes" : "");
  return std::nullopt;
}

std::optional<std::int64_t> read_count(const Node& node, std::string_view name, CountRange range, Diagnostics& out) {
  constexpr double kExact = 9e15;  // Whole numbers up to there are told apart. A nan is none.
  if (node.kind == Node::Kind::real && std::abs(node.real) <= kExact && node.real == std::trunc(node.real)) {
    out.error(node.place, fmt::format("`{}` must be a whole number, not a decimal number", name),
              fmt::format("write {}", static_cast<std::int64_t>(node.real)));
    return std::nullopt;
  }
  if (node.kind != Node::Kind::integer) {
    wrong_kind(node, name, "a whole number", out,
               node.kind == Node::Kind::string && !node.from_setting ? "numbers take no quotes" : "");
    return std::nullopt;
  }
  if (node.integer < range.low || node.integer > range.high) {
    const std::string bound = node.integer < range.low ? fmt::format("at least {}", with_separators(range.low))
                                                       : fmt::format("at most {}", with_separators(range.high));
    out.error(node.place, fmt::format("`{}` must be {}, not {}", name, bound, with_separators(node.integer)));
    return std::nullopt;
  }
  return node.integer;
}

std::optional<bool> read_flag(const Node& node, std::string_view name, Diagnostics& out) {
  if (node.kind == Node::Kind::boolean) return node.boolean;
  wrong_kind(node, name, "true or false", out, node.kind == Node::Kind::string ? "true and false take no quotes" : "");
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
  out.error(node.place, fmt::format("`{}` must be {}, not \"{}\"", name, list_of(known), shown(node.text)),
            did_you_mean(node.text, known));
  return std::nullopt;
}

TableReader::TableReader(const Node& table, std::string path, Diagnostics& out, std::span<const KeyHelp> file_keys)
    : table_(&table), path_(std::move(path)), out_(&out), file_keys_(file_keys) {}

TableReader TableReader::table(std::string_view key) {
  const Node* node = take(key);
  if (node == nullptr) return {empty_table(), name(key), *out_, file_keys_};
  if (node->kind != Node::Kind::table) {
    const std::string profile = name(key) + ".profile";
    const bool has_profile = std::ranges::find(file_keys_, profile, &KeyHelp::key) != file_keys_.end();
    wrong_kind(*node, name(key), "a table", *out_,
               has_profile && node->kind == Node::Kind::string ? fmt::format("did you mean `{}`?", profile) : "");
    return {empty_table(), name(key), *out_, file_keys_};
  }
  return {*node, name(key), *out_, file_keys_};
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
      // A key that belongs elsewhere, such as `pids_max` right under [machine]: the one that is least deep.
      const KeyHelp* elsewhere = nullptr;
      const auto depth = [](const KeyHelp& key) { return std::ranges::count(key.key, '.'); };
      for (const KeyHelp& key : file_keys_) {
        if (!key.key.ends_with('.' + entry.key)) continue;
        if (elsewhere == nullptr || depth(key) < depth(*elsewhere)) elsewhere = &key;
      }
      if (elsewhere != nullptr) hint = fmt::format("did you mean `{}`?", elsewhere->key);
      if (hint.empty() && !known_.empty()) hint = fmt::format("known here: {}", list_of(known_));
    }
    out_->error(entry.place, fmt::format("unknown key `{}`", shown(name(entry.key))), std::move(hint));
  }
}

}  // namespace spawnpoint
