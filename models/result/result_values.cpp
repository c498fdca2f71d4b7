// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/result_values.hpp"

#include <fmt/format.h>

#include <functional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

/// Calls a function with each field and its value; nothing in it if it is of a failure that did not happen.
class Lister {
 public:
  using Found = std::function<void(const ResultField&, FieldValue)>;
  explicit Lister(const Found& found, std::string prefix = {}, bool absent = false)
      : found_(&found), prefix_(std::move(prefix)), absent_(absent) {}

  void text(std::string_view key, const std::string& value, Told told, std::string_view) {
    add(key, FieldKind::text, told, value);
  }
  void optional_text(std::string_view key, const std::string& value, Told told, std::string_view) {
    add(key, FieldKind::text, told, value.empty() ? FieldValue() : FieldValue(value));
  }
  void flag(std::string_view key, bool value, Told told, std::string_view) { add(key, FieldKind::flag, told, value); }
  void count(std::string_view key, std::int64_t value, Told told, std::string_view) {
    add(key, FieldKind::count, told, value);
  }
  void natural(std::string_view key, std::uint64_t value, Told told, std::string_view) {
    add(key, FieldKind::count, told, value);
  }
  void job(std::string_view key, JobId value, Told told, std::string_view) {
    add(key, FieldKind::count, told, value == kNoJob ? FieldValue() : FieldValue(std::int64_t{value} + 1));
  }
  void optional_amount(std::string_view key, const std::optional<std::int64_t>& value, Told told, std::string_view) {
    add(key, FieldKind::count_or_size, told, value ? FieldValue(*value) : FieldValue());
  }
  void duration(std::string_view key, Duration value, Told told, std::string_view) {
    add(key, FieldKind::time, told, value);
  }
  void optional_duration(std::string_view key, const std::optional<Duration>& value, Told told, std::string_view) {
    add(key, FieldKind::time, told, value ? FieldValue(*value) : FieldValue());
  }
  void instant(std::string_view key, Instant value, Told told, std::string_view) {
    add(key, FieldKind::time, told, value.time_since_epoch());
  }
  void size(std::string_view key, Bytes value, Told told, std::string_view) { add(key, FieldKind::size, told, value); }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> words, Told told, std::string_view) {
    add(key, FieldKind::text, told, std::string(words[static_cast<std::size_t>(value)]));
  }
  void texts(std::string_view, const std::vector<std::string>&, Told, std::string_view) {}
  template <class T, class Body>
  void list(std::string_view, std::vector<T>&, std::string_view, Body) {}
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    Lister inner(*found_, prefix_ + std::string(key) + '.', absent_);
    body(inner);
  }
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, Told told, std::string_view, Body body) {
    add(key, FieldKind::flag, told, value.has_value());
    T none{};
    Lister inner(*found_, prefix_ + std::string(key) + '.', absent_ || !value);
    body(inner, value ? *value : none);
  }

 private:
  void add(std::string_view key, FieldKind kind, Told told, FieldValue value) {
    (*found_)({prefix_ + std::string(key), kind, told}, absent_ ? FieldValue() : std::move(value));
  }

  const Found* found_;
  std::string prefix_;
  bool absent_;
};

void visit_fields(const RunResult& result, const Lister::Found& found) {
  Lister lister(found);
  describe(lister, const_cast<RunResult&>(result));  // It only looks.
}

}  // namespace

const std::vector<ResultField>& result_fields() {
  static const std::vector<ResultField> fields = [] {
    std::vector<ResultField> all;
    visit_fields({}, [&](const ResultField& field, const FieldValue&) { all.push_back(field); });
    return all;
  }();
  return fields;
}

FieldValue value_of(const RunResult& result, std::string_view name) {
  std::optional<FieldValue> found;
  visit_fields(result, [&](const ResultField& field, FieldValue value) {
    if (field.name == name) found = std::move(value);
  });
  if (!found) throw std::invalid_argument("a result has no field " + std::string(name));
  return *std::move(found);
}

std::string for_people(const FieldValue& value) {
  return std::visit(
      []<class T>(const T& it) -> std::string {
        if constexpr (std::is_same_v<T, std::monostate>) return {};
        if constexpr (std::is_same_v<T, bool>) return it ? "yes" : "no";
        if constexpr (std::is_same_v<T, std::int64_t>) return format_count(it);
        if constexpr (std::is_same_v<T, std::uint64_t>) return format_count(static_cast<std::int64_t>(it));
        if constexpr (std::is_same_v<T, Duration>) return format_duration(it);
        if constexpr (std::is_same_v<T, Bytes>) return format_bytes(it);
        if constexpr (std::is_same_v<T, std::string>) return it;
      },
      value);
}

std::string for_programs(const FieldValue& value) {
  return std::visit(
      []<class T>(const T& it) -> std::string {
        if constexpr (std::is_same_v<T, std::monostate>)
          return {};
        else if constexpr (std::is_same_v<T, Duration>)
          return fmt::format("{}", to_seconds(it));
        else if constexpr (std::is_same_v<T, Bytes>)
          return fmt::format("{}", it.count);
        else
          return fmt::format("{}", it);
      },
      value);
}

}  // namespace spawnpoint
