// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "core/text/text.hpp"
#include "core/text/time_units.hpp"
#include "models/document/diagnostics.hpp"

namespace spawnpoint {
namespace {

constexpr std::array kSizes{
    Unit{"B", 1},           Unit{"KiB", 1LL << 10},    Unit{"MiB", 1LL << 20},
    Unit{"GiB", 1LL << 30}, Unit{"TiB", 1LL << 40},    Unit{"kB", 1'000},
    Unit{"MB", 1'000'000},  Unit{"GB", 1'000'000'000}, Unit{"TB", 1'000'000'000'000},
};

/// A number and the unit after it.
struct Amount {
  std::string number;  ///< Without underscores.
  std::string_view unit;
};

/// The micro sign and the Greek letter are understood as "u".
std::string_view unit_name(std::string_view written) {
  const std::string_view name = trimmed(written);
  return name == "µs" || name == "μs" ? "us" : name;
}

/// Splits "1_500.5 ms". `what` and `example` are for the message: "a duration", "10ms".
std::expected<Amount, std::string> split(std::string_view written, std::string_view what, std::string_view example) {
  const std::string_view text = trimmed(written);
  if (text.empty()) return std::unexpected(fmt::format("{} is missing: write \"{}\"", what, example));
  if (text.front() == '-')
    return std::unexpected(fmt::format("\"{}\" is negative: {} is zero or more", shown(text), what));
  if (!is_digit(text.front()))
    return std::unexpected(
        fmt::format("\"{}\" is not {}: write a number and a unit, such as \"{}\"", shown(text), what, example));
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
  amount.unit = unit_name(text.substr(i));

  return amount;
}

/// number x size, exact where the number is whole. Empty where it does not fit.
std::optional<std::int64_t> scaled(std::string_view number, std::int64_t size) {
  if (number.find('.') == std::string_view::npos) {
    const auto whole = parse_number<std::int64_t>(number);
    std::int64_t product = 0;
    if (!whole || __builtin_mul_overflow(*whole, size, &product)) return std::nullopt;
    return product;
  }
  const auto decimal = parse_number<double>(number);
  if (!decimal) return std::nullopt;
  const double value = std::round(*decimal * static_cast<double>(size));
  if (!(value < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

/// "512m" and "512M" are 512 MiB where Docker and systemd read them.
std::optional<std::string> power_of_1024(std::string_view unit, std::span<const std::string> known) {
  if (unit.size() != 1) return std::nullopt;
  const std::string whole = std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(unit[0])))) + "iB";
  if (std::ranges::find(known, whole) == known.end()) return std::nullopt;
  return whole;
}

std::expected<std::int64_t, std::string> parse_amount(std::string_view text, std::span<const Unit> units,
                                                      std::string_view what, std::string_view example) {
  const auto amount = split(text, what, example);
  if (!amount) return std::unexpected(amount.error());
  std::vector<std::string> names;
  for (const Unit& unit : units) {
    if (unit.name == amount->unit) {
      if (const auto value = scaled(amount->number, unit.size)) return *value;
      return std::unexpected(fmt::format("\"{}\" is too large", shown(trimmed(text))));
    }
    names.emplace_back(unit.name);
  }
  if (amount->unit.empty())
    return std::unexpected(fmt::format("\"{}\" has no unit: write {}, such as \"{}{}\"", shown(trimmed(text)),
                                       list_of(names), amount->number,
                                       example.substr(example.find_first_not_of("0123456789"))));
  auto meant = power_of_1024(amount->unit, names);
  if (!meant) meant = nearest(amount->unit, names);
  return std::unexpected(fmt::format("unknown unit `{}` in \"{}\": {}{}", shown(amount->unit), shown(trimmed(text)),
                                     meant ? "did you mean `" + *meant + "`? Known: " : "use ", list_of(names)));
}

}  // namespace

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  const auto value = parse_amount(text, kTimeUnits, "a duration", "10ms");
  if (!value) return std::unexpected(value.error());
  return Duration{*value};
}

std::expected<Bytes, std::string> parse_bytes(std::string_view text) {
  const auto value = parse_amount(text, kSizes, "a size", "512MiB");
  if (!value) return std::unexpected(value.error());
  return Bytes{*value};
}

std::expected<double, std::string> parse_rate(std::string_view written) {
  const std::string_view text = trimmed(written);
  const auto slash = text.find('/');
  const auto amount = split(text.substr(0, slash), "a rate", "200/s");
  if (!amount) return std::unexpected(amount.error());
  if (slash == std::string_view::npos)
    return std::unexpected(
        fmt::format("\"{}\" has no unit: write a rate, such as \"{}/s\"", shown(text), amount->number));
  if (!amount->unit.empty())
    return std::unexpected(
        fmt::format("\"{}\" is not a rate: write a number per unit of time, such as \"200/s\"", shown(text)));
  const std::string_view time = unit_name(text.substr(slash + 1));
  std::vector<std::string> names;
  for (const Unit& unit : kTimeUnits) {
    if (unit.name == time) {
      const double number = parse_number<double>(amount->number).value_or(HUGE_VAL);
      const double rate = number * 1e9 / static_cast<double>(unit.size);
      if (!std::isfinite(rate)) return std::unexpected(fmt::format("\"{}\" is too large", shown(text)));
      return rate;
    }
    names.emplace_back(unit.name);
  }
  return std::unexpected(
      fmt::format("unknown unit `{}` in \"{}\": a rate is per {}", shown(time), shown(text), list_of(names)));
}

std::string bytes_text(Bytes bytes) {
  for (const Unit& unit : {Unit{"GiB", 1LL << 30}, Unit{"MiB", 1LL << 20}, Unit{"KiB", 1LL << 10}})
    if (bytes.count != 0 && bytes.count % unit.size == 0)
      return fmt::format("{}{}", bytes.count / unit.size, unit.name);
  return fmt::format("{}B", bytes.count);
}

std::expected<Duration, std::string> parse_share(std::string_view written, Duration whole) {
  const std::string_view text = trimmed(written);
  const auto amount = split(text, "a percentage", "150%");
  if (!amount) return std::unexpected(amount.error());
  if (amount->unit != "%")
    return std::unexpected(fmt::format("\"{}\" is not a percentage: write it as \"{}%\"", shown(text), amount->number));
  const double number = parse_number<double>(amount->number).value_or(HUGE_VAL);
  const double part = number / 100 * static_cast<double>(std::int64_t{whole.count()});
  if (!(part < 1e15)) return std::unexpected(fmt::format("\"{}\" is too large", shown(text)));
  return Duration(std::llround(part));
}

std::string share_text(Duration part, Duration whole) {
  const double percent =
      100.0 * static_cast<double>(std::int64_t{part.count()}) / static_cast<double>(std::int64_t{whole.count()});
  return fmt::format("{:.10g}%", percent);
}

}  // namespace spawnpoint
