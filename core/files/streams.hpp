// SPDX-License-Identifier: GPL-3.0-or-later
// Standard output and standard error, which may be closed, full, or a terminal that is gone: nothing here throws. What
// could not be written is remembered, and the program's exit status tells of it.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <iterator>
#include <string_view>
#include <utility>

namespace spawnpoint {

/// To be called first of all: what is closed among descriptors 0 to 2 is taken, so that no file that is opened later
/// has its number. Reading and writing them fails as before.
void guard_standard_streams() noexcept;

/// Writes all of it, or notes that it could not.
void write_to(std::FILE* stream, std::string_view text) noexcept;
/// Whether everything that was given to write_to() until now was taken.
bool all_was_written() noexcept;
/// Whether everything could be written to standard output and standard error, what they hold back included.
bool standard_streams_hold() noexcept;

template <class... Args>
void print_to(std::FILE* stream, fmt::format_string<Args...> format, Args&&... args) {
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  write_to(stream, {text.data(), text.size()});
}

/// On standard output: what was asked for.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  print_to(stdout, format, std::forward<Args>(args)...);
}

/// On standard error: what is said about it.
template <class... Args>
void note(fmt::format_string<Args...> format, Args&&... args) {
  print_to(stderr, format, std::forward<Args>(args)...);
}

}  // namespace spawnpoint
