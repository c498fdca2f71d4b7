// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

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

namespace {

/// What a live run has to meet, one kind of limit after the other.
class Wanting {
 public:
  Wanting(const Scenario& scenario, const Runtime& runtime, const Machine& host, std::int64_t threads,
          const std::optional<LiveCaps>& caps)
      : scenario_(scenario), runtime_(runtime), host_(host), threads_(threads), caps_(caps) {}

  WantedLimits all(std::span<const Limit> limits_known) {
    want_threads();
    want_rlimits();
    want_maps();
    want_memory();
    want_overcommit();
    want_cpus();
    want_cpuset();
    want_cpu_max();
    leave_out_others(limits_known);
    return std::move(wanted_);
  }

 private:
  void want_threads();
  void want_rlimits();
  void want_maps();
  void want_memory();
  void consider_memory(const Limit& limit, Bytes value, Bytes room);
  void want_overcommit();
  void want_cpus();
  void want_cpuset();
  void want_cpu_max();
  void leave_out_others(std::span<const Limit> limits_known);

  bool is_set(LimitKind kind) const { return spawnpoint::is_set(scenario_, limit_of(kind)); }
  void leave_out(const Limit& limit, std::int64_t value, Imposed imposed, std::string why) {
    wanted_.others.push_back({std::string(limit.name), value, imposed, std::move(why)});
  }

