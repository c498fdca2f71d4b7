// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/text_guard.hpp"

#include <fmt/format.h>

#include "core/text/text.hpp"
#include "models/document/document.hpp"

namespace spawnpoint {
namespace {

constexpr int kDeepest = 32;          ///< Brackets within brackets, and parts of a dotted key.
constexpr int kMostValues = 200'000;  ///< Of a file: each takes a few hundred bytes once parsed.

bool guard_bytes(const SourceText& source, Diagnostics& out) {
  const std::string& text = source.text();
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      out.error(place_at(source, i), fmt::format("byte 0x{:02X} is not UTF-8: scenario files are UTF-8 text", byte));
      return false;
    }
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F) {
      out.error(place_at(source, i), fmt::format("control character 0x{:02X}: this is not a text file", byte));
      return false;
    }
    i += length;
  }
  return true;
}

/// Follows TOML's strings and comments just far enough to count the brackets outside of them.
bool guard_shape(const SourceText& source, Diagnostics& out) {
  const std::string_view text = source.text();
  int depth = 0;
  int dots = 0;
  int values = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (c == '"' || c == '\'') {
      const std::string triple(3, c);
      const bool multi_line = text.substr(i).starts_with(triple);
      std::size_t k = i + (multi_line ? 3 : 1);
      while (k < text.size()) {
        if (c == '"' && text[k] == '\\') {
          k += 2;
        } else if (multi_line && text.substr(k).starts_with(triple)) {
          k += 2;
          break;
        } else if (!multi_line && (text[k] == c || text[k] == '\n')) {
          break;
        } else {
          ++k;
        }
      }
      i = k;
    } else if (c == '[' || c == '{') {
      ++depth;
      ++values;
      dots = 0;
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
      dots = 0;
    } else if (c == ',' || c == '=') {
      ++values;
      dots = 0;
    } else if (c == '\n') {
      dots = 0;
    } else if (c == '.') {
      ++dots;
    }
    if (depth > kDeepest || dots > kDeepest) {
      out.error(place_at(source, i), fmt::format("nested too deeply: at most {} levels", kDeepest));
      return false;
    }
    if (values > kMostValues) {
      out.error(place_at(source, i), fmt::format("too many values: at most {}", kMostValues));
      return false;
    }
  }
  return true;
}

}  // namespace

bool guard_text(const SourceText& source, Diagnostics& out) {
  if (source.text().size() > kLargestFile) {
    out.error({&source, 0, 0, 1}, fmt::format("the file is too large: at most {} MiB", kLargestFile >> 20));
    return false;
  }
  return guard_bytes(source, out) && guard_shape(source, out);
}

}  // namespace spawnpoint
