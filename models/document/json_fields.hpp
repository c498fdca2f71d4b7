// SPDX-License-Identifier: GPL-3.0-or-later
// Described fields as JSON and back, exactly: two visitors of a describe(). Sizes, durations and distributions are the
// texts that files have, read by the same parsers. What a visitor is told besides key and value (ranges, help) is for
// others. Errors are exceptions of the JSON library, or std::runtime_error.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/simulation/distribution.hpp"
#include "core/text/time_units.hpp"
#include "core/units.hpp"
#include "models/document/distribution_text.hpp"
#include "models/document/reader.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {

using FieldJson = nlohmann::ordered_json;

class JsonFieldWriter {
 public:
  explicit JsonFieldWriter(FieldJson& json) : json_(&json) {}

  void text(std::string_view key, const std::string& value, const auto&...) { put(key, value); }
  void flag(std::string_view key, bool value, const auto&...) { put(key, value); }
  void count(std::string_view key, std::int64_t value, const auto&...) { put(key, value); }
  void count(std::string_view key, std::int64_t value, CountRange, std::string_view) { put(key, value); }
  void optional_count(std::string_view key, const std::optional<std::int64_t>& value, const auto&...) {
    put(key, value ? FieldJson(*value) : FieldJson(nullptr));
  }
  void optional_count(std::string_view key, const std::optional<std::int64_t>& value, CountRange, std::string_view,
                      std::string_view) {
    optional_count(key, value);
  }
  void natural(std::string_view key, std::uint64_t value, const auto&...) { put(key, value); }
  void number(std::string_view key, double value, const auto&...) { put(key, value); }
  void job(std::string_view key, std::uint32_t value, const auto&...) { put(key, value); }
  void optional_text(std::string_view key, const std::string& value, const auto&...) { put(key, value); }
  void optional_amount(std::string_view key, const std::optional<std::int64_t>& value, const auto&...) {
    optional_count(key, value);
  }
  void counts(std::string_view key, const std::vector<std::int64_t>& values, CountRange, std::string_view) {
    put(key, values);
  }
  void size(std::string_view key, Bytes value, const auto&...) { put(key, bytes_text(value)); }
  void optional_size(std::string_view key, const std::optional<Bytes>& value, const auto&...) {
    put(key, value ? FieldJson(bytes_text(*value)) : FieldJson(nullptr));
  }
  void duration(std::string_view key, Duration value, const auto&...) { put(key, duration_text(value)); }
  void optional_duration(std::string_view key, const std::optional<Duration>& value, const auto&...) {
    put(key, value ? FieldJson(duration_text(*value)) : FieldJson(nullptr));
  }
  void instant(std::string_view key, Instant value, const auto&...) {
    put(key, std::int64_t{value.time_since_epoch().count()});
  }
  void distribution(std::string_view key, const Distribution& value, const auto&...) { put(key, value.to_string()); }
  /// As nanoseconds: there may be a million of them.
  void durations(std::string_view key, const std::vector<Duration>& values, const auto&...) {
    FieldJson list = FieldJson::array();
    for (const Duration value : values) list.push_back(std::int64_t{value.count()});
    put(key, std::move(list));
  }
  void texts(std::string_view key, const std::vector<std::string>& values, const auto&...) { put(key, values); }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> words, const auto&...) {
    put(key, words[static_cast<std::size_t>(value)]);
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    FieldJson inner = FieldJson::object();
    JsonFieldWriter writer(inner);
    body(writer);
    put(key, std::move(inner));
  }
  /// `body(visitor, value)`.
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, const auto&, std::string_view, Body body) {
    if (!value) return put(key, nullptr);
    section(key, {}, [&](auto& inner) { body(inner, *value); });
  }
  template <class T, class Body>
  void list(std::string_view key, std::vector<T>& values, std::string_view, Body body) {
    FieldJson all = FieldJson::array();
    for (T& value : values) {
      JsonFieldWriter writer(all.emplace_back(FieldJson::object()));
      body(writer, value);
    }
    put(key, std::move(all));
  }

 private:
  void put(std::string_view key, FieldJson value) { (*json_)[std::string(key)] = std::move(value); }

  FieldJson* json_;
};

