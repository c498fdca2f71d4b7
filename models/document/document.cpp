// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "core/text/text.hpp"
#include "models/document/text_guard.hpp"

namespace spawnpoint {
namespace {

Place place_of(const SourceText& source, const toml::source_region& region) {
  Place place{&source, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column), 1};
  if (region.end.line == region.begin.line && region.end.column > region.begin.column)
    place.length = static_cast<int>(region.end.column - region.begin.column);
  else if (region.end.line > region.begin.line)
    place.length =
        std::max(1, static_cast<int>(code_points(source.line(place.line))) - static_cast<int>(region.begin.column) + 1);
  return place;
}

Node convert(const SourceText& source, const toml::node& from) {
  Node to;
  to.place = place_of(source, from.source());
  if (const auto* table = from.as_table()) {
    to.kind = Node::Kind::table;
    to.entries.reserve(table->size());
    for (const auto& [key, value] : *table)
      to.entries.push_back({std::string(key.str()), place_of(source, key.source()), convert(source, value)});
    std::stable_sort(to.entries.begin(), to.entries.end(), [](const Node::Entry& a, const Node::Entry& b) {
      return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
  } else if (const auto* array = from.as_array()) {
    to.kind = Node::Kind::array;
    to.items.reserve(array->size());
    for (const auto& value : *array) to.items.push_back(convert(source, value));
  } else if (const auto* text = from.as_string()) {
    to.kind = Node::Kind::string;
    to.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    to.kind = Node::Kind::integer;
    to.integer = integer->get();
  } else if (const auto* real = from.as_floating_point()) {
    to.kind = Node::Kind::real;
    to.real = real->get();
  } else if (const auto* boolean = from.as_boolean()) {
    to.kind = Node::Kind::boolean;
    to.boolean = boolean->get();
  } else {
    to.kind = Node::Kind::date;
  }
  return to;
}

/// The value around `column` of a line: what follows the `=` before it, up to what ends a value.
std::string_view value_around(std::string_view line, int column) {
  std::size_t offset = 0;
  for (std::size_t left = column > 1 ? static_cast<std::size_t>(column - 1) : 0; offset < line.size(); ++offset)
    if ((static_cast<unsigned char>(line[offset]) & 0xC0U) != 0x80U && left-- == 0) break;
  const auto equals = line.rfind('=', offset);
  if (equals == std::string_view::npos) return {};
  std::string_view value = line.substr(equals + 1);
  value = value.substr(0, value.find_first_of("#,]}"));
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return value;
}

/// The most common slip in these files: `sleep = 1s` without the quotes.
std::string quotes_hint(std::string_view line, int column) {
  const std::string_view value = value_around(line, column);
  if (value.empty() || value.size() > 60) return {};
  if (value.find_first_of("\"'[{") != std::string_view::npos) return {};
  if (value == "true" || value == "false") return {};
  if (value.find_first_not_of("0123456789_+-.eE") == std::string_view::npos) return {};
  return fmt::format("text and values with a unit need quotes: \"{}\"", value);
}

/// toml++ reports what it was doing first ("Error while parsing array: …"); the mistake itself is what matters.
std::string in_our_words(std::string_view description, bool at_end_of_line) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  const auto colon = description.find(": ");
  if (!description.starts_with(kPrefix) || colon == std::string_view::npos)
    return fmt::format("this is not valid TOML: {}", description);
  const std::string_view place = description.substr(kPrefix.size(), colon - kPrefix.size());
  if (at_end_of_line && place == "string") return "this is not valid TOML: the text has no closing quote";
  return fmt::format("this is not valid TOML: {} (in the {})", description.substr(colon + 2), place);
}

std::optional<toml::table> parse_toml(const SourceText& source, std::string_view text, int column_shift,
                                      Diagnostics& out) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    Place place = place_of(source, error.source());
    place.line = std::clamp(place.line, 1, source.lines());
    place.column = std::max(1, place.column + column_shift);
    // An error at the end of a text is reported at its last character, not on a line that does not exist.
    const auto width = static_cast<int>(code_points(source.line(place.line)));
    const bool at_end_of_line = place.column > width;
    place.column = std::min(place.column, width + 1);
    out.error(place, in_our_words(error.description(), at_end_of_line),
              quotes_hint(source.line(place.line), place.column));
    return std::nullopt;
  }
}

}  // namespace

const Node::Entry* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Node::Entry* Node::find(std::string_view key) {
  return const_cast<Entry*>(std::as_const(*this).find(key));
}

std::string_view kind_name(Node::Kind kind) {
  static constexpr std::string_view kNames[] = {"a table",          "a list",        "text",  "a whole number",
                                                "a decimal number", "true or false", "a date"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<Node> parse_document(const SourceText& source, Diagnostics& out) {
  if (!guard_text(source, out)) return std::nullopt;
  const auto table = parse_toml(source, source.text(), 0, out);
  if (!table) return std::nullopt;
  return convert(source, *table);
}

namespace {

void shift(Node& node, int columns) {
  node.place.column += columns;
  node.from_setting = true;
  for (Node::Entry& entry : node.entries) {
    entry.place.column += columns;
    shift(entry.value, columns);
  }
  for (Node& item : node.items) shift(item, columns);
}

}  // namespace

std::optional<Node> parse_setting_value(const SourceText& source, std::size_t value_offset, Diagnostics& out) {
  if (!guard_text(source, out)) return std::nullopt;
  const std::string_view value = std::string_view(source.text()).substr(value_offset);
  const auto column = static_cast<int>(code_points(std::string_view(source.text()).substr(0, value_offset))) + 1;
  constexpr std::string_view kKey = "v=";
  const int columns = column - 1 - static_cast<int>(kKey.size());

  Node bare;
  bare.kind = Node::Kind::string;
  bare.text = std::string(value);
  bare.from_setting = true;
  bare.place = {&source, 1, column, std::max(1, static_cast<int>(code_points(value)))};

  const std::string_view trimmed = value.substr(std::min(value.find_first_not_of(" \t"), value.size()));
  if (trimmed.empty()) return bare;
  const std::string text = std::string(kKey) + std::string(value);
  const bool must_be_toml =
      trimmed.front() == '[' || trimmed.front() == '{' || trimmed.front() == '"' || trimmed.front() == '\'';
  Diagnostics scratch;
  const auto table = parse_toml(source, text, columns, must_be_toml ? out : scratch);
  if (!table || table->size() != 1) {
    if (must_be_toml && !table) return std::nullopt;
    return bare;
  }
  Node node = convert(source, *table->get("v"));
  shift(node, columns);
  if (node.kind == Node::Kind::date) return bare;
  if (node.kind != Node::Kind::table && node.kind != Node::Kind::array && node.kind != Node::Kind::string)
    node.text = std::string(trimmed);
  return node;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\u{:04X}", byte);
    else
      out += c;
  }
  return out + '"';
}

}  // namespace spawnpoint
