// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/expect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include "core/text/text.hpp"
#include "models/document/reader.hpp"
#include "models/document/units.hpp"
#include "models/result/format.hpp"
#include "models/result/result_values.hpp"
#include "models/scenario/run_list.hpp"
#include "models/scenario/scenario.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint {
namespace {

/// Those of a result's fields that may be expected.
const std::vector<ResultField>& known_fields() {
  static const std::vector<ResultField> fields = [] {
    std::vector<ResultField> known;
    std::ranges::copy_if(result_fields(), std::back_inserter(known),
                         [](const ResultField& field) { return field.told == Told::expectations; });
    return known;
  }();
  return fields;
}

std::vector<std::string> limit_names(std::span<const Limit> limits) {
  std::vector<std::string> names;
  for (const Limit& limit : limits) names.emplace_back(limit.name);
  return names;
}
/// Those that a run usually ends with, to be proposed; any other may be expected, too.
const std::vector<std::string>& error_names() {
  static const std::vector<std::string> names{"EAGAIN", "ENOMEM", "SIGKILL", "SIGABRT", "exception"};
  return names;
}

std::vector<std::string> field_names() {
  std::vector<std::string> names;
  for (const ResultField& field : known_fields()) names.push_back(field.name);
  return names;
}

std::expected<double, std::string> plain_number(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if (text[i] == '_' && between) continue;
    digits += text[i];
  }
  const auto value = parse_number<double>(digits);
  if (!value) return std::unexpected(fmt::format("\"{}\" is not a number", shown(text)));
  if (*value < 0) return std::unexpected(fmt::format("{} is negative", shown(text)));
  return *value;
}

/// One amount in the field's base unit: seconds, bytes, or a count.
std::expected<double, std::string> amount(std::string_view text, FieldKind kind) {
  if (kind == FieldKind::time) {
    const auto value = parse_duration(text);
    if (!value) return std::unexpected(value.error());
    return to_seconds(*value);
  }
  const bool digits_only = text.find_first_not_of("0123456789._") == std::string_view::npos;
  if (kind == FieldKind::size || (kind == FieldKind::count_or_size && !digits_only)) {
    const auto value = parse_bytes(text);
    if (!value) return std::unexpected(value.error());
    return static_cast<double>(value->count);
  }
  return plain_number(text);
}

std::string_view example(FieldKind kind) {
  if (kind == FieldKind::time) return "\"1s +- 5%\", \"0.9s .. 1.2s\" or \"<= 2s\"";
  if (kind == FieldKind::size) return "\"80MiB +- 10%\", \"1MiB .. 4MiB\" or \"<= 100MiB\"";
  return "1000, \"1000 +- 5%\", \"900 .. 1100\" or \"<= 1000\"";
}

std::expected<Expectation::Range, std::string> parse_range(std::string_view written, FieldKind kind) {
  const std::string_view text = trimmed(written);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const std::string_view sign : {"<=", ">="}) {
    if (!text.starts_with(sign)) continue;
    const auto bound = amount(trimmed(text.substr(2)), kind);
    if (!bound) return std::unexpected(bound.error());
    return sign == "<=" ? Expectation::Range{0, *bound} : Expectation::Range{*bound, kInfinity};
  }
  if (text.starts_with('<') || text.starts_with('>'))
    return std::unexpected(fmt::format("\"{}\": write `<=` or `>=`", shown(text)));
  if (const auto dots = text.find(".."); dots != std::string_view::npos) {
    const auto low = amount(trimmed(text.substr(0, dots)), kind);
    if (!low) return std::unexpected(low.error());
    const auto high = amount(trimmed(text.substr(dots + 2)), kind);
    if (!high) return std::unexpected(high.error());
    if (*low > *high) return std::unexpected(fmt::format("\"{}\": the lower end is above the upper one", shown(text)));
    return Expectation::Range{*low, *high};
  }
  for (const std::string_view sign : {"+-", "±", "+/-"}) {
    const auto at = text.find(sign);
    if (at == std::string_view::npos) continue;
    const auto middle = amount(trimmed(text.substr(0, at)), kind);
    if (!middle) return std::unexpected(middle.error());
    const std::string_view width_text = trimmed(text.substr(at + sign.size()));
    const bool percent = width_text.ends_with('%');
    const auto width =
        percent ? plain_number(trimmed(width_text.substr(0, width_text.size() - 1))) : amount(width_text, kind);
    if (!width) return std::unexpected(width.error());
    const double half = percent ? *middle * *width / 100 : *width;
    return Expectation::Range{std::max(0.0, *middle - half), *middle + half};
  }
  const auto exact = amount(text, kind);
  if (!exact) return std::unexpected(exact.error());
  if (kind == FieldKind::time || kind == FieldKind::size)
    return std::unexpected(fmt::format("\"{}\" has no tolerance: write \"{} +- 5%\"", shown(text), shown(text)));
  return Expectation::Range{*exact, *exact};
}

