// SPDX-License-Identifier: GPL-3.0-or-later
// The hold benchmark: N processes, each looping over a random delay. Built once for each queue (see CMakeLists.txt),
// so that the coroutines are the same.
//
//     hold PROCESSES EVENTS [exponential|bimodal|pareto|narrow|ties|mixed]
#include <string_view>

#include "core/numeric/portable_math.hpp"
#include "core/simulation/random_stream.hpp"
#include "core/simulation/simulation.hpp"
#include "core/simulation/variates.hpp"
#include "tests/bench/simulation/measure.hpp"

using namespace spawnpoint;

namespace {

enum class Law { exponential, bimodal, pareto, narrow, ties, mixed };

Duration seconds(double s) {
  return Duration{static_cast<Duration::rep>(s * 1e9)};
}

template <Law law>
Duration next_delay(RandomStream& random) {
  switch (law) {
    case Law::exponential:
      return seconds(standard_exponential(random));
    case Law::bimodal:
      return seconds(random.uniform() < 0.9 ? 0.1 * random.uniform() : 9.0 + random.uniform());
    case Law::pareto:
      return seconds(0.1 * portable::exp(standard_exponential(random) / 1.1));
    case Law::narrow:
      return seconds(0.95 + 0.1 * random.uniform());
    case Law::ties:
      return seconds(static_cast<double>(1 + random.below(10)) * 0.1);
    case Law::mixed:
      return seconds(standard_exponential(random) * (random.next() & 1 ? 1e-3 : 10.0));
  }
}

template <Law law>
Process process(Simulation& simulation, RandomStream& random, bench::Hold& hold) {
  for (;;) {
    if (hold.is_last()) simulation.stop();
    co_await simulation.delay(next_delay<law>(random));
  }
}

auto process_named(std::string_view name) {
  if (name == "bimodal") return process<Law::bimodal>;
  if (name == "pareto") return process<Law::pareto>;
  if (name == "narrow") return process<Law::narrow>;
  if (name == "ties") return process<Law::ties>;
  if (name == "mixed") return process<Law::mixed>;
  return process<Law::exponential>;
}

}  // namespace

int main(int argc, char** argv) {
  bench::Hold hold(argc, argv);
  const auto process = process_named(argc > 3 ? argv[3] : "exponential");
  RandomStream random{1, "hold"};
  Simulation simulation;
  for (std::uint64_t i = 0; i < hold.processes(); ++i) simulation.spawn(process(simulation, random, hold));
  simulation.run();
  hold.report();
}
