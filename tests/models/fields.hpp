// SPDX-License-Identifier: GPL-3.0-or-later
// Walks through described fields, for tests that change each of them and check that it comes back.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/simulation/distribution.hpp"
#include "core/units.hpp"
#include "models/document/reader.hpp"

namespace spawnpoint::tests {

/// A visitor of any describe(): calls `leaf(name, value)` for each field that has a value of its own.
template <class Leaf>
class Leaves {
 public:
  explicit Leaves(Leaf& leaf, std::string prefix = {}) : leaf_(&leaf), prefix_(std::move(prefix)) {}

  void text(std::string_view key, std::string& value, const auto&...) { visit(key, value); }
  void optional_text(std::string_view key, std::string& value, const auto&...) { visit(key, value); }
  void flag(std::string_view key, bool& value, const auto&...) { visit(key, value); }
  void count(std::string_view key, std::int64_t& value, const auto&...) { visit(key, value); }
  void count(std::string_view key, std::int64_t& value, CountRange, std::string_view) { visit(key, value); }
  void optional_count(std::string_view key, std::optional<std::int64_t>& value, CountRange, std::string_view,
                      std::string_view) {
    visit(key, value);
  }
  void optional_amount(std::string_view key, std::optional<std::int64_t>& value, const auto&...) { visit(key, value); }
  void natural(std::string_view key, std::uint64_t& value, const auto&...) { visit(key, value); }
  void number(std::string_view key, double& value, const auto&...) { visit(key, value); }
  void job(std::string_view key, std::uint32_t& value, const auto&...) { visit(key, value); }
  void size(std::string_view key, Bytes& value, const auto&...) { visit(key, value); }
  void optional_share(std::string_view key, std::optional<Duration>& value, const auto&...) { visit(key, value); }
  void optional_size(std::string_view key, std::optional<Bytes>& value, const auto&...) { visit(key, value); }
  void duration(std::string_view key, Duration& value, const auto&...) { visit(key, value); }
  void optional_duration(std::string_view key, std::optional<Duration>& value, const auto&...) { visit(key, value); }
  void instant(std::string_view key, Instant& value, const auto&...) { visit(key, value); }
  void distribution(std::string_view key, Distribution& value, const auto&...) { visit(key, value); }
  void durations(std::string_view key, std::vector<Duration>& value, const auto&...) { visit(key, value); }
  void texts(std::string_view key, std::vector<std::string>& value, const auto&...) { visit(key, value); }
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> words, const auto&...) {
    auto index = static_cast<std::int64_t>(value);
    visit(key, index);
    value = static_cast<Enum>(index % static_cast<std::int64_t>(words.size()));
  }
  template <class Enum>
  void choices(std::string_view key, std::vector<Enum>& values, std::span<const std::string_view> words,
               const auto&...) {
    std::vector<std::int64_t> indices;
    for (const Enum value : values) indices.push_back(static_cast<std::int64_t>(value));
    visit(key, indices);
    values.clear();
    for (const std::int64_t index : indices)
      values.push_back(static_cast<Enum>(index % static_cast<std::int64_t>(words.size())));
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    Leaves inner(*leaf_, prefix_ + std::string(key) + '.');
    body(inner);
  }
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, const auto&, std::string_view, Body body) {
    if (value) section(key, {}, [&](auto& inner) { body(inner, *value); });
  }
  template <class T, class Body>
  void list(std::string_view key, std::vector<T>& values, std::string_view, Body body) {
    for (std::size_t i = 0; i < values.size(); ++i)
      section(fmt::format("{}.{}", key, i), {}, [&](auto& inner) { body(inner, values[i]); });
  }

 private:
  void visit(std::string_view key, auto& value) { (*leaf_)(prefix_ + std::string(key), value); }

  Leaf* leaf_;
  std::string prefix_;
};

// Gives a value another one that its field may have.
inline void change(std::string& value) {
  value += "x, \"y\"\nü";
}
inline void change(bool& value) {
  value = !value;
}
inline void change(std::int64_t& value) {
  ++value;
}
inline void change(std::uint64_t& value) {
  value = UINT64_MAX - value;
}
inline void change(std::uint32_t& value) {
  value = value == 1 ? 2 : 1;
}
inline void change(double& value) {
  value += 0.1;
}
inline void change(Bytes& value) {
  value.count += 4097;
}
inline void change(Duration& value) {
  value += Duration(1'234'567'891);
}
inline void change(Instant& value) {
  value += Duration(1'234'567'891);
}
inline void change(Distribution& value) {
  value = Distribution::erlang(3, value.mean() + Duration(1'000'003));
}
template <class T>
void change(std::optional<T>& value) {
  T inner = value.value_or(T{});
  change(inner);
  value = inner;
}
template <class T>
void change(std::vector<T>& values) {
  change(values.emplace_back());
}

inline std::string shown_value(const std::string& value) {
  return value;
}
inline std::string shown_value(const Bytes& value) {
  return fmt::format("{} B", value.count);
}
inline std::string shown_value(const Duration& value) {
  return fmt::format("{} ns", value.count());
}
inline std::string shown_value(const Instant& value) {
  return shown_value(value.time_since_epoch());
}
inline std::string shown_value(const Distribution& value) {
  return value.to_string();
}
template <class T>
  requires std::is_arithmetic_v<T>
std::string shown_value(const T& value) {
  return fmt::format("{}", value);
}
template <class T>
std::string shown_value(const std::optional<T>& value) {
  return value ? shown_value(*value) : "none";
}
template <class T>
std::string shown_value(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += '[' + shown_value(value) + ']';
  return text;
}

/// Each field of `described` as "name = value".
template <class T>
std::vector<std::string> field_texts(T described) {
  std::vector<std::string> texts;
  auto leaf = [&](const std::string& name, const auto& value) { texts.push_back(name + " = " + shown_value(value)); };
  Leaves visitor(leaf);
  describe(visitor, described);
  return texts;
}

/// `described` with its field number `wanted` changed.
template <class T>
T with_changed_field(T described, std::size_t wanted) {
  std::size_t index = 0;
  auto leaf = [&](const std::string&, auto& value) {
    if (index++ == wanted) change(value);
  };
  Leaves visitor(leaf);
  describe(visitor, described);
  return described;
}

}  // namespace spawnpoint::tests
