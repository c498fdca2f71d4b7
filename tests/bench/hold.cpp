// SPDX-License-Identifier: GPL-3.0-or-later
// The hold benchmark: N processes, each looping over a random delay. Built once for each queue (see CMakeLists.txt),
// so that the coroutines are the same.
//
//     hold [processes] [events] [exponential|bimodal|pareto|narrow|ties|mixed]
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/simulation/random_stream.hpp"
#include "core/simulation/simulation.hpp"
#include "core/simulation/variates.hpp"

using namespace spawnpoint;

namespace {

enum class Law { exponential, bimodal, pareto, narrow, ties, mixed };

Law law_named(std::string_view name) {
  if (name == "bimodal") return Law::bimodal;
  if (name == "pareto") return Law::pareto;
  if (name == "narrow") return Law::narrow;
  if (name == "ties") return Law::ties;
  if (name == "mixed") return Law::mixed;
  return Law::exponential;
}

struct Delays {
  Law law;
  RandomStream random;

  Duration next() {
    constexpr double kSecond = 1e9;
    const auto seconds = [](double s) { return Duration{static_cast<Duration::rep>(s * kSecond)}; };
    switch (law) {
      case Law::exponential:
        return seconds(standard_exponential(random));
      case Law::bimodal:
        return seconds(random.uniform() < 0.9 ? 0.1 * random.uniform() : 9.0 + random.uniform());
      case Law::pareto: {  // shape 1.1, without its logarithm: the ratio of two exponentials has such a tail
        const double u = 1.0 - random.uniform();
        return seconds(0.1 / (u * (0.9 + 0.1 * u)));
      }
      case Law::narrow:
        return seconds(0.95 + 0.1 * random.uniform());
      case Law::ties:
        return seconds(static_cast<double>(1 + random.below(10)) * 0.1);
      case Law::mixed:
        return seconds(standard_exponential(random) * (random.next() & 1 ? 1e-3 : 10.0));
    }
    return seconds(1.0);
  }
};

Process hold(Simulation& simulation, Delays& delays) {
  for (;;) co_await simulation.delay(delays.next());
}

double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

long resident_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
  const long processes = argc > 1 ? std::atol(argv[1]) : 10'000;
  const auto events = static_cast<std::uint64_t>(argc > 2 ? std::atof(argv[2]) : 1e7);
  const char* const name = argc > 3 ? argv[3] : "exponential";
  const long before = resident_kib();
  Delays delays{law_named(name), RandomStream{1, "hold"}};
  Simulation simulation;
  for (long i = 0; i < processes; ++i) simulation.spawn(hold(simulation, delays));
  // Each process starts, and the queue gets its steady shape, before the clock runs.
  while (simulation.events() < 3 * static_cast<std::uint64_t>(processes)) simulation.step();
  const std::uint64_t first = simulation.events();
  const double start = processor_seconds();
  struct Tick : Timer {
    Tick(Simulation& s, std::uint64_t n) : Timer{&Tick::go}, simulation{s}, last{n} {}
    static void go(Timer& timer) {
      auto& self = static_cast<Tick&>(timer);
      if (self.simulation.events() >= self.last) return self.simulation.stop();
      self.simulation.schedule(self, self.simulation.now() + self.period);
    }
    Simulation& simulation;
    std::uint64_t last;
    Duration period{};
  } tick{simulation, first + events};
  tick.period = Duration{1'000'000'000 / (processes / 100 + 1)};
  simulation.schedule(tick, simulation.now() + tick.period);
  simulation.run();
  const double seconds = processor_seconds() - start;
  const auto done = static_cast<double>(simulation.events() - first);
  std::printf("%s processes=%ld events=%.0f million_events_per_second=%.2f bytes_per_process=%ld\n", name, processes,
              done, done / seconds / 1e6, (resident_kib() - before) * 1024 / processes);
}