struct Key {
  std::optional<WorldKind> world;
  std::string run;
  ResultField field;
};

/// "modeled.join_all.wall": a world, a run, a field; the first two may be missing. Names may have dots in them.
std::optional<Key> split_key(const Place& place, std::string_view written, const std::vector<std::string>& runs,
                             Diagnostics& out) {
  Key key;
  std::string_view rest = written;
  for (const WorldKind world : kWorlds) {
    const std::string before = std::string(to_string(world)) + '.';
    if (!rest.starts_with(before)) continue;
    key.world = world;
    rest.remove_prefix(before.size());
    break;
  }
  const ResultField* found = nullptr;
  for (const ResultField& field : known_fields()) {
    const bool ends =
        rest == field.name || (rest.ends_with(field.name) && rest[rest.size() - field.name.size() - 1] == '.');
    if (ends && (found == nullptr || field.name.size() > found->name.size())) found = &field;
  }
  if (found != nullptr) {
    key.field = *found;
    key.run = rest == found->name ? "" : std::string(rest.substr(0, rest.size() - found->name.size() - 1));
    if (key.run.empty() || std::find(runs.begin(), runs.end(), key.run) != runs.end()) return key;
    std::string hint = did_you_mean(key.run, runs);
    if (hint.empty()) hint = fmt::format("the runs are {}", list_of(runs));
    out.error(place, fmt::format("no run is called \"{}\"", shown(key.run)), std::move(hint));
    return std::nullopt;
  }
  // The field is not known. What comes before it shows where it begins.
  std::string_view field = rest;
  for (const std::string& run : runs)
    if (rest.starts_with(run + '.')) field = rest.substr(run.size() + 1);
  if (field.size() == rest.size() && rest.find('.') != std::string_view::npos) {
    const std::string_view last = rest.substr(rest.find('.') + 1);
    if (nearest(last, field_names())) field = last;
  }
  std::string hint = did_you_mean(field, field_names());
  if (hint.empty()) hint = fmt::format("known: {}", list_of(field_names(), 20));
  out.error(place, fmt::format("a result has no field \"{}\"", shown(field)), std::move(hint));
  return std::nullopt;
}

bool word_is_known(const Node& value, std::string_view name, const ResultField& field, std::span<const Limit> limits,
                   Diagnostics& out) {
  const auto among = [&](const std::vector<std::string>& known, std::string_view what) {
    if (std::find(known.begin(), known.end(), value.text) != known.end()) return true;
    std::string hint = did_you_mean(value.text, known);
    if (hint.empty()) hint = fmt::format("known: {}", list_of(known, 20));
    out.error(value.place, fmt::format("`{}`: there is no {} \"{}\"", name, what, shown(value.text)), std::move(hint));
    return false;
  };
  if (field.name == "failure.limit") return among(limit_names(limits), "limit");
  if (field.name == "failure.errno") return cause_named(value.text) != Cause() || among(error_names(), "error");
  return true;
}

/// What the keys and values may name.
struct Names {
  std::vector<std::string> runs;
  std::span<const Limit> limits;
};

void read_one(const std::string& written, const Place& place, const Node& value, const Names& names, Diagnostics& out,
              std::vector<Expectation>& expectations) {
  const auto key = split_key(place, written, names.runs, out);
  if (!key) return;
  Expectation expectation{written, key->run, key->world, key->field.name, false, setting_text(value), place.line};
  const FieldKind kind = key->field.kind;
  if (kind == FieldKind::flag) {
    const auto flag = read_flag(value, written, out);
    if (!flag) return;
    expectation.wanted = *flag;
  } else if (kind == FieldKind::text) {
    if (value.kind != Node::Kind::string) return wrong_kind(value, written, "text", out);
    if (!word_is_known(value, written, key->field, names.limits, out)) return;
    expectation.wanted = value.text;
  } else if (value.kind == Node::Kind::string) {
    const auto range = parse_range(value.text, kind);
    if (!range)
      return out.error(value.place, fmt::format("`{}`: {}", written, range.error()),
                       fmt::format("write {}", example(kind)));
    expectation.wanted = *range;
  } else if (kind == FieldKind::time || kind == FieldKind::size) {
    if (is_number(value) && kind == FieldKind::time)
      return lacks_unit(value, written, "a time", {"s +- 5%", "ms +- 5%"}, out);
    if (is_number(value)) return lacks_unit(value, written, "a size", {"MiB +- 5%", "KiB +- 5%"}, out);
    return wrong_kind(value, written, kind == FieldKind::time ? "a time" : "a size", out,
                      fmt::format("write {}", example(kind)));
  } else {
    const auto count = read_count(value, written, {}, out);
    if (!count) return;
    expectation.wanted = Expectation::Range{static_cast<double>(*count), static_cast<double>(*count)};
  }
  expectations.push_back(std::move(expectation));
}

