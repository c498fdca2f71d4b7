// SPDX-License-Identifier: GPL-3.0-or-later
// The hold benchmark in ns-3: events only, as it has no processes.
//
//     ns3_hold PROCESSES EVENTS SCHEDULER      e.g. PriorityQueue, Map, Heap, Calendar
#include <ns3/core-module.h>

#include <string>

#include "tests/bench/peers/random.hpp"
#include "tests/bench/simulation/measure.hpp"

namespace {

bench::Hold* hold = nullptr;

void event() {
  if (hold->is_last()) ns3::Simulator::Stop();
  const double seconds = bench::exponential();
  ns3::Simulator::Schedule(ns3::NanoSeconds(static_cast<std::int64_t>(1e9 * seconds)), &event);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Hold counted(argc, argv);
  hold = &counted;
  ns3::ObjectFactory factory;
  factory.SetTypeId("ns3::" + std::string(argc > 3 ? argv[3] : "PriorityQueue") + "Scheduler");
  ns3::Simulator::SetScheduler(factory);
  for (std::uint64_t i = 0; i < counted.processes(); ++i) ns3::Simulator::ScheduleNow(&event);
  ns3::Simulator::Run();
  counted.report();
}
