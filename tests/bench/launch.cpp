// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a program and reports on descriptor 3 what it took: wall and processor time in seconds, peak memory in bytes.
// Small and apart from the driver, because a process inherits the peak memory of the one that started it.
//
//     launch SECONDS PROGRAM [ARGUMENT…]      killed after SECONDS
//
// A virtual machine's host takes memory back that is not used, and giving it again can take longer than all that is to
// be measured. So a good part of the free memory is touched once before each run, whichever program it is.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

/// Somewhat more than the largest of the programs takes.
constexpr std::size_t kTouched = std::size_t{1536} << 20;

/// In a process of its own, whose end gives all of it back.
void touch_memory() {
  const pid_t child = fork();
  if (child == 0) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = std::min(kTouched, static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) * page / 2);
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(1);
    (void)madvise(memory, size, MADV_HUGEPAGE);
    std::memset(memory, 1, size);
    _exit(0);
  }
  if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  touch_memory();
  const double begin = now();
  const pid_t child = fork();
  if (child < 0) return 3;
  if (child == 0) {
    close(3);
    alarm(static_cast<unsigned>(std::atoi(argv[1])));  // survives exec
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) return 3;
  dprintf(3, "%.6f %.6f %ld\n", now() - begin, seconds(usage.ru_utime) + seconds(usage.ru_stime),
          usage.ru_maxrss * 1024L);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