void read_table(const Node& table, const std::string& prefix, const Names& names, Diagnostics& out,
                std::vector<Expectation>& expectations) {
  for (const Node::Entry& entry : table.entries) {
    const std::string key = prefix + entry.key;
    if (entry.value.kind == Node::Kind::table && !entry.value.entries.empty())
      read_table(entry.value, key + '.', names, out, expectations);
    else
      read_one(key, entry.place, entry.value, names, out, expectations);
  }
}

FieldKind kind_of(const Expectation& expectation) {
  return std::ranges::find(known_fields(), expectation.field, &ResultField::name)->kind;
}

/// What the result holds, in the base unit; no value where it has none (nothing failed, or the limit's value is not
/// known).
std::optional<double> number_of(const FieldValue& value) {
  if (const auto* duration = std::get_if<Duration>(&value)) return to_seconds(*duration);
  if (const auto* size = std::get_if<Bytes>(&value)) return static_cast<double>(size->count);
  if (const auto* count = std::get_if<std::int64_t>(&value)) return static_cast<double>(*count);
  return std::nullopt;
}

std::string number_for_people(double value, FieldKind kind) {
  if (kind == FieldKind::time) return format_duration(Duration{std::llround(value * 1e9)});
  if (kind == FieldKind::size) return format_bytes(Bytes{std::llround(value)});
  return format_count(std::llround(value));
}

}  // namespace

std::vector<Expectation> read_expectations(const Node& table, const std::vector<RunSpec>& runs, Diagnostics& out,
                                           std::span<const Limit> limits) {
  Names names{.runs = {}, .limits = limits};
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names.runs, name) == names.runs.end()) names.runs.push_back(name);
  };
  for (const RunSpec& run : runs) {
    add(run.label);
    if (run.concurrency != run.label)
      add(run.concurrency);
    else if (std::ranges::count(runs, run.concurrency, &RunSpec::concurrency) > 1)
      add(run.label + " 1");
  }
  std::vector<Expectation> written;
  read_table(table, {}, names, out, written);
  // A label means its run; a concurrency model's name that is not a label means every run of it.
  std::vector<Expectation> expectations;
  for (Expectation& expectation : written) {
    const std::string name = expectation.run;
    const bool is_label = std::any_of(runs.begin(), runs.end(), [&](const RunSpec& run) { return run.label == name; });
    if (name.empty() || is_label) {
      expectations.push_back(std::move(expectation));
      continue;
    }
    for (const RunSpec& run : runs) {
      if (!is_called(name, run.concurrency, run.label)) continue;
      expectations.push_back(expectation);
      expectations.back().run = run.label;
    }
  }
  return expectations;
}

bool applies(const Expectation& expectation, const RunResult& result) {
  const std::string& name = result.label.empty() ? result.concurrency : result.label;
  if (!expectation.run.empty() && expectation.run != name) return false;
  return !expectation.world || expectation.world == result.world;
}

std::optional<std::string> check(const Expectation& expectation, const RunResult& result) {
  if (!applies(expectation, result)) return std::nullopt;
  const std::string who =
      fmt::format("{}, {}", result.label.empty() ? result.concurrency : result.label, to_string(result.world));
  if (!result.error.empty()) return fmt::format("{}: could not be run: {}", who, result.error);

  if (const auto* wanted = std::get_if<bool>(&expectation.wanted)) {
    if (*wanted == result.failure.has_value()) return std::nullopt;
    if (*wanted) return fmt::format("{}: should fail, but did not", who);
    return fmt::format("{}: should not fail, but did: {}", who, format_failed_call(*result.failure));
  }
  if (const auto* wanted = std::get_if<std::string>(&expectation.wanted)) {
    if (!result.failure)
      return fmt::format("{}: {} should be \"{}\", but nothing failed", who, expectation.field, *wanted);
    const std::string got = for_people(value_of(result, expectation.field));
    if (got == *wanted) return std::nullopt;
    return fmt::format("{}: {} should be \"{}\", but is {}", who, expectation.field, *wanted,
                       got.empty() ? "not known" : '"' + got + '"');
  }
  const auto range = std::get<Expectation::Range>(expectation.wanted);
  const auto got = number_of(value_of(result, expectation.field));
  if (!got && !result.failure)
    return fmt::format("{}: {} should be {}, but nothing failed", who, expectation.field, expectation.written);
  if (!got) return fmt::format("{}: {} should be {}, but is not known", who, expectation.field, expectation.written);
  // Ends belong to the range; a rounding of the last digit must not leave it.
  const double slack = 1e-9 * std::max(1.0, std::abs(*got));
  if (*got >= range.low - slack && *got <= range.high + slack) return std::nullopt;
  // What is rounded may look like what is wanted.
  const bool is_near = std::abs(*got - std::clamp(*got, range.low, range.high)) < 0.001 * std::abs(*got);
  const std::string precise = is_near ? fmt::format(" ({:.12g})", *got) : "";
  return fmt::format("{}: {} should be {}, but is {}{}", who, expectation.field, expectation.written,
                     number_for_people(*got, kind_of(expectation)), precise);
}

}  // namespace spawnpoint