  const Scenario& scenario_;
  const Runtime& runtime_;
  const Machine& host_;
  std::int64_t threads_;
  const std::optional<LiveCaps>& caps_;
  WantedLimits wanted_;
};

void Wanting::want_threads() {
  // The ladder knows what each limit leaves; of equals, the one that is checked first comes first.
  Machine machine = scenario_.machine;
  if (scenario_.host_machine) machine.privileged = false;  // The worker drops it.
  std::optional<WantedLimit>& first = wanted_.threads;
  for (const auto& rung : limit_ladder(machine, runtime_).rungs) {
    if (!rung.limit->counts_threads || !spawnpoint::is_set(scenario_, *rung.limit)) continue;
    if (!first) {
      first = WantedLimit{rung.limit, rung.value, rung.threads};
    } else {
      leave_out(*rung.limit, rung.value, Imposed::not_needed,
                fmt::format("not needed: {} is reached first", first->limit->name));
    }
  }
  if (!caps_ || threads_ + 1 <= caps_->threads || (first && first->room + 1 <= caps_->threads)) return;
  if (first)
    leave_out(*first->limit, first->value, Imposed::not_needed, "not needed: the cap of live runs is reached first");
  first = WantedLimit{&limit_of(LimitKind::live_cap), caps_->threads, caps_->threads - 1};
}

void Wanting::want_rlimits() {
  using enum LimitKind;
  const Limits& limits = scenario_.machine.limits;
  if (limits.address_space && is_set(rlimit_as))
    wanted_.address_space = WantedLimit{&limit_of(rlimit_as), limits.address_space->count, limits.address_space->count};
  if (limits.data && is_set(rlimit_data))
    wanted_.data = WantedLimit{&limit_of(rlimit_data), limits.data->count, limits.data->count};
}

void Wanting::want_maps() {
  const Limit& limit = limit_of(LimitKind::max_map_count);
  const CountLimit& set = scenario_.machine.limits.max_map_count;
  if (!set || !is_set(limit.kind)) return;
  const std::int64_t here = host_.limits.max_map_count.value_or(65530);
  if (*set == here) {
    leave_out(limit, *set, Imposed::yes, "this machine has the same");
  } else if (*set < here) {
    wanted_.maps = WantedLimit{&limit, *set, here - *set};
  } else {
    leave_out(limit, *set, Imposed::no, "this machine allows only " + format_count(here));
  }
}

void Wanting::want_memory() {
  using enum LimitKind;
  const Machine& machine = scenario_.machine;
  if (const SizeLimit& most = machine.limits.memory_max; most && is_set(memory_max))
    consider_memory(limit_of(memory_max), *most, *most - machine.in_use.cgroup_memory - runtime_.base_charged);
  if (machine.memory > Bytes{} && is_set(memory)) {
    const Bytes all = machine.memory + machine.swap;
    consider_memory(limit_of(memory), all, all - machine.in_use.memory);
  }
  if (caps_) consider_memory(limit_of(live_cap), caps_->memory, caps_->memory);
}

/// Of the memory limits, too, the one that leaves least is the one that is met.
void Wanting::consider_memory(const Limit& limit, Bytes value, Bytes room) {
  const WantedLimit considered{&limit, value.count, std::max<std::int64_t>(room.count, 0)};
  if (!wanted_.memory) {
    wanted_.memory = considered;
    return;
  }
  const bool is_met_first = room.count < wanted_.memory->room;
  const WantedLimit later = is_met_first ? *wanted_.memory : considered;
  if (is_met_first) wanted_.memory = considered;
  // The cap is not a limit of the scenario's.
  if (!later.is_cap())
    leave_out(*later.limit, later.value, Imposed::not_needed,
              fmt::format("not needed: {} is reached first", wanted_.memory->limit->name));
}

void Wanting::want_overcommit() {
  const Limit& limit = limit_of(LimitKind::overcommit);
  if (!is_set(limit.kind)) return;
  const Overcommit mode = scenario_.machine.limits.overcommit;
  const Overcommit here = host_.limits.overcommit;
  const bool same = mode == here && mode != Overcommit::never;
  leave_out(limit, static_cast<std::int64_t>(mode), same ? Imposed::yes : Imposed::no,
            same ? fmt::format("this machine's mode is {} too", word_of(mode))
                 : fmt::format("vm.overcommit_memory holds for the whole machine, which is set to {}", word_of(here)));
}

void Wanting::want_cpus() {
  const Limit& limit = limit_of(LimitKind::cpus);
  const std::int64_t cpus = scenario_.machine.cpus;
  if (!is_set(limit.kind) || cpus == host_.cpus) return;
  if (cpus < host_.cpus) {
    wanted_.cpus = cpus;
  } else {
    leave_out(limit, cpus, Imposed::no, fmt::format("this machine has only {}", host_.cpus));
  }
}

void Wanting::want_cpuset() {
  const Limit& limit = limit_of(LimitKind::cpuset);
  const std::vector<std::int64_t>& set = scenario_.machine.cpuset;
  if (set.empty() || !is_set(limit.kind)) return;
  if (*std::ranges::max_element(set) < host_.cpus) {
    wanted_.cpuset = set;
  } else {
    leave_out(limit, std::ssize(set), Imposed::no, fmt::format("this machine has only {} cpus", host_.cpus));
  }
}

void Wanting::want_cpu_max() {
  const std::optional<Duration>& most = scenario_.machine.limits.cpu_max;
  if (most && is_set(LimitKind::cpu_max)) wanted_.cpu_max = most;
}

/// Whatever else the scenario sets.
void Wanting::leave_out_others(std::span<const Limit> limits_known) {
  for (const Limit& limit : limits_known) {
    // Without a field it is the processor's, not the scenario's.
    if (limit.counts_threads || limit.fields.names.front().empty()) continue;
    if (limit.live_means != LiveMeans::none || !spawnpoint::is_set(scenario_, limit)) continue;
    const std::vector<LimitLevel> levels = limit.fields.read(scenario_.machine);
    if (!levels.empty() && levels.front().value)
      leave_out(limit, *levels.front().value, Imposed::no, "a live run has no means to impose it");
  }
}

}  // namespace

WantedLimits wanted_limits(const Scenario& scenario, const Runtime& runtime, const Machine& host, std::int64_t threads,
                           const std::optional<LiveCaps>& caps, std::span<const Limit> limits_known) {
  return Wanting(scenario, runtime, host, threads, caps).all(limits_known);
}

}  // namespace spawnpoint
