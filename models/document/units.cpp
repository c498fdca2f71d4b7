// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "models/document/diagnostics.hpp"

namespace spawnpoint {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array kDurations{
    Unit{"ns", 1},         Unit{"us", 1'000},        Unit{"µs", 1'000},           Unit{"μs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000}, Unit{"min", 60'000'000'000}, Unit{"h", 3'600'000'000'000},
};
constexpr std::array kSizes{
    Unit{"B", 1},           Unit{"KiB", 1LL << 10},    Unit{"MiB", 1LL << 20},
    Unit{"GiB", 1LL << 30}, Unit{"TiB", 1LL << 40},    Unit{"kB", 1'000},
    Unit{"MB", 1'000'000},  Unit{"GB", 1'000'000'000}, Unit{"TB", 1'000'000'000'000},
};

/// A number and the unit behind it.
struct Amount {
  std::string number;  ///< Without underscores.
  std::string_view unit;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Splits "1_500.5 ms". `what` and `example` are for the message: "a duration", "10ms".
std::expected<Amount, std::string> split(std::string_view written, std::string_view what, std::string_view example) {
  const std::string_view text = trim(written);
  if (text.empty()) return std::unexpected(fmt::format("{} is missing: write \"{}\"", what, example));
  if (text.front() == '-')
    return std::unexpected(fmt::format("\"{}\" is negative: {} is zero or more", shown(text), what));
  if (!is_digit(text.front()))
    return std::unexpected(
        fmt::format("\"{}\" is not {}: write a number and a unit, as \"{}\"", shown(text), what, example));
  Amount amount;
  std::size_t i = 0;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    const bool between_digits = i + 1 < text.size() && is_digit(text[i - (i > 0 ? 1 : 0)]) && is_digit(text[i + 1]);
    if (is_digit(c)) {
      amount.number += c;
    } else if (c == '_' && between_digits) {
      continue;
    } else if (c == '.' && between_digits && !point) {
      point = true;
      amount.number += c;
    } else {
      break;
    }
  }
  amount.unit = trim(text.substr(i));
  return amount;
}

/// number x size, exact where the number is whole. Empty where it does not fit.
std::optional<std::int64_t> scaled(const std::string& number, std::int64_t size) {
  const char* end = number.data() + number.size();
  if (number.find('.') == std::string::npos) {
    std::int64_t whole = 0;
    std::int64_t product = 0;
    const auto [stop, error] = std::from_chars(number.data(), end, whole);
    if (error != std::errc{} || stop != end || __builtin_mul_overflow(whole, size, &product)) return std::nullopt;
    return product;
  }
  double value = 0;
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  value = std::round(value * static_cast<double>(size));
  if (!(value < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

template <std::size_t N>
std::expected<std::int64_t, std::string> parse_amount(std::string_view text, const std::array<Unit, N>& units,
                                                      std::string_view what, std::string_view example) {
  const auto amount = split(text, what, example);
  if (!amount) return std::unexpected(amount.error());
  std::vector<std::string> names;
  for (const Unit& unit : units) {
    if (unit.name == amount->unit) {
      if (const auto value = scaled(amount->number, unit.size)) return *value;
      return std::unexpected(fmt::format("\"{}\" is too large", shown(trim(text))));
    }
    if (unit.name != "μs" && unit.name != "µs") names.emplace_back(unit.name);
  }
  if (amount->unit.empty())
    return std::unexpected(fmt::format("\"{}\" lacks its unit: write {}, as \"{}{}\"", shown(trim(text)),
                                       list_of(names), amount->number,
                                       example.substr(example.find_first_not_of("0123456789"))));
  const auto meant = nearest(amount->unit, names);
  return std::unexpected(fmt::format("unknown unit `{}` in \"{}\": {}{}", shown(amount->unit), shown(trim(text)),
                                     meant ? "did you mean `" + *meant + "`? Known are " : "known are ",
                                     list_of(names)));
}

}  // namespace

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  const auto value = parse_amount(text, kDurations, "a duration", "10ms");
  if (!value) return std::unexpected(value.error());
  return Duration{*value};
}

std::expected<Bytes, std::string> parse_bytes(std::string_view text) {
  const auto value = parse_amount(text, kSizes, "a size", "512MiB");
  if (!value) return std::unexpected(value.error());
  return Bytes{*value};
}

std::expected<double, std::string> parse_rate(std::string_view written) {
  const std::string_view text = trim(written);
  const auto slash = text.find('/');
  const auto amount = split(text.substr(0, slash), "a rate", "200/s");
  if (!amount) return std::unexpected(amount.error());
  if (slash == std::string_view::npos)
    return std::unexpected(
        fmt::format("\"{}\" lacks its unit: write a rate per time, as \"{}/s\"", shown(text), amount->number));
  if (!amount->unit.empty())
    return std::unexpected(fmt::format("\"{}\" is not a rate: write a number per time, as \"200/s\"", shown(text)));
  const std::string_view unit_name = trim(text.substr(slash + 1));
  std::vector<std::string> names;
  for (const Unit& unit : kDurations) {
    if (unit.name == unit_name) {
      double number = 0;
      std::from_chars(amount->number.data(), amount->number.data() + amount->number.size(), number);
      const double rate = number * 1e9 / static_cast<double>(unit.size);
      if (!std::isfinite(rate)) return std::unexpected(fmt::format("\"{}\" is too large", shown(text)));
      return rate;
    }
    if (unit.name != "μs" && unit.name != "µs") names.emplace_back(unit.name);
  }
  return std::unexpected(
      fmt::format("unknown unit `{}` in \"{}\": a rate is per {}", shown(unit_name), shown(text), list_of(names)));
}

std::string duration_text(Duration duration) {
  const std::int64_t count = duration.count();
  for (const Unit& unit : {Unit{"h", 3'600'000'000'000}, Unit{"min", 60'000'000'000}, Unit{"s", 1'000'000'000},
                           Unit{"ms", 1'000'000}, Unit{"us", 1'000}})
    if (count != 0 && count % unit.size == 0) return fmt::format("{}{}", count / unit.size, unit.name);
  return count == 0 ? "0s" : fmt::format("{}ns", count);
}

std::string bytes_text(Bytes bytes) {
  for (const Unit& unit : {Unit{"GiB", 1LL << 30}, Unit{"MiB", 1LL << 20}, Unit{"KiB", 1LL << 10}})
    if (bytes.count != 0 && bytes.count % unit.size == 0)
      return fmt::format("{}{}", bytes.count / unit.size, unit.name);
  return fmt::format("{}B", bytes.count);
}

}  // namespace spawnpoint
