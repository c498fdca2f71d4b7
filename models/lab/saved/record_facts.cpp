// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/saved/record_facts.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "core/text/text.hpp"
#include "core/trace/csv_tables.hpp"
#include "models/document/diagnostics.hpp"

namespace spawnpoint {

FactReader::FactReader(const std::vector<CsvFactRead>& facts, std::size_t jobs) : jobs_(jobs) {
  for (const CsvFactRead& fact : facts) facts_.emplace(fact.key, &fact);
}

const CsvFactRead* FactReader::take(std::string_view key) {
  if (!error_.empty()) return nullptr;
  const auto found = facts_.find(prefix_ + std::string(key));
  if (found == facts_.end()) return nullptr;
  taken_.insert(found->first);
  return found->second;
}

bool FactReader::has_any(std::string_view key) const {
  const std::string start = prefix_ + std::string(key) + '.';
  const auto found = facts_.lower_bound(start);
  return found != facts_.end() && found->first.starts_with(start);
}

void FactReader::fail(const CsvFactRead& fact, const std::string& what) {
  if (error_.empty()) error_ = std::to_string(fact.line) + ':' + std::to_string(fact.column) + ": " + what;
}

void FactReader::finish() {
  if (!error_.empty()) return;
  const CsvFactRead* first = nullptr;
  for (const auto& [key, fact] : facts_)
    if (!taken_.contains(key) && (first == nullptr || fact->line < first->line)) first = fact;
  if (first != nullptr) error_ = std::to_string(first->line) + ":1: \"" + shown(first->key) + "\" is not known here";
}

bool FactReader::read_text(std::string_view key, std::string& value) {
  const CsvFactRead* fact = take(key);
  if (fact != nullptr) value = printable(fact->value, /*ends_of_lines=*/true);
  return fact != nullptr;
}

bool FactReader::read_count(std::string_view key, std::int64_t& value) {
  const CsvFactRead* fact = take(key);
  if (fact == nullptr) return false;
  const auto number = parse_number<std::int64_t>(fact->value);
  if (!number || *number < 0)
    return fail(*fact, '"' + shown(fact->value) + "\" is not a number that is allowed here"), false;
  value = *number;
  return true;
}

void FactReader::read_natural(std::string_view key, std::uint64_t& value) {
  const CsvFactRead* fact = take(key);
  if (fact == nullptr) return;
  const auto number = parse_number<std::uint64_t>(fact->value);
  if (!number) return fail(*fact, '"' + shown(fact->value) + "\" is not a number that is allowed here");
  value = *number;
}

void FactReader::read_job(std::string_view key, JobId& value) {
  const CsvFactRead* fact = take(key);
  if (fact == nullptr) return;
  const auto number = parse_number<std::uint64_t>(fact->value);
  if (!number || *number < 1 || *number > jobs_)
    return fail(*fact, fmt::format("there is no job {} in {}", shown(fact->value), kJobsTable.file));
  value = static_cast<JobId>(*number - 1);
}

bool FactReader::read_duration(std::string_view key, Duration& value) {
  const CsvFactRead* fact = take(key);
  if (fact == nullptr) return false;
  const auto duration = parse_duration(fact->value);
  if (!duration) return fail(*fact, duration.error()), false;
  if (!is_sensible(*duration)) return fail(*fact, "this is more than 146 years"), false;
  value = *duration;
  return true;
}

void FactReader::read_size(std::string_view key, Bytes& value) {
  const CsvFactRead* fact = take(key);
  if (fact == nullptr) return;
  const auto size = parse_bytes(fact->value);
  if (!size) return fail(*fact, size.error());
  value = *size;
}

std::optional<std::size_t> FactReader::read_choice(std::string_view key, std::span<const std::string_view> words) {
  const CsvFactRead* fact = take(key);
  if (fact == nullptr) return std::nullopt;
  const auto found = std::ranges::find(words, fact->value);
  if (found == words.end()) return fail(*fact, '"' + shown(fact->value) + "\" is not known here"), std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

}  // namespace spawnpoint
