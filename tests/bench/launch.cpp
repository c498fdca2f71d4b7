// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a program and tells on descriptor 3 what it took: wall and processor time in seconds, peak memory in bytes.
// Small and apart from the driver, because a process inherits the peak memory of the one that started it.
//
//     launch SECONDS PROGRAM [ARGUMENT…]      killed after SECONDS
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
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
