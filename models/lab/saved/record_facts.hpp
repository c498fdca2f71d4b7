// SPDX-License-Identifier: GPL-3.0-or-later
// A result's fields as lines of run.csv, and back: two visitors of describe(). Values are written as scenario files
// have them: "1500ms", "8MiB". A list's items are numbered: "notes.1", "imposed.2.limit".
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/time_units.hpp"
#include "core/trace/csv_reader.hpp"
#include "core/units.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {

class FactWriter {
 public:
  explicit FactWriter(std::vector<CsvFact>& facts, std::string prefix = {})
      : facts_(&facts), prefix_(std::move(prefix)) {}

  void text(std::string_view key, const std::string& value, const auto&...) { add(key, value); }
  void optional_text(std::string_view key, const std::string& value, const auto&...) { add(key, value); }
  void flag(std::string_view key, bool value, const auto&...) { add(key, value ? "true" : "false"); }
  void count(std::string_view key, std::int64_t value, const auto&...) { add(key, std::to_string(value)); }
  void natural(std::string_view key, std::uint64_t value, const auto&...) { add(key, std::to_string(value)); }
  void job(std::string_view key, JobId value, const auto&...) {
    if (value != kNoJob) add(key, std::to_string(std::uint64_t{value} + 1));
  }
  void optional_amount(std::string_view key, const std::optional<std::int64_t>& value, const auto&...) {
    if (value) add(key, std::to_string(*value));
  }
  void duration(std::string_view key, Duration value, const auto&...) { add(key, duration_text(value)); }
  void optional_duration(std::string_view key, const std::optional<Duration>& value, const auto&...) {
    if (value) duration(key, *value);
  }
  void instant(std::string_view key, Instant value, const auto&...) { duration(key, value.time_since_epoch()); }
  void size(std::string_view key, Bytes value, const auto&...) { add(key, bytes_text(value)); }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> words, const auto&...) {
    add(key, std::string(words[static_cast<std::size_t>(value)]));
  }
  void texts(std::string_view key, const std::vector<std::string>& values, const auto&...) {
    FactWriter inner(*facts_, prefix_ + std::string(key) + '.');
    for (std::size_t i = 0; i < values.size(); ++i) inner.add(std::to_string(i + 1), values[i]);
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    FactWriter inner(*facts_, prefix_ + std::string(key) + '.');
    body(inner);
  }
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, const auto&, std::string_view, Body body) {
    if (value) section(key, {}, [&](auto& inner) { body(inner, *value); });
  }
  template <class T, class Body>
  void list(std::string_view key, std::vector<T>& values, std::string_view, Body body) {
    for (std::size_t i = 0; i < values.size(); ++i)
      section(std::string(key) + '.' + std::to_string(i + 1), {}, [&](auto& inner) { body(inner, values[i]); });
  }

 private:
  void add(std::string_view key, std::string value) {
    facts_->push_back({prefix_ + std::string(key), std::move(value)});
  }

  std::vector<CsvFact>* facts_;
  std::string prefix_;
};

/// What is not there keeps its value. The first mistake is kept; what comes after it is not read.
class FactReader {
 public:
  /// `jobs`: how many there are; a job's number above it is a mistake. The facts must outlive the reader.
  FactReader(const std::vector<CsvFactRead>& facts, std::size_t jobs);

  void text(std::string_view key, std::string& value, const auto&...) { read_text(key, value); }
  void optional_text(std::string_view key, std::string& value, const auto&...) { read_text(key, value); }
  void flag(std::string_view key, bool& value, const auto&...) {
    static constexpr std::string_view kWords[] = {"false", "true"};
    if (const auto index = read_choice(key, kWords)) value = *index == 1;
  }
  void count(std::string_view key, std::int64_t& value, const auto&...) { read_count(key, value); }
  void natural(std::string_view key, std::uint64_t& value, const auto&...) { read_natural(key, value); }
  void job(std::string_view key, JobId& value, const auto&...) { read_job(key, value); }
  void optional_amount(std::string_view key, std::optional<std::int64_t>& value, const auto&...) {
    std::int64_t amount = 0;
    if (read_count(key, amount)) value = amount;
  }
  void duration(std::string_view key, Duration& value, const auto&...) { read_duration(key, value); }
  void optional_duration(std::string_view key, std::optional<Duration>& value, const auto&...) {
    Duration read{};
    if (read_duration(key, read)) value = read;
  }
  void instant(std::string_view key, Instant& value, const auto&...) {
    Duration since{};
    if (read_duration(key, since)) value = Instant(since);
  }
  void size(std::string_view key, Bytes& value, const auto&...) { read_size(key, value); }
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> words, const auto&...) {
    if (const auto index = read_choice(key, words)) value = static_cast<Enum>(*index);
  }
  void texts(std::string_view key, std::vector<std::string>& values, const auto&...) {
    std::string value;
    while (read_text(std::string(key) + '.' + std::to_string(values.size() + 1), value)) values.push_back(value);
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    const std::size_t outer = prefix_.size();
    prefix_ += std::string(key) + '.';
    body(*this);
    prefix_.resize(outer);
  }
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, const auto&, std::string_view, Body body) {
    if (has_any(key)) section(key, {}, [&](auto& inner) { body(inner, value.emplace()); });
  }
  template <class T, class Body>
  void list(std::string_view key, std::vector<T>& values, std::string_view, Body body) {
    for (std::string item = std::string(key) + ".1"; error().empty() && has_any(item);
         item = std::string(key) + '.' + std::to_string(values.size() + 1))
      section(item, {}, [&](auto& inner) { body(inner, values.emplace_back()); });
  }

  /// Reports facts that nobody asked for.
  void finish();
  /// "6:10: what is wrong"; empty: nothing.
  const std::string& error() const { return error_; }

 private:
  /// Null where there is none, or after a mistake.
  const CsvFactRead* take(std::string_view key);
  bool has_any(std::string_view key) const;
  void fail(const CsvFactRead& fact, const std::string& what);
  bool read_text(std::string_view key, std::string& value);
  bool read_count(std::string_view key, std::int64_t& value);
  void read_natural(std::string_view key, std::uint64_t& value);
  void read_job(std::string_view key, JobId& value);
  bool read_duration(std::string_view key, Duration& value);
  void read_size(std::string_view key, Bytes& value);
  std::optional<std::size_t> read_choice(std::string_view key, std::span<const std::string_view> words);

  std::map<std::string_view, const CsvFactRead*> facts_;
  std::set<std::string_view> taken_;
  std::size_t jobs_;
  std::string prefix_;
  std::string error_;
};

}  // namespace spawnpoint
