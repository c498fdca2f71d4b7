// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/calibration/calibration_probes.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace spawnpoint {
namespace {

template <class Body>
Duration mean_of(int times, Body body) {
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) body();
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began) / times;
}

}  // namespace

Duration measure_syscall() {
  return mean_of(10'000, [] { (void)::syscall(SYS_getppid); });
}

Duration measure_map() {
  constexpr std::size_t kSize = std::size_t{8} << 20;
  return mean_of(500,
                 [] {
                   void* memory = ::mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                   if (memory == MAP_FAILED) return;
                   ::mprotect(static_cast<char*>(memory) + 4096, kSize - 4096, PROT_READ | PROT_WRITE);
                   ::munmap(memory, kSize);
                 }) /
         3;
}

Duration measure_yield() {
  constexpr int kTimes = 5'000;
  cpu_set_t before;
  if (::sched_getaffinity(0, sizeof before, &before) != 0) return {};
  cpu_set_t one;
  CPU_ZERO(&one);
  const int cpu = ::sched_getcpu();
  CPU_SET(cpu < 0 ? 0 : static_cast<unsigned>(cpu), &one);
  // Threads begin where their creator may run.
  if (::sched_setaffinity(0, sizeof one, &one) != 0) return {};
  std::atomic<bool> done{false};
  std::atomic<bool> there{false};
  std::thread other([&] {
    there = true;
    while (!done) ::sched_yield();
  });
  while (!there) ::sched_yield();
  const Duration mean = mean_of(kTimes, [] { ::sched_yield(); });
  done = true;
  other.join();
  ::sched_setaffinity(0, sizeof before, &before);
  // Between two of one thread's calls there is one of the other.
  return mean / 2;
}

}  // namespace spawnpoint
