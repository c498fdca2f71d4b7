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

std::string printable(std::string_view text, bool ends_of_lines) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t' || (c == '\n' && ends_of_lines) || (byte >= 0x20 && byte != 0x7F))
      out += c;
    else
      out += "·";
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
