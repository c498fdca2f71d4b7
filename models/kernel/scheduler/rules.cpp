// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/rules.hpp"

#include "models/machine/release.hpp"

namespace spawnpoint::kernel {

Rules rules_of(const Machine& machine) {
  const Release release = release_of(machine.kernel);
  Rules rules;
  rules.eevdf = release >= Release{6, 6};
  rules.delays_dequeue = rules.keeps_deadline = release >= Release{6, 12};
  rules.ends_protection = release >= Release{6, 17};
  rules.looks_by_use = release >= Release{6, 0};
  rules.looks_by_luck = release >= Release{6, 18, 5} || (release >= Release{6, 12, 65} && release < Release{6, 13});
  if (release < Release{5, 10}) {
    rules.imbalance_percent = 125;
    rules.busy_factor = 32;
  }
  rules.slice = machine.costs.base_slice;
  // What 6 ms and 1 ms are to the 0.75 ms of the shortest turn (kernel/sched/fair.c before 6.6).
  rules.latency = 8 * rules.slice;
  rules.wakeup_lead = rules.slice * 4 / 3;
  rules.tick = machine.costs.tick;
  rules.round_robin = machine.costs.time_slice;
  return rules;
}

}  // namespace spawnpoint::kernel
