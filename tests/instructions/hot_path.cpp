// SPDX-License-Identifier: GPL-3.0-or-later
// The hot paths whose instructions are counted (see check.sh): as little around them as can be.
//
//     hot_path executor JOBS       each is spawned, sleeps, wakes and ends
//     hot_path simulation EVENTS   a thousand processes that each loop over a random delay
#include <poll.h>
#include <sys/timerfd.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/coroutine/frame_arena.hpp"
#include "core/coroutine/join_all.hpp"
#include "core/executor/executor.hpp"
#include "core/simulation/random_stream.hpp"
#include "core/simulation/simulation.hpp"
#include "core/simulation/variates.hpp"

using namespace spawnpoint;

// The system's clock, in place of the C library's: how long a machine takes changes how many jobs share a reading of
// the clock or a chunk of timers, so with real time no two counts would be alike. Here a reading takes 50 ns, and
// waiting for the timer takes no time.
namespace {
std::int64_t virtual_ns = 1'000'000'000;
std::int64_t timer_ns = 0;
constexpr std::int64_t kSecond = 1'000'000'000;
}  // namespace

extern "C" int clock_gettime(clockid_t, timespec* time) noexcept {
  virtual_ns += 50;
  *time = {virtual_ns / kSecond, virtual_ns % kSecond};
  return 0;
}
extern "C" int timerfd_settime(int, int, const itimerspec* setting, itimerspec*) noexcept {
  timer_ns = setting->it_value.tv_sec * kSecond + setting->it_value.tv_nsec;
  return 0;
}
extern "C" int poll(pollfd* sources, nfds_t count, int) {
  if (count < 2) std::abort();  // nothing here is woken by anything but the timer
  virtual_ns = std::max(virtual_ns, timer_ns);
  sources[0].revents = 0;
  sources[1].revents = POLLIN;
  return 1;
}

namespace {

Task<> job(Executor& executor, Duration duration) {
  co_await executor.sleep_for(duration);
}

bool run_jobs(std::size_t jobs) {
  FrameArena frames;
  const FrameArena::Scope scope(frames);
  Executor executor;
  const auto make = [&](std::size_t) { return job(executor, std::chrono::seconds(1)); };
  return executor.run(join_all(jobs, make)) != Executor::Outcome::stalled;
}

Process process(Simulation& simulation, RandomStream& random, std::uint64_t& left) {
  for (;;) {
    if (left-- == 0) simulation.stop();
    co_await simulation.delay(Duration{static_cast<Duration::rep>(1e9 * standard_exponential(random))});
  }
}

bool run_events(std::uint64_t events) {
  RandomStream random{1, "hot path"};
  Simulation simulation;
  std::uint64_t left = events;
  for (int i = 0; i < 1000; ++i) simulation.spawn(process(simulation, random, left));
  simulation.run();
  return simulation.events() == events + 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  if (std::string_view(argv[1]) == "executor") return run_jobs(count) ? 0 : 1;
  if (std::string_view(argv[1]) == "simulation") return run_events(count) ? 0 : 1;
  std::fprintf(stderr, "hot_path executor|simulation COUNT\n");
  return 2;
}
