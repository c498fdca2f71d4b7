// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits/limits.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/kernel/spawn_checks.hpp"
#include "models/lab/limits/raise_limit.hpp"

namespace spawnpoint {

namespace {

using kernel::LimitKind;

// More threads than any machine has: a limit that allows these is no limit.
constexpr std::int64_t kManyThreads = std::int64_t{1} << 36;
// More than any value that a limit needs.
constexpr std::int64_t kLargestValue = std::int64_t{1} << 62;

/// Why the thread after `threads` others is refused, when all has settled.
std::optional<kernel::Refusal> refused_after(const kernel::SpawnChecks& checks, const kernel::ProcessMemory& memory,
                                             std::int64_t threads) {
  kernel::ThreadCounts counts = memory.settled(threads);
  if (counts.started > 0) {
    // The newest thread sets up its signal stack while the main thread has mapped the next thread's stack already.
    kernel::ThreadCounts starting = counts;
    --starting.started;
    ++starting.stacks;
    if (auto refusal = checks.on_start(starting)) return refusal;
  }
  if (auto refusal = checks.on_map(counts)) return refusal;
  ++counts.stacks;
  if (auto refusal = checks.on_clone(counts)) return refusal;
  ++counts.alive;
  return checks.on_touch(counts);
}

bool is_size(LimitKind kind) {
  switch (kind) {
    case LimitKind::address_space:
    case LimitKind::rlimit_as:
    case LimitKind::rlimit_data:
    case LimitKind::overcommit:
    case LimitKind::memory_max:
    case LimitKind::memory:
      return true;
    default:
      return false;
  }
}

/// So many threads that the sum of all their memory is still a number.
std::int64_t most_threads(const kernel::ProcessMemory& memory, const Runtime& runtime) {
  const Bytes each =
      memory.stack_mapping() + runtime.arena + runtime.signal_stack + runtime.heap_per_thread + Bytes{1 << 20};
  return std::min(kManyThreads, std::numeric_limits<std::int64_t>::max() / 4 / each.count);
}

struct Found {
  LimitKind kind;
  std::int64_t threads;
  kernel::Refusal refusal;
};

std::optional<Found> find(const Machine& machine, const Runtime& runtime, LimitKind kind) {
  const kernel::ProcessMemory memory(machine, runtime);
  const kernel::SpawnChecks checks(machine, runtime, memory, kind);
  // Each check holds for all larger numbers once it holds, so the first that is refused is found by bisection.
  std::int64_t low = 0;
  std::int64_t high = most_threads(memory, runtime);
  auto refusal = refused_after(checks, memory, high);
  if (!refusal) return std::nullopt;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (auto at_middle = refused_after(checks, memory, middle)) {
      refusal = at_middle;
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return Found{kind, low, *refusal};
}

/// The place of a check among those that one thread meets: of equal limits the earlier one is the reason.
std::pair<int, int> step(const Found& found) {
  const std::string_view call = found.refusal.call;
  // A new thread finds no room for its signal stack only after it was created.
  const int which = found.refusal.errno_name == "SIGABRT" ? 4
                    : call == "mmap"                      ? 0
                    : call == "mprotect"                  ? 1
                    : call == "page fault"                ? 2
                                                          : 3;
  // mmap looks at the number of maps first, mprotect last.
  const bool first = which == 0 && found.kind == LimitKind::max_map_count;
  return {which, first ? -1 : static_cast<int>(found.kind)};
}

LimitRung rung(const Machine& machine, const Found& found) {
  const kernel::Refusal& refusal = found.refusal;
  return {.name = std::string(to_string(found.kind)),
          .value = refusal.value,
          .is_size = is_size(found.kind),
          .threads = found.threads,
          .call = std::string(refusal.call),
          .errno_name = std::string(refusal.errno_name),
          .source = limit_source(machine, found.kind, refusal.level),
          .raise = raise_command(machine, found.kind, refusal.level, std::nullopt)};
}

std::vector<Found> find_all(const Machine& machine, const Runtime& runtime) {
  std::vector<Found> all;
  for (int kind = 0; kind < kernel::kLimitKinds; ++kind) {
    if (const auto found = find(machine, runtime, static_cast<LimitKind>(kind))) all.push_back(*found);
  }
  std::ranges::sort(all, {}, [](const Found& found) { return std::pair(found.threads, step(found)); });
  return all;
}

/// The machine with another value of the limit: of several levels only this one is left.
Machine with_value(Machine machine, LimitKind kind, std::size_t level, std::int64_t value) {
  Limits& limits = machine.limits;
  const auto only = [&](std::vector<CountLimit>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i == level ? CountLimit(value) : std::nullopt;
  };
  switch (kind) {
    case LimitKind::address_space:
      break;
    case LimitKind::rlimit_as:
      limits.address_space = Bytes{value};
      break;
    case LimitKind::rlimit_data:
      limits.data = Bytes{value};
      break;
    case LimitKind::overcommit:
      if (limits.overcommit == Overcommit::never) {
        limits.commit_limit = Bytes{value};
        break;
      }
      [[fallthrough]];
    case LimitKind::memory:
      machine.memory = Bytes{value} - machine.swap;
      break;
    case LimitKind::max_map_count:
      limits.max_map_count = value;
      break;
    case LimitKind::memory_max:
      limits.memory_max = Bytes{value};
      break;
    case LimitKind::rlimit_nproc:
      only(limits.nproc);
      break;
    case LimitKind::threads_max:
      limits.threads_max = value;
      break;
    case LimitKind::pid_max:
      limits.pid_max = value;
      break;
    case LimitKind::pids_max:
      only(limits.pids_max);
      break;
  }
  return machine;
}

/// The largest value that Linux takes.
std::int64_t largest_value(LimitKind kind) {
  switch (kind) {
    case LimitKind::pid_max:
      return kMostThreads;  // kernel/pid.c, PID_MAX_LIMIT
    case LimitKind::threads_max:
      return 0x3FFFFFFF;  // kernel/fork.c, FUTEX_TID_MASK
    case LimitKind::max_map_count:
      return std::numeric_limits<std::int32_t>::max();  // kernel/sysctl.c: an int
    default:
      return kLargestValue;
  }
}

/// The smallest value of the limit at this level with which `threads` threads fit; none: no value would do.
std::optional<std::int64_t> value_needed(const Machine& machine, const Runtime& runtime, LimitKind kind,
                                         std::size_t level, std::int64_t value, std::int64_t threads) {
  if (kind == LimitKind::address_space) return std::nullopt;
  const auto fits = [&](std::int64_t tried) {
    const Machine changed = with_value(machine, kind, level, tried);
    const kernel::ProcessMemory memory(changed, runtime);
    const kernel::SpawnChecks checks(changed, runtime, memory, kind);
    return !refused_after(checks, memory, threads - 1);
  };
  std::int64_t low = value;
  std::int64_t high = largest_value(kind);
  if (!fits(high)) return std::nullopt;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (fits(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (!is_size(kind)) return low;
  const std::int64_t page = machine.page_size.count;
  return (low + page - 1) / page * page;
}

/// The values of each level of the limit.
std::vector<CountLimit> levels(const Machine& machine, const Found& found) {
  if (found.kind == LimitKind::pids_max) return machine.limits.pids_max;
  if (found.kind == LimitKind::rlimit_nproc) return machine.limits.nproc;
  return {found.refusal.value};
}

}  // namespace

LimitLadder limit_ladder(const Machine& machine, const Runtime& runtime) {
  LimitLadder ladder;
  for (const Found& found : find_all(machine, runtime)) ladder.rungs.push_back(rung(machine, found));
  if (!ladder.rungs.empty()) {
    const LimitRung& binding = ladder.rungs.front();
    ladder.threads = binding.threads;
    ladder.binding = binding.name;
    ladder.errno_name = binding.errno_name;
  }
  return ladder;
}

ThreadNeeds thread_needs(const Machine& machine, const Runtime& runtime, std::int64_t threads) {
  const kernel::ProcessMemory memory(machine, runtime);
  threads = std::clamp<std::int64_t>(threads, 1, std::min(kMostThreads, most_threads(memory, runtime)));
  const kernel::ThreadCounts counts = memory.settled(threads);
  ThreadNeeds needs{.threads = threads,
                    .raise = {},
                    .resident = memory.resident(counts),
                    .kernel = memory.kernel_stacks(counts) + memory.page_tables(counts) + memory.slab(counts),
                    .virtual_size = memory.virtual_size(counts)};
  for (const Found& found : find_all(machine, runtime)) {
    if (found.threads >= threads) break;
    const std::vector<CountLimit> values = levels(machine, found);
    for (std::size_t level = 0; level < values.size(); ++level) {
      if (!values[level]) continue;
      const auto needed = value_needed(machine, runtime, found.kind, level, *values[level], threads);
      if (needed == values[level]) continue;  // This level is high enough.
      LimitToRaise& limit = needs.raise.emplace_back();
      limit.name = to_string(found.kind);
      limit.value = *values[level];
      limit.needed = needed.value_or(0);
      limit.is_size = is_size(found.kind);
      limit.command = needed                                   ? raise_command(machine, found.kind, level, needed)
                      : found.kind == LimitKind::address_space ? raise_command(machine, found.kind, level, std::nullopt)
                                                               : "cannot be raised so far";
      limit.source = limit_source(machine, found.kind, level);
    }
  }
  return needs;
}

}  // namespace spawnpoint
