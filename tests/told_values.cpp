// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/told_values.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "models/lab/limits/limits.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint::tests {
namespace {

constexpr std::string_view kUnits[] = {"ns",  "µs",  "ms",  "s",   "min", "h",  "B",
                                       "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Of a word, or of a name such as "laptop-8g".
bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
}

void add(std::set<std::string>& known, const std::string& key, const nlohmann::json& value) {
  const auto add_text = [&](const std::string& text) {
    for (std::string& one : values_in(text)) known.insert(std::move(one));
  };
  if (value.is_object()) {
    for (const auto& [inner, field] : value.items()) add(known, inner, field);
  } else if (value.is_array()) {
    for (const auto& one : value) add(known, key, one);
  } else if (value.is_string()) {
    add_text(value.get<std::string>());
  } else if (value.is_number() && key.ends_with("_s")) {
    add_text(format_duration(Duration(std::llround(value.get<double>() * 1e9))));
  } else if (value.is_number() && key.ends_with("_bytes")) {
    add_text(format_bytes(Bytes{value.get<std::int64_t>()}));
  } else if (value.is_number_unsigned() || value.is_number_integer()) {
    add_text(format_count(value.get<std::int64_t>()));
    add_text(format_bytes(Bytes{value.get<std::int64_t>()}));  // A limit's value may be either.
  }
}

}  // namespace

std::vector<std::string> values_in(std::string_view text) {
  std::vector<std::string> values;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || (at > 0 && in_word(text[at - 1]))) continue;
    std::size_t end = at;
    const auto goes_on = [&] {
      if (is_digit(text[end])) return true;
      return (text[end] == ',' || text[end] == '.') && end + 1 < text.size() && is_digit(text[end + 1]);
    };
    while (end < text.size() && goes_on()) ++end;
    std::string value(text.substr(at, end - at));
    at = end;
    if (end < text.size() && text[end] == '%') {
      values.push_back(value + '%');
      continue;
    }
    const bool glued = end < text.size() && in_word(text[end]) && text[end] != '.' && text[end] != '/';
    if (glued) {
      while (at < text.size() && in_word(text[at])) ++at;
      continue;
    }
    if (end < text.size() && text[end] == ' ') {
      for (const std::string_view unit : kUnits) {
        const std::string_view rest = text.substr(end + 1);
        const bool ends = rest.size() == unit.size() ||
                          (rest.size() > unit.size() && !std::isalpha(static_cast<unsigned char>(rest[unit.size()])));
        if (rest.starts_with(unit) && ends) {
          value += ' ';
          value += unit;
          break;
        }
      }
    }
    values.push_back(std::move(value));
  }
  return values;
}

std::set<std::string> values_of(const std::string& json_line) {
  std::set<std::string> known;
  nlohmann::json json = nlohmann::json::parse(json_line);
  json.erase("diagnosis");
  if (json.contains("suggestions")) {
    for (nlohmann::json& suggestion : json["suggestions"]) {
      suggestion.erase("label");
      for (nlohmann::json& setting : suggestion["set"]) {  // "run.threads=500"
        const std::string text = setting.get<std::string>();
        setting = text.substr(text.find('=') + 1);
      }
    }
  }
  add(known, {}, json);
  return known;
}

std::set<std::string> facts_of(const Scenario& scenario, std::size_t run, const std::string& json_line) {
  std::set<std::string> known;
  const auto add = [&](const std::string& text) {
    for (std::string& value : values_in(text)) known.insert(std::move(value));
  };
  const nlohmann::json json = nlohmann::json::parse(json_line);
  add(format_count(scenario.machine.cpus) + ", " + format_bytes(scenario.machine.memory));
  for (std::size_t i = 0; i < scenario.runs.size(); ++i) {
    add(format_count(scenario.runs[i].threads.value_or(scenario.machine.cpus)));
    add(format_count(static_cast<std::int64_t>(i) + 1));  // "thread_pool, run 2"
  }
  for (const LimitRung& rung : limit_ladder(scenario.machine, scenario.runs[run].runtime).rungs)
    add(format_value(*rung.limit, rung.value));
  const std::int64_t workers = std::max<std::int64_t>(threads_of_run(scenario, run), 1);
  add(format_count((json["jobs"].get<std::int64_t>() + workers - 1) / workers));
  if (!json["failure"].is_null()) {
    add(format_count(json["failure"]["threads"].get<std::int64_t>() + 1));
    add(format_count(json["peak_threads"].get<std::int64_t>() - scenario.runs[run].runtime.base_threads));
  }
  return known;
}

std::vector<std::string> not_among(const std::set<std::string>& known, std::string_view text) {
  std::vector<std::string> others = values_in(text);
  std::erase_if(others, [&](const std::string& value) { return known.contains(value); });
  return others;
}

}  // namespace spawnpoint::tests
