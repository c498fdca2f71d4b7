// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/host/proc_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "core/files/file_descriptor.hpp"

namespace spawnpoint {

std::optional<std::string> read_text(const std::filesystem::path& file, std::size_t most) {
  // Files of /proc have no size, and one read() gives at most a page of some of them.
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return std::nullopt;
  std::string text;
  char buffer[8192];
  bool good = true;
  while (text.size() < most) {
    const ssize_t n = ::read(opened.get(), buffer, std::min(sizeof buffer, most - text.size()));
    if (n < 0 && errno == EINTR) continue;
    good = n >= 0;
    if (n <= 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  if (!good) return std::nullopt;
  return text;
}

std::expected<void, int> write_text(const std::filesystem::path& file, std::string_view text) {
  const FileDescriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (opened && ::write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  return std::unexpected(errno);
}

std::optional<std::int64_t> parse_count(std::string_view text) {
  text = trimmed(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range && !text.starts_with('-')) return INT64_MAX;
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> read_count(const std::filesystem::path& file) {
  const auto text = read_text(file, 4096);
  return text ? parse_count(*text) : std::nullopt;
}

namespace {
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}
}  // namespace

std::vector<std::string_view> words(std::string_view text) {
  return split(text, " \t\n\r");
}
std::vector<std::string_view> lines(std::string_view text) {
  return split(text, "\n");
}

std::optional<std::string_view> field(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; (at = text.find(key, at)) != std::string_view::npos; at += key.size()) {
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    const auto colon = at + key.size();
    if (!begins_line || colon >= text.size() || text[colon] != ':') continue;
    const auto rest = text.substr(colon + 1);
    return trimmed(rest.substr(0, rest.find('\n')));
  }
  return std::nullopt;
}

std::optional<std::int64_t> field_count(std::string_view text, std::string_view key) {
  const auto value = field(text, key);
  if (!value) return std::nullopt;
  const auto parts = words(*value);
  return parts.empty() ? std::nullopt : parse_count(parts.front());
}

std::filesystem::path below(const std::filesystem::path& root, std::string_view absolute) {
  absolute.remove_prefix(std::min(absolute.find_first_not_of('/'), absolute.size()));
  return absolute.empty() ? root : root / absolute;
}

std::int64_t tasks_of(uid_t user) {
  std::int64_t tasks = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    if (!parse_count(entry.path().filename().string())) continue;
    const auto status = read_text(entry.path() / "status", 16384);
    if (status && field_count(*status, "Uid") == static_cast<std::int64_t>(user))
      tasks += field_count(*status, "Threads").value_or(1);
  }
  return tasks;
}

}  // namespace spawnpoint
