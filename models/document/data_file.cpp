// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/data_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/files/file_descriptor.hpp"
#include "core/text/fnv.hpp"
#include "core/text/text.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {
namespace {

/// What the kernel makes up while it is read: some of it waits, or is gone once somebody has read it.
bool is_made_up(int fd) {
  struct statfs system{};
  if (::fstatfs(fd, &system) != 0) return false;
  constexpr decltype(system.f_type) kMadeUp[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC, TRACEFS_MAGIC, DEBUGFS_MAGIC};
  return std::ranges::find(kMadeUp, system.f_type) != std::end(kMadeUp);
}

std::unexpected<std::string> refused(const char* why) {
  return std::unexpected(std::string(why));
}

std::unexpected<std::string> refused(int error) {
  if (error == ENOENT || error == ENOTDIR) return refused("there is no such file");
  if (error == EACCES || error == EPERM) return refused("the file cannot be opened: permission denied");
  // A socket, or a device that is not there.
  if (error == ENXIO) return refused("this is not an ordinary file");
  return std::unexpected(fmt::format("the file cannot be read: {}", std::strerror(error)));
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::filesystem::path& file, std::size_t largest) {
  // Opened first, then looked at: whatever takes the name meanwhile. Opening never waits for anybody.
  const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!in) return refused(errno);
  struct stat status{};
  if (::fstat(in.get(), &status) != 0) return refused(errno);
  if (S_ISDIR(status.st_mode)) return refused("this is a folder, not a file");
  if (!S_ISREG(status.st_mode) || is_made_up(in.get())) return refused("this is not an ordinary file");
  // The size that the file claims is not trusted: it may grow while it is read.
  constexpr std::size_t kBlock = 64 << 10;
  std::string text;
  for (std::size_t size = 0;;) {
    text.resize(size + kBlock);
    const ssize_t got = ::read(in.get(), text.data() + size, kBlock);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(errno);
    size += static_cast<std::size_t>(got);
    text.resize(size);
    if (got == 0) return text;
    if (size > largest) return std::unexpected(fmt::format("the file is too large: at most {} MiB", largest >> 20));
  }
}

std::expected<std::string, std::string> InputFiles::read(const std::filesystem::path& file, std::size_t largest) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = read_.try_emplace(file.lexically_normal().string());
  if (is_new) at->second = read_file(file, largest);
  return at->second;
}

std::uint64_t InputFiles::digest() const {
  const std::lock_guard lock(mutex_);
  Fnv hash;
  for (const auto& [name, contents] : read_) hash.add(contents ? *contents : contents.error());
  return hash.value();
}

namespace {

constexpr std::size_t kLargestData = std::size_t{16} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Cell {
  std::string_view text;
  std::string_view rest;  ///< Of its line, from the separator on.
};

Cell first_cell(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const auto end = std::min(line.find_first_of(",;\t"), line.size());
  return {trimmed(line.substr(0, end)), line.substr(end)};
}

/// "0,1" with digits only: one number for some, two columns for others.
bool may_be_decimal_comma(const Cell& cell) {
  if (cell.rest.size() < 2 || cell.rest.front() != ',' || cell.text.empty()) return false;
  if (!std::ranges::all_of(cell.text.substr(cell.text.front() == '-' || cell.text.front() == '+'), is_digit))
    return false;
  const std::string_view after = trimmed(cell.rest.substr(1, cell.rest.find_first_of(";\t") - 1));
  return is_digit(cell.rest[1]) && std::ranges::all_of(after, is_digit);
}

bool is_heading(std::string_view cell) {
  const auto first = static_cast<unsigned char>(cell.front());
  if (!std::isalpha(first) && first != '"' && first != '\'' && first != '_' && first < 0x80) return false;
  double number = 0;
  // Of letters, but a number all the same: nan, inf, infinity.
  const char* const end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, number);
  return error != std::errc{} || stop != end;
}

std::expected<Duration, std::string> parse_time(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && stop == text.data() + text.size()) {
    if (!std::isfinite(seconds)) return std::unexpected(std::string("a time is a number, not nan or inf"));
    if (seconds < 0) return std::unexpected(std::string("a time is not negative"));
    if (seconds > 9e9) return std::unexpected(std::string("the time is too large: at most 9,000,000,000 s"));
    return Duration{std::llround(seconds * 1e9)};
  }
  if (auto duration = parse_duration(text)) return duration;
  return std::unexpected(std::string("this is not a time, such as 0.25 (seconds) or 250ms"));
}

}  // namespace

std::expected<DataFile, std::string> read_durations(std::string_view name, const InputPlace& place) {
  std::filesystem::path path{std::string(name)};
  if (path.is_relative()) path = place.beside / path;
  const auto text = place.read(path, kLargestData);
  if (!text) return std::unexpected(fmt::format("{}: {}", shown(name), text.error()));
  const auto wrong = [&](int line, const std::string& why) {
    return std::unexpected(fmt::format("{}, line {}: {}", shown(name), line, why));
  };
  DataFile data;
  std::string_view rest = *text;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  bool is_first = true;
  int comma = 0;          // The first line that may have a decimal comma,
  bool all_comma = true;  // as all have.
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const Cell cell = first_cell(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (cell.text.empty()) continue;
    if (std::exchange(is_first, false) && is_heading(cell.text)) {
      data.heading = number;
      all_comma = cell.rest.find(',') == std::string_view::npos;  // It has the columns' names.
      continue;
    }
    const bool has_comma = may_be_decimal_comma(cell);
    if (has_comma && comma == 0) comma = number;
    all_comma = all_comma && has_comma;
    // Where columns are separated by something else, a comma is nothing but a decimal one.
    if (has_comma && cell.rest.find_first_of(";\t") != std::string_view::npos)
      return wrong(number, "a decimal comma: write 0.5, not 0,5");
    const auto time = parse_time(cell.text);
    if (!time) return wrong(number, time.error());
    data.times.push_back(*time);
  }
  if (comma > 0 && all_comma)
    return wrong(comma, "is this a decimal comma, or are these two columns? Write 0.5, or 0;5 for two columns");
  return data;
}

std::string heading_remark(std::string_view name, const DataFile& data) {
  if (data.heading == 0) return {};
  return fmt::format("{}: line {} is taken for a heading, not for a time", shown(name), data.heading);
}

}  // namespace spawnpoint
