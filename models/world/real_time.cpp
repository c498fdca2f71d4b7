// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/real_time.hpp"

#include <sched.h>

#include <algorithm>
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

/// Some tenths of a microsecond's worth.
void calculate() {
  volatile std::uint64_t sink = 1;
  std::uint64_t x = sink;
  for (int i = 0; i < 200; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
  sink = x;
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

Duration process_cpu_time() {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void use_cpu(Duration duration, CpuWatch* watch) {
  // The thread's CPU clock would tell, but reading it is a system call in which the kernel looks whether the thread's
  // turn is over: whoever reads it is interrupted at other moments than a program that just computes. The monotonic
  // clock is read without one, and a gap in it that no interrupt explains is another thread's time. Neither is a system
  // call needed for the core.
  Duration used{};
  Duration last = read_clock(CLOCK_MONOTONIC);
  Duration turn = last;
  int cpu = ::sched_getcpu();
  while (used < duration) {
    calculate();
    const int here = ::sched_getcpu();
    const Duration now = read_clock(CLOCK_MONOTONIC);
    const bool was_away = now - last >= kAway;
    if (!was_away) used += now - last;
    if (was_away || here != cpu) [[unlikely]] {
      if (watch != nullptr) watch->had_core(cpu, turn, last);
      turn = was_away ? now : last;
      cpu = here;
      // What telling it takes is none of the computation.
      last = watch != nullptr ? read_clock(CLOCK_MONOTONIC) : now;
      continue;
    }
    last = now;
  }
  if (watch != nullptr) watch->had_core(cpu, turn, last);
}

}  // namespace spawnpoint
