// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "models/lab/limits/limits.hpp"
#include "models/machine/profile.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

std::string_view word_of(Overcommit mode) {
  return kOvercommitWords.at(static_cast<std::size_t>(mode));
}

}  // namespace

bool is_set(const Scenario& scenario, const Limit& limit) {
  if (!scenario.host_machine) return true;
  return std::ranges::any_of(scenario.machine_overrides, [&](const std::string& set) {
    return std::ranges::find(limit.fields.names, set) != limit.fields.names.end();
  });
}

LiveCaps live_caps(const Machine& host, const Runtime& runtime) {
  LiveCaps caps;
  // The worker has no privileges, whoever starts it.
  Machine machine = host;
  machine.privileged = false;
  std::int64_t threads = kMostThreads;
  for (const auto& rung : limit_ladder(machine, runtime).rungs) {
    if (rung.limit->counts_threads) threads = std::min(threads, rung.threads);
  }
  caps.threads = std::max<std::int64_t>(threads / 2, 1);
  Bytes free = host.memory - host.in_use.memory;
  if (host.limits.memory_max) free = std::min(free, *host.limits.memory_max - host.in_use.cgroup_memory);
  caps.memory = std::max(free / 2, Bytes{16 << 20});
  return caps;
}

WantedLimits wanted_limits(const Scenario& scenario, const Runtime& runtime, const Machine& host, std::int64_t threads,
                           const std::optional<LiveCaps>& caps, std::span<const Limit> limits_known) {
  using enum LimitKind;
  WantedLimits wanted;
  const Limits& limits = scenario.machine.limits;
  const auto leave_out = [&wanted](const Limit& limit, std::int64_t value, Imposed imposed, std::string why) {
    wanted.others.push_back({std::string(limit.name), value, imposed, std::move(why)});
  };

  // The ladder knows what each limit leaves; of equals, the one that is checked first comes first.
  Machine machine = scenario.machine;
  if (scenario.host_machine) machine.privileged = false;  // The worker drops it.
  for (const auto& rung : limit_ladder(machine, runtime).rungs) {
    if (!rung.limit->counts_threads || !is_set(scenario, *rung.limit)) continue;
    if (!wanted.threads) {
      wanted.threads = WantedLimit{rung.limit, rung.value, rung.threads};
    } else {
      leave_out(*rung.limit, rung.value, Imposed::not_needed,
                fmt::format("not needed: {} is reached first", wanted.threads->limit->name));
    }
  }
  if (caps && threads + 1 > caps->threads && (!wanted.threads || wanted.threads->room + 1 > caps->threads)) {
    if (wanted.threads)
      leave_out(*wanted.threads->limit, wanted.threads->value, Imposed::not_needed,
                "not needed: the cap of live runs is reached first");
    wanted.threads = WantedLimit{&limit_of(live_cap), caps->threads, caps->threads - 1};
  }

  if (limits.address_space && is_set(scenario, limit_of(rlimit_as)))
    wanted.address_space = WantedLimit{&limit_of(rlimit_as), limits.address_space->count, limits.address_space->count};
  if (limits.data && is_set(scenario, limit_of(rlimit_data)))
    wanted.data = WantedLimit{&limit_of(rlimit_data), limits.data->count, limits.data->count};

  if (limits.max_map_count && is_set(scenario, limit_of(max_map_count))) {
    const std::int64_t value = *limits.max_map_count;
    const std::int64_t here = host.limits.max_map_count.value_or(65530);
    if (value == here) {
      leave_out(limit_of(max_map_count), value, Imposed::yes, "this machine has the same");
    } else if (value < here) {
      wanted.maps = WantedLimit{&limit_of(max_map_count), value, here - value};
    } else {
      leave_out(limit_of(max_map_count), value, Imposed::no, "this machine allows only " + format_count(here));
    }
  }

  // Of the memory limits, too, the one that leaves least is the one that is met.
  const auto consider = [&](const Limit& limit, Bytes value, Bytes room) {
    const WantedLimit considered{&limit, value.count, std::max<std::int64_t>(room.count, 0)};
    if (!wanted.memory) {
      wanted.memory = considered;
      return;
    }
    const bool is_met_first = room.count < wanted.memory->room;
    const WantedLimit later = is_met_first ? *wanted.memory : considered;
    if (is_met_first) wanted.memory = considered;
    // The cap is not a limit of the scenario's.
    if (!later.is_cap())
      leave_out(*later.limit, later.value, Imposed::not_needed,
                fmt::format("not needed: {} is reached first", wanted.memory->limit->name));
  };
  if (limits.memory_max && is_set(scenario, limit_of(memory_max)))
    consider(limit_of(memory_max), *limits.memory_max,
             *limits.memory_max - scenario.machine.in_use.cgroup_memory - runtime.base_charged);
  if (scenario.machine.memory > Bytes{} && is_set(scenario, limit_of(memory))) {
    const Bytes all = scenario.machine.memory + scenario.machine.swap;
    consider(limit_of(memory), all, all - scenario.machine.in_use.memory);
  }
  if (caps) consider(limit_of(live_cap), caps->memory, caps->memory);

  if (is_set(scenario, limit_of(overcommit))) {
    const bool same = limits.overcommit == host.limits.overcommit && limits.overcommit != Overcommit::never;
    leave_out(limit_of(overcommit), static_cast<std::int64_t>(limits.overcommit), same ? Imposed::yes : Imposed::no,
              same ? fmt::format("this machine's mode is {} too", word_of(limits.overcommit))
                   : fmt::format("vm.overcommit_memory holds for the whole machine, which is set to {}",
                                 word_of(host.limits.overcommit)));
  }

  if (is_set(scenario, limit_of(cpus)) && scenario.machine.cpus != host.cpus) {
    if (scenario.machine.cpus < host.cpus) {
      wanted.cpus = scenario.machine.cpus;
    } else {
      leave_out(limit_of(cpus), scenario.machine.cpus, Imposed::no, fmt::format("this machine has only {}", host.cpus));
    }
  }

  const std::vector<std::int64_t>& set = scenario.machine.cpuset;
  if (!set.empty() && is_set(scenario, limit_of(cpuset))) {
    if (*std::ranges::max_element(set) < host.cpus)
      wanted.cpuset = set;
    else
      leave_out(limit_of(cpuset), std::ssize(set), Imposed::no,
                fmt::format("this machine has only {} cpus", host.cpus));
  }
  // Threads of the other policies have no part in it.
  if (limits.cpu_max && is_set(scenario, limit_of(cpu_max))) wanted.cpu_max = limits.cpu_max;

  // Whatever else the scenario sets, live runs know no means for it.
  constexpr std::array kKnown = {rlimit_as, rlimit_data, overcommit, max_map_count, memory_max,
                                 memory,    cpus,        cpuset,     cpu_max};
  for (const Limit& limit : limits_known) {
    // Without a field it is the processor's, not the scenario's.
    if (limit.counts_threads || limit.fields.names.front().empty() || !is_set(scenario, limit)) continue;
    if (std::ranges::find(kKnown, limit.kind) != kKnown.end()) continue;
    const std::vector<LimitLevel> levels = limit.fields.read(scenario.machine);
    if (!levels.empty() && levels.front().value)
      leave_out(limit, *levels.front().value, Imposed::no, "a live run has no means to impose it");
  }
  return wanted;
}

}  // namespace spawnpoint
