// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/data_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <system_error>

#include "core/text/text.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {

std::expected<std::string, std::string> read_file(const std::filesystem::path& file, std::size_t largest) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) return std::unexpected(std::string("there is no such file"));
  if (std::filesystem::is_directory(status)) return std::unexpected(std::string("this is a folder, not a file"));
  if (!std::filesystem::is_regular_file(status)) return std::unexpected(std::string("this is not an ordinary file"));
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::unexpected(std::string("the file cannot be opened: permission denied?"));
  // The size that the file claims is not trusted: it may grow while it is read.
  std::string text;
  char block[65536];
  while (text.size() <= largest && (in.read(block, sizeof block), in.gcount() > 0))
    text.append(block, static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return std::unexpected(std::string("the file cannot be read"));
  if (text.size() > largest)
    return std::unexpected(fmt::format("the file is too large: at most {} MiB", largest >> 20));
  return text;
}

namespace {

constexpr std::size_t kLargestData = std::size_t{16} << 20;

std::string_view first_column(std::string_view line) {
  line = line.substr(0, line.find('#'));
  line = line.substr(0, line.find_first_of(",;\t"));
  return trimmed(line);
}

std::expected<Duration, std::string> parse_time(std::string_view text) {
  double seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && stop == text.data() + text.size()) {
    if (!(seconds >= 0) || !std::isfinite(seconds))
      return std::unexpected(fmt::format("{} is not a time", shown(text)));
    if (seconds > 9e9) return std::unexpected(fmt::format("{} s is too large", shown(text)));
    return Duration{std::llround(seconds * 1e9)};
  }
  return parse_duration(text);
}

}  // namespace

std::expected<std::vector<Duration>, std::string> read_durations(std::string_view name,
                                                                 const std::filesystem::path& beside) {
  std::filesystem::path path{std::string(name)};
  if (path.is_relative()) path = beside / path;
  const auto text = read_file(path, kLargestData);
  if (!text) return std::unexpected(fmt::format("{}: {}", shown(name), text.error()));
  std::vector<Duration> out;
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const std::string_view cell = first_column(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (cell.empty()) continue;
    const auto time = parse_time(cell);
    if (!time) {
      const bool heading = number == 1 && (cell.front() < '0' || cell.front() > '9') && cell.front() != '-';
      if (heading) continue;
      return std::unexpected(fmt::format("{}, line {}: {}", shown(name), number, time.error()));
    }
    out.push_back(*time);
  }
  return out;
}

}  // namespace spawnpoint
