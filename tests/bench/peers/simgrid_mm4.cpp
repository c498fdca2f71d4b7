// SPDX-License-Identifier: GPL-3.0-or-later
// M/M/4 at 90% load in SimGrid, each customer an actor: simgrid_mm4 CUSTOMERS [unguarded].
#include <cstring>

#include "tests/bench/peers/random.hpp"
#include "tests/bench/peers/simgrid.hpp"
#include "tests/bench/simulation/measure.hpp"

int main(int argc, char** argv) {
  const auto customers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const bool unguarded = argc > 2 && std::strcmp(argv[2], "unguarded") == 0;
  double waited = 0;
  simgrid::s4u::Engine engine(&argc, argv);
  auto* host = bench::simgrid_host(engine, unguarded ? bench::Guards::none : bench::Guards::pages);
  const double begin = bench::processor_seconds();
  const auto servers = simgrid::s4u::Semaphore::create(4);
  simgrid::s4u::Actor::create("source", host, [&] {
    for (std::uint64_t i = 0; i < customers; ++i) {
      simgrid::s4u::this_actor::sleep_for(bench::exponential() / 3.6);
      simgrid::s4u::Actor::create("customer", host, [&] {
        const double arrived = simgrid::s4u::Engine::get_clock();
        servers->acquire();
        waited += simgrid::s4u::Engine::get_clock() - arrived;
        simgrid::s4u::this_actor::sleep_for(bench::exponential());
        servers->release();
      });
    }
  });
  engine.run();
  std::printf("cpu_s=%.6f\n", bench::processor_seconds() - begin);
  std::printf("mean_wait_s=%.6f\n", waited / static_cast<double>(customers));
}
