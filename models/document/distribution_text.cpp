// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/distribution_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/text/text.hpp"
#include "models/document/data_file.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {
namespace {

std::vector<std::string> known_names() {
  const auto names = Distribution::names();
  return {names.begin(), names.end()};
}

/// "2", "0.5": a plain number. A time in its place is read by the caller.
std::optional<double> plain_number(std::string_view text) {
  // Not "inf" or "nan", which from_chars would take; a negative number is refused where its meaning is known.
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  return parse_number<double>(text);
}

std::expected<DistributionArgument, std::string> parse_argument(std::string_view text) {
  DistributionArgument argument;
  const auto equals = text.find('=');
  if (equals != std::string_view::npos) {
    argument.name = std::string(trimmed(text.substr(0, equals)));
    text = trimmed(text.substr(equals + 1));
    if (argument.name.empty()) return std::unexpected(std::string("a parameter's name is missing before `=`"));
    for (const char c : argument.name)
      if (!is_word(c)) return std::unexpected(fmt::format("`{}` is not a parameter's name", shown(argument.name)));
  }
  if (text.empty()) return std::unexpected(std::string("a parameter is missing between the commas"));
  if (const auto number = plain_number(text)) {
    argument.value = *number;
    return argument;
  }
  const auto duration = parse_duration(text);
  if (!duration) return std::unexpected(duration.error());
  argument.value = *duration;
  return argument;
}

/// "1s, 250ms": the values themselves. Empty for anything else, as a file's name.
std::optional<std::vector<Duration>> listed_durations(std::string_view text) {
  std::vector<Duration> values;
  while (true) {
    const auto comma = text.find(',');
    const auto value = parse_duration(trimmed(text.substr(0, comma)));
    if (!value) return std::nullopt;
    values.push_back(*value);
    if (comma == std::string_view::npos) return values;
    text.remove_prefix(comma + 1);
  }
}

/// A text without parentheses: a duration that never varies.
std::expected<Distribution, std::string> constant(std::string_view text) {
  std::size_t letters = 0;
  while (letters < text.size() && is_word(text[letters])) ++letters;
  if (letters > 0 && letters == text.size() && !(text.front() >= '0' && text.front() <= '9')) {
    const auto meant = nearest(text, known_names());
    return std::unexpected(
        fmt::format("\"{}\" is neither a duration (such as \"10ms\") nor a distribution (such as \"{}\")", shown(text),
                    meant == "uniform" ? "uniform(0.5s, 1.5s)" : "exp(mean=1s)"));
  }
  const auto duration = parse_duration(text);
  if (!duration) return std::unexpected(duration.error());
  if (*duration > Distribution::kLongest)
    return std::unexpected(fmt::format("\"{}\" is longer than 100 years", shown(text)));
  return Distribution::constant(*duration);
}

/// What `empirical` has in its parentheses: the name of a file, or a list of times.
std::expected<std::vector<DistributionArgument>, std::string> observed_times(std::string_view inside,
                                                                             const InputPlace& place,
                                                                             std::string* remark) {
  if (inside.empty()) return std::unexpected(std::string("empirical needs a file name: \"empirical(times.csv)\""));
  DataFile data;
  if (auto listed = listed_durations(inside)) {
    data.times = *std::move(listed);
  } else if (auto read = read_durations(inside, place)) {
    data = *std::move(read);
  } else {
    return std::unexpected(read.error());
  }
  if (remark != nullptr) *remark = heading_remark(inside, data);
  std::vector<DistributionArgument> times;
  for (const Duration value : data.times) {
    if (value > Distribution::kLongest)
      return std::unexpected(fmt::format("{}: a time is longer than 100 years", shown(inside)));
    times.push_back({{}, value});
  }
  if (times.empty()) return std::unexpected(fmt::format("{}: the file contains no times", shown(inside)));
  return times;
}

/// What other distributions have there: "mean=1s", "0.5s, 1.5s".
std::expected<std::vector<DistributionArgument>, std::string> parameters(std::string_view name,
                                                                         std::string_view inside) {
  constexpr std::size_t kMostArguments = 8;
  std::vector<DistributionArgument> arguments;
  std::string_view rest = inside;
  while (!inside.empty()) {
    const auto comma = rest.find(',');
    const auto argument = parse_argument(trimmed(rest.substr(0, comma)));
    if (!argument) return std::unexpected(fmt::format("{}: {}", name, argument.error()));
    arguments.push_back(*argument);
    if (arguments.size() > kMostArguments) return std::unexpected(fmt::format("{}: too many parameters", name));
    if (comma == std::string_view::npos) break;
    rest = rest.substr(comma + 1);
  }
  return arguments;
}

}  // namespace

std::expected<Distribution, std::string> parse_distribution(std::string_view written, const InputPlace& place,
                                                            std::string* remark) {
  const std::string_view text = trimmed(written);
  const auto open = text.find('(');
  if (open == std::string_view::npos) return constant(text);
  const std::string_view name = trimmed(text.substr(0, open));
  const std::vector<std::string> known = known_names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    const auto meant = nearest(name, known);
    return std::unexpected(fmt::format("unknown distribution `{}`: {}{}", shown(name),
                                       meant ? "did you mean `" + *meant + "`? Known: " : "use ", list_of(known)));
  }
  if (text.back() != ')') {
    const bool closed = text.find(')') != std::string_view::npos;
    return std::unexpected(closed ? fmt::format("\"{}\": nothing may follow the `)`", shown(text))
                                  : fmt::format("\"{}\" has no closing `)`", shown(text)));
  }
  const std::string_view inside = trimmed(text.substr(open + 1, text.size() - open - 2));
  const auto arguments = name == "empirical" ? observed_times(inside, place, remark) : parameters(name, inside);
  if (!arguments) return std::unexpected(arguments.error());
  return Distribution::make(name, *arguments);
}

}  // namespace spawnpoint
