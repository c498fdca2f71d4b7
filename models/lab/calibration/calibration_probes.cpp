// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/calibration/calibration_probes.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "models/machine/host/proc_files.hpp"

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

Duration measure_tick_interrupt(Duration tick) {
  constexpr int kTicks = 30;
  // Shorter ones are the reading of the clock, longer ones are other threads.
  constexpr Duration kShortest = std::chrono::nanoseconds(500);
  constexpr Duration kLongest = std::chrono::milliseconds(1);
  std::vector<Duration> gaps;
  const auto begin = std::chrono::steady_clock::now();
  for (auto last = begin; last - begin < kTicks * tick;) {
    const auto now = std::chrono::steady_clock::now();
    const Duration gap = now - last;
    if (gap >= kShortest && gap < kLongest) gaps.push_back(gap);
    last = now;
  }
  if (gaps.size() < kTicks) return {};
  std::ranges::sort(gaps, std::greater{});
  return gaps[kTicks / 2];
}

Duration measure_migration() {
  cpu_set_t before;
  if (::sched_getaffinity(0, sizeof before, &before) != 0 || CPU_COUNT(&before) < 2) return {};
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &before)) cpus.push_back(cpu);
  constexpr int kTimes = 120;
  constexpr auto kSleep = std::chrono::microseconds(400);
  // What the work finds in the cache of the core that it was done on before.
  std::vector<std::uint64_t> memory(4096, 1);
  std::atomic<int> turn{0};
  std::atomic<pid_t> sleeper{0};
  std::vector<double> stayed;
  std::vector<double> moved;
  std::thread other([&] {
    sleeper = ::gettid();
    const auto work = [&] {
      std::uint64_t sum = 0;
      for (int round = 0; round < 4; ++round)
        for (std::uint64_t& word : memory) sum += ++word;
      return sum;
    };
    for (int i = 0; i < 2 * kTimes; ++i) {
      volatile std::uint64_t sink = work();
      const auto until = std::chrono::steady_clock::now() + kSleep;
      turn = i + 1;
      std::this_thread::sleep_until(until);
      sink = work();
      (void)sink;
      const std::chrono::duration<double, std::nano> late = std::chrono::steady_clock::now() - until;
      // Every second time it is moved while it sleeps.
      (i % 2 == 0 ? stayed : moved).push_back(late.count());
    }
    turn = -1;
  });
  while (sleeper == 0) std::this_thread::yield();
  int seen = 0;
  std::size_t at = 0;
  while (true) {
    const int now = turn;
    if (now < 0) break;
    if (now == seen) {
      std::this_thread::yield();
      continue;
    }
    seen = now;
    if (now % 2 == 0) at = (at + 1) % cpus.size();
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(cpus[at]), &one);
    (void)::sched_setaffinity(sleeper, sizeof one, &one);
  }
  other.join();
  const auto median = [](std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  return Duration(std::max<std::int64_t>(std::llround(median(moved) - median(stayed)), 0));
}

Duration measure_spin() {
  constexpr std::int64_t kRounds = 120'000'000;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t x = 1;
  for (std::int64_t i = 0; i < kRounds; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
  volatile std::uint64_t sink = x;
  (void)sink;
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
}

std::optional<CpuUse> measure_use() {
  const auto text = read_text("/proc/stat", 4096);
  if (!text) return std::nullopt;
  const auto parts = words(std::string_view(*text).substr(0, text->find('\n')));
  // cpu user nice system idle iowait irq softirq steal: in ticks of USER_HZ.
  if (parts.size() < 9 || parts[0] != "cpu") return std::nullopt;
  const Duration unit = std::chrono::nanoseconds(1'000'000'000 / std::max(::sysconf(_SC_CLK_TCK), 1L));
  CpuUse use;
  for (std::size_t i = 1; i <= 8; ++i) {
    const Duration time = unit * parse_count(parts[i]).value_or(0);
    use.all += time;
    if (i == 8)
      use.stolen = time;
    else if (i != 4 && i != 5)
      use.busy += time;
  }
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage own{};
    ::getrusage(who, &own);
    for (const timeval& time : {own.ru_utime, own.ru_stime})
      use.own += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  }
  return use;
}

}  // namespace spawnpoint
