// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the small text files of /proc and /sys below a root of choice: "/" for this machine, a made-up tree in tests.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/text.hpp"

namespace spawnpoint {

/// A file's text, at most `most` bytes of it; no value where it cannot be read.
std::optional<std::string> read_text(const std::filesystem::path& file, std::size_t most = 1 << 20);

/// Replaces the text of a file that is there, with one write(). The error is errno.
std::expected<void, int> write_text(const std::filesystem::path& file, std::string_view text);

/// The whole number that `text` is (blanks around it are fine); no value for anything else.
std::optional<std::int64_t> parse_count(std::string_view text);
std::optional<std::int64_t> read_count(const std::filesystem::path& file);

/// The parts of `text` between blanks.
std::vector<std::string_view> words(std::string_view text);
std::vector<std::string_view> lines(std::string_view text);

/// What follows "KEY:" at the start of a line, as in /proc/meminfo and /proc/PID/status.
std::optional<std::string_view> field(std::string_view text, std::string_view key);
/// The first number of such a field; "kB" is not applied.
std::optional<std::int64_t> field_count(std::string_view text, std::string_view key);

/// Tasks whose real user is `user`, the calling process's own among them.
std::int64_t tasks_of(uid_t user);

/// `absolute` (as the kernel names it) below `root`.
std::filesystem::path below(const std::filesystem::path& root, std::string_view absolute);

}  // namespace spawnpoint
