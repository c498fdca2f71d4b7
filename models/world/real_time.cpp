// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/real_time.hpp"

#include <cerrno>
#include <cstdint>
#include <ctime>

namespace spawnpoint {
namespace {

Duration read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

void sleep_until_monotonic(Duration at) {
  if (at <= Duration::zero()) return;
  timespec until{};
  until.tv_sec = static_cast<time_t>(at.count() / 1'000'000'000);
  until.tv_nsec = static_cast<long>(at.count() % 1'000'000'000);
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

Duration thread_cpu_time() {
  return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

void use_cpu(Duration duration) {
  if (duration <= Duration::zero()) return;
  // Reading a thread's CPU clock is a system call, so there is some arithmetic between two readings; a little of it
  // where little is wanted.
  const Duration end = read_clock(CLOCK_THREAD_CPUTIME_ID) + duration;
  const int rounds = duration < std::chrono::microseconds(20) ? 200 : 2000;
  volatile std::uint64_t sink = 1;
  do {
    std::uint64_t x = sink;
    for (int i = 0; i < rounds; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
    sink = x;
  } while (read_clock(CLOCK_THREAD_CPUTIME_ID) < end);
}

}  // namespace spawnpoint