class JsonFieldReader {
 public:
  explicit JsonFieldReader(const FieldJson& json) : json_(&json) {}

  void text(std::string_view key, std::string& value, const auto&...) { value = at(key).get<std::string>(); }
  void flag(std::string_view key, bool& value, const auto&...) { value = at(key).get<bool>(); }
  void count(std::string_view key, std::int64_t& value, const auto&...) { value = at(key).get<std::int64_t>(); }
  void count(std::string_view key, std::int64_t& value, CountRange, std::string_view) { count(key, value); }
  void optional_count(std::string_view key, std::optional<std::int64_t>& value, const auto&...) {
    value = at(key).is_null() ? std::nullopt : std::optional(at(key).get<std::int64_t>());
  }
  void optional_count(std::string_view key, std::optional<std::int64_t>& value, CountRange, std::string_view,
                      std::string_view) {
    optional_count(key, value);
  }
  void natural(std::string_view key, std::uint64_t& value, const auto&...) { value = at(key).get<std::uint64_t>(); }
  void number(std::string_view key, double& value, const auto&...) { value = at(key).get<double>(); }
  void job(std::string_view key, std::uint32_t& value, const auto&...) { value = at(key).get<std::uint32_t>(); }
  void optional_text(std::string_view key, std::string& value, const auto&...) { text(key, value); }
  void optional_amount(std::string_view key, std::optional<std::int64_t>& value, const auto&...) {
    optional_count(key, value);
  }
  void counts(std::string_view key, std::vector<std::int64_t>& values, CountRange, std::string_view) {
    values = at(key).get<std::vector<std::int64_t>>();
  }
  void size(std::string_view key, Bytes& value, const auto&...) { value = parsed(key, parse_bytes(word(key))); }
  void optional_size(std::string_view key, std::optional<Bytes>& value, const auto&...) {
    value = at(key).is_null() ? std::nullopt : std::optional(parsed(key, parse_bytes(word(key))));
  }
  void duration(std::string_view key, Duration& value, const auto&...) {
    value = parsed(key, parse_duration(word(key)));
  }
  void optional_duration(std::string_view key, std::optional<Duration>& value, const auto&...) {
    value = at(key).is_null() ? std::nullopt : std::optional(parsed(key, parse_duration(word(key))));
  }
  void instant(std::string_view key, Instant& value, const auto&...) {
    value = Instant(Duration(at(key).get<std::int64_t>()));
  }
  void distribution(std::string_view key, Distribution& value, const auto&...) {
    value = parsed(key, parse_distribution(word(key), {}));
  }
  void durations(std::string_view key, std::vector<Duration>& values, const auto&...) {
    values.clear();
    for (const FieldJson& value : at(key)) values.emplace_back(value.get<std::int64_t>());
  }
  void texts(std::string_view key, std::vector<std::string>& values, const auto&...) {
    values = at(key).get<std::vector<std::string>>();
  }
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> words, const auto&...) {
    const auto found = std::ranges::find(words, word(key));
    if (found == words.end()) throw std::runtime_error(fmt::format("`{}`: \"{}\" is not known", key, word(key)));
    value = static_cast<Enum>(found - words.begin());
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    JsonFieldReader inner(at(key));
    body(inner);
  }
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, const auto&, std::string_view, Body body) {
    value.reset();
    if (at(key).is_null()) return;
    section(key, {}, [&](auto& inner) { body(inner, value.emplace()); });
  }
  template <class T, class Body>
  void list(std::string_view key, std::vector<T>& values, std::string_view, Body body) {
    values.clear();
    for (const FieldJson& json : at(key)) {
      JsonFieldReader inner(json);
      body(inner, values.emplace_back());
    }
  }

 private:
  const FieldJson& at(std::string_view key) const { return json_->at(std::string(key)); }
  const std::string& word(std::string_view key) const { return at(key).get_ref<const std::string&>(); }
  template <class T>
  static T parsed(std::string_view key, std::expected<T, std::string> value) {
    if (!value) throw std::runtime_error(fmt::format("`{}`: {}", key, value.error()));
    return *std::move(value);
  }

  const FieldJson* json_;
};

}  // namespace spawnpoint
