// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/text.hpp"

#include <algorithm>

namespace spawnpoint {
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (starts_code_point(text[i]) && count-- == 0) break;
    ++i;
  }
  return text.substr(0, i);
}

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned lowest = 0x80;
  unsigned highest = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) lowest = 0xA0;
    if (first == 0xED) highest = 0x9F;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) lowest = 0x90;
    if (first == 0xF4) highest = 0x8F;
  }
  if (length == 0 || byte(at + 1) < lowest || byte(at + 1) > highest) return 0;
  for (std::size_t k = 2; k < length; ++k)
    if (byte(at + k) < 0x80 || byte(at + k) > 0xBF) return 0;
  return length;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

namespace {

/// How many bytes of a control character `text` begins with; 0: with another. Those of C0 and C1, and the ones that
/// turn the direction of what follows.
std::size_t control_length(std::string_view text) {
  const auto byte = [text](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return 2;
  const bool turns = (byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) ||
                     (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
  return byte(0) == 0xE2 && turns ? 3 : 0;
}

}  // namespace

std::string file_name(std::string_view text, std::string_view instead) {
  std::string name;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(".-"), name.size()));
  return name.empty() ? std::string(instead) : name.substr(0, 120);
}

std::string shell_word(std::string_view text) {
  const auto plain = [](char c) {
    return is_word(c) || std::string_view("./=+,:@-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string printable(std::string_view text, bool ends_of_lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t' || (text[i] == '\n' && ends_of_lines)) {
      out += text[i];
    } else if (const std::size_t length = control_length(text.substr(i)); length > 0) {
      out += "·";
      i += length - 1;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string shown(std::string_view text, std::size_t most) {
  const std::string_view head = first_code_points(text, most);
  std::string out = printable(head);
  std::replace(out.begin(), out.end(), '\t', ' ');
  if (head.size() < text.size()) out += "…";
  return out;
}

}  // namespace spawnpoint
