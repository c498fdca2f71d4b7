// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/job_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "core/text/text.hpp"
#include "models/document/units.hpp"

namespace spawnpoint::gui {
namespace {

constexpr std::pair<std::string_view, JobColumn> kNames[] = {
    {"job", JobColumn::job},           {"world", JobColumn::world},     {"thread", JobColumn::thread},
    {"state", JobColumn::state},       {"arrival", JobColumn::arrival}, {"start", JobColumn::start},
    {"end", JobColumn::end},           {"delay", JobColumn::delay},     {"duration", JobColumn::duration},
    {"response", JobColumn::response}, {"late", JobColumn::late}};
constexpr std::string_view kOperators[] = {"<=", ">=", "<", ">", "=", ":"};

std::optional<JobColumn> column_named(std::string_view name) {
  for (const auto& [known, column] : kNames) {
    if (known == name) return column;
  }
  return std::nullopt;
}

bool is_time(JobColumn column) {
  return column >= JobColumn::arrival;
}

/// Lower case; operators are words of their own: "duration > 1.1s" and "duration>1.1s" are the same.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool begins = true;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (std::isspace(static_cast<unsigned char>(c))) {
      begins = true;
      ++i;
      continue;
    }
    const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                     [&](std::string_view op) { return text.substr(i).starts_with(op); });
    if (found != std::end(kOperators)) {
      words.emplace_back(*found);
      i += found->size();
      begins = true;
      continue;
    }
    if (begins) words.emplace_back();
    begins = false;
    words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    ++i;
  }
  return words;
}

bool is_operator(const std::string& word) {
  return std::find(std::begin(kOperators), std::end(kOperators), word) != std::end(kOperators);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ',') digits += c;  // "1,000" is how the table writes it.
  }
  const auto value = parse_number<std::int64_t>(digits);
  return value && *value >= 0 ? value : std::nullopt;
}

struct Values {
  std::int64_t least = 0;
  std::int64_t most = 0;
};
using Read = std::expected<Values, std::string>;

Read read_value(JobColumn column, const std::string& text) {
  if (column == JobColumn::state) {
    const auto state = parse_job_state(text);
    if (!state)
      return std::unexpected(fmt::format("`{}` is not a state: queued, running, waiting, done, failed …", text));
    return Values{static_cast<std::int64_t>(*state), static_cast<std::int64_t>(*state)};
  }
  if (column == JobColumn::world) {
    const auto world = world_named(text);
    if (!world) return std::unexpected(fmt::format("`{}` is not a world: modeled or live", text));
    return Values{static_cast<std::int64_t>(*world), static_cast<std::int64_t>(*world)};
  }
  if (is_time(column)) {
    const auto duration = parse_duration(text);
    if (!duration) return std::unexpected(fmt::format("`{}` is not a time such as 1.1s or 250us", text));
    return Values{duration->count(), duration->count()};
  }
  if (column == JobColumn::thread && text == "main") return Values{0, 0};
  // People count jobs from 1.
  const std::int64_t from = column == JobColumn::job ? 1 : 0;
  const auto dash = text.find('-');
  const auto least = whole_number(std::string_view(text).substr(0, dash));
  const auto most = dash == std::string::npos ? least : whole_number(std::string_view(text).substr(dash + 1));
  if (!least || !most) return std::unexpected(fmt::format("`{}` is not a number, nor a range such as 300-320", text));
  return Values{*least - from, *most - from};
}

Values compared(const std::string& op, Values value) {
  constexpr std::int64_t kLeast = INT64_MIN + 1;  // The very least means that there is no figure.
  constexpr std::int64_t kMost = INT64_MAX - 1;
  if (op == "<") return {kLeast, value.least - 1};
  if (op == "<=") return {kLeast, value.most};
  if (op == ">") return {value.most + 1, kMost};
  if (op == ">=") return {value.least, kMost};
  return value;
}

}  // namespace

std::expected<JobFilter, std::string> JobFilter::parse(std::string_view text) {
  JobFilter filter;
  const std::vector<std::string> words = words_of(text);
  for (std::size_t i = 0; i < words.size();) {
    const std::string& word = words[i];
    std::optional<JobColumn> column = column_named(word);
    std::string op = "=";
    std::size_t value = i;
    if (column) {
      value = i + 1;
      if (value < words.size() && is_operator(words[value])) op = words[value++];
      if (value >= words.size() || is_operator(words[value]))
        return std::unexpected(fmt::format("`{}` needs a value, such as {}", word,
                                           is_time(*column)              ? word + ">1.1s"
                                           : *column == JobColumn::state ? "state:failed"
                                           : *column == JobColumn::world ? "world:live"
                                                                         : word + ":3"));
    } else if (is_operator(word)) {
      return std::unexpected(fmt::format("`{}` has nothing before it to compare", word));
    } else if (parse_job_state(word)) {
      column = JobColumn::state;
    } else if (read_value(JobColumn::world, word)) {
      column = JobColumn::world;
    } else if (read_value(JobColumn::job, word)) {
      column = JobColumn::job;
    } else {
      return std::unexpected(
          fmt::format("`{}` is not understood: try job 312, state:failed, thread:3, duration>1.1s or late>50us", word));
    }
    const Read read = read_value(*column, words[value]);
    if (!read) return std::unexpected(read.error());
    const bool ordered = op != "=" && op != ":";
    if (ordered && (*column == JobColumn::state || *column == JobColumn::world))
      return std::unexpected(fmt::format("a {} cannot be more or less than another", word));
    const Values range = compared(op, *read);
    filter.conditions_.push_back({*column, range.least, range.most});
    i = value + 1;
  }
  return filter;
}

bool JobFilter::passes(const JobFigures& jobs, JobId job) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    const auto value = jobs.figure(job, condition.column);
    return value && condition.least <= *value && *value <= condition.most;
  });
}

}  // namespace spawnpoint::gui
