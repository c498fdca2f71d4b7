// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace spawnpoint {
namespace {

std::atomic<bool> lost{false};

}  // namespace

void guard_standard_streams() noexcept {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Opened the wrong way round, so that using it is still an error.
    (void)::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void write_to(std::FILE* stream, std::string_view text) noexcept {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size()) lost = true;
}

bool all_was_written() noexcept {
  return !lost;
}

bool standard_streams_hold() noexcept {
  for (std::FILE* stream : {stdout, stderr})
    if (std::fflush(stream) != 0 || std::ferror(stream) != 0) lost = true;
  return !lost;
}

}  // namespace spawnpoint
