// SPDX-License-Identifier: GPL-3.0-or-later
// The hold benchmark in SimGrid: each process is an actor.
#include "tests/bench/peers/random.hpp"
#include "tests/bench/peers/simgrid.hpp"
#include "tests/bench/simulation/measure.hpp"

int main(int argc, char** argv) {
  bench::Hold hold(argc, argv);
  simgrid::s4u::Engine engine(&argc, argv);
  auto* host = bench::simgrid_host(engine, bench::Guards::none);  // makes all of them before the clock runs
  for (std::uint64_t i = 0; i < hold.processes(); ++i) {
    simgrid::s4u::Actor::create("process", host, [&] {
      for (;;) {
        if (hold.is_last()) {
          hold.report();
          std::fflush(stdout);
          std::_Exit(0);  // an engine ends when its actors have ended, and these never do
        }
        simgrid::s4u::this_actor::sleep_for(bench::exponential());
      }
    });
  }
  engine.run();
}
