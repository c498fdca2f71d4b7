// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits.hpp"

#include <algorithm>
#include <limits>

#include "models/kernel/spawn_checks.hpp"

namespace spawnpoint {

namespace {

using kernel::LimitKind;

// More threads than any machine has: a limit that allows these is no limit.
constexpr std::int64_t kManyThreads = std::int64_t{1} << 36;

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
  return checks.on_clone(counts);
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

std::optional<LimitRung> rung(const Machine& machine, const Runtime& runtime, LimitKind kind) {
  const kernel::ProcessMemory memory(machine, runtime);
  const kernel::SpawnChecks checks(machine, runtime, memory, kind);
  // Each check holds for all larger numbers once it holds, so the first that is refused is found by bisection.
  std::int64_t low = 0;
  // So many that the sum of all their memory is still a number.
  const Bytes each = memory.stack_mapping() + runtime.arena + runtime.signal_stack + Bytes{1 << 20};
  std::int64_t high = std::min(kManyThreads, std::numeric_limits<std::int64_t>::max() / 4 / each.count);
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
  return LimitRung{std::string(to_string(kind)),
                   refusal->value,
                   is_size(kind),
                   low,
                   std::string(refusal->call),
                   std::string(refusal->errno_name),
                   std::string(set_where(kind))};
}

}  // namespace

LimitLadder limit_ladder(const Machine& machine, const Runtime& runtime) {
  LimitLadder ladder;
  for (int kind = 0; kind < kernel::kLimitKinds; ++kind) {
    if (auto found = rung(machine, runtime, static_cast<LimitKind>(kind))) ladder.rungs.push_back(*std::move(found));
  }
  std::ranges::stable_sort(ladder.rungs, {}, &LimitRung::threads);
  if (!ladder.rungs.empty()) {
    const LimitRung& binding = ladder.rungs.front();
    ladder.threads = binding.threads;
    ladder.binding = binding.name;
    ladder.errno_name = binding.errno_name;
  }
  return ladder;
}

}  // namespace spawnpoint
