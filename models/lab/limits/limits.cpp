// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>
#include <tuple>
#include <utility>

#include "models/document/units.hpp"
#include "models/kernel/spawn_checks.hpp"
#include "models/machine/raise_limit.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {

namespace {

// More threads than any machine has: a limit that allows these is not a limit.
constexpr std::int64_t kManyThreads = std::int64_t{1} << 36;

/// Why the thread after `threads` others is refused, when all has settled.
std::optional<kernel::Refusal> refused_after(const kernel::SpawnChecks& checks, const kernel::ProcessMemory& memory,
                                             std::int64_t threads) {
  kernel::ThreadCounts counts = memory.settled(threads);
  if (counts.started > 0) {
    // Mostly the main thread has mapped this one's stack already while the newest of the others sets up its signal
    // stack.
    kernel::ThreadCounts starting = counts;
    --starting.started;
    ++starting.stacks;
    if (auto refusal = checks.on_maps_at_start(starting)) return refusal;
  }
  if (auto refusal = checks.on_map(counts)) return refusal;
  ++counts.stacks;
  if (auto refusal = checks.on_clone(counts)) return refusal;
  ++counts.alive;
  if (auto refusal = checks.on_touch(counts)) return refusal;
  // It sets up its own while no more are mapped.
  counts = memory.settled(threads + 1);
  if (counts.started > 0) --counts.started;
  return checks.on_start(counts);
}

/// So many threads that the sum of all their memory is still a number.
std::int64_t most_threads(const kernel::ProcessMemory& memory, const Runtime& runtime) {
  const Bytes each =
      memory.stack_mapping() + runtime.arena + runtime.signal_stack + runtime.heap_per_thread + Bytes{1 << 20};
  return std::min(kManyThreads, std::numeric_limits<std::int64_t>::max() / 4 / each.count);
}

struct Found {
  const Limit* limit;
  std::int64_t threads;
  kernel::Refusal refusal;
};

/// The smallest number from `low` on that fits, where each larger one does too, and `high` does.
template <class Fits>
std::int64_t smallest_that(const Fits& fits, std::int64_t low, std::int64_t high) {
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (fits(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

std::optional<Found> find(const Machine& machine, const Runtime& runtime, const Limit& limit) {
  const kernel::ProcessMemory memory(machine, runtime);
  const kernel::SpawnChecks checks(machine, runtime, memory, std::span(&limit, 1));
  // Each check holds for all larger numbers once it holds, so the first that is refused is found by bisection.
  const auto refused = [&](std::int64_t threads) { return refused_after(checks, memory, threads); };
  const std::int64_t most = most_threads(memory, runtime);
  if (!refused(most)) return std::nullopt;
  const std::int64_t first = smallest_that([&](std::int64_t threads) { return refused(threads).has_value(); }, 0, most);
  // Not even the program itself may be let in.
  const auto of_program = first == 0 ? checks.on_program() : std::nullopt;
  return Found{&limit, first, of_program ? *of_program : *refused(first)};
}

/// The place of a check among those that one thread meets: of equal limits the earlier one is the reason.
std::pair<int, int> step(const Found& found) {
  const std::string_view call = found.refusal.call;
  // A new thread finds no room for its signal stack only after it was created.
  const int which = found.refusal.cause == Cause(Signal{SIGABRT}) ? 4
                    : call == "mmap"                              ? 0
                    : call == "mprotect"                          ? 1
                    : call == "page fault"                        ? 2
                                                                  : 3;
  // mmap looks at the number of maps first, mprotect last.
  const bool first = which == 0 && found.limit->kind == LimitKind::max_map_count;
  return {which, first ? -1 : static_cast<int>(found.limit->kind)};
}

/// "512 less 5 leaves 507 (taken: 1 by the main thread, 4 by other tasks of the group)".
std::string room(const Machine& machine, const Runtime& runtime, const Found& found) {
  if (!found.limit->counts_threads || found.limit->words.others.empty()) return {};
  const std::vector<LimitLevel> levels = found.limit->fields.read(machine);
  const std::size_t level = found.refusal.level;
  if (level >= levels.size()) return {};
  const std::int64_t others = levels[level].in_use - 1;
  const std::int64_t own = runtime.base_threads - 1;
  const std::int64_t taken = found.refusal.value - found.threads;
  // Where less is left than nothing, there is no sum to show.
  if (taken != others + own + 1) return {};
  std::string who = "1 by the main thread";
  if (own > 0) who += fmt::format(", {} by the runtime's other threads", format_count(own));
  if (others > 0) who += fmt::format(", {} by {}", format_count(others), found.limit->words.others);
  return fmt::format("{} less {} leaves {} (taken: {})", format_count(found.refusal.value), format_count(taken),
                     format_count(found.threads), who);
}

/// The levels at which the limit is set.
std::vector<std::size_t> levels_set(const Machine& machine, const Limit& limit) {
  std::vector<std::size_t> set;
  if (limit.fields.read == nullptr) return set;
  const std::vector<LimitLevel> levels = limit.fields.read(machine);
  for (std::size_t level = 0; level < levels.size(); ++level)
    if (levels[level].value) set.push_back(level);
  return set;
}

/// What each of the limit's levels refuses, if it were the only one.
std::vector<Found> find_levels(const Machine& machine, const Runtime& runtime, const Limit& limit) {
  std::vector<Found> all;
  const std::vector<std::size_t> levels = levels_set(machine, limit);
  if (levels.size() < 2 || limit.fields.write == nullptr) {
    if (const auto found = find(machine, runtime, limit)) all.push_back(*found);
    return all;
  }
  for (const std::size_t level : levels) {
    Machine alone = machine;
    limit.fields.write(alone, level, *limit.fields.read(machine)[level].value);
    if (const auto found = find(alone, runtime, limit)) all.push_back(*found);
  }
  return all;
}

LimitRung rung(const Machine& machine, const Runtime& runtime, const Found& found) {
  const kernel::Refusal& refusal = found.refusal;
  const bool is_one_of_several = levels_set(machine, *found.limit).size() > 1;
  return {.limit = found.limit,
          .value = refusal.value,
          .threads = found.threads,
          .room = room(machine, runtime, found),
          .call = std::string(refusal.call),
          .cause = refusal.cause,
          .source = limit_source(machine, *found.limit, refusal.level),
          .raise = how_to_raise(machine, *found.limit, refusal.level, std::nullopt),
          .level = is_one_of_several ? level_name(machine, *found.limit, refusal.level) : ""};
}

/// The smallest stack that holds what a thread uses of it.
Bytes stack_needed(const Machine& machine, Runtime runtime) {
  const auto fits = [&](std::int64_t pages) {
    runtime.stack = machine.page_size * pages;
    return !kernel::ProcessMemory(machine, runtime).overflows_stack();
  };
  const std::int64_t low = stack_size(runtime, machine.limits) / machine.page_size;
  const std::int64_t used = (runtime.touched + runtime.idle_stack + runtime.guard) / machine.page_size + 1;
  return machine.page_size * smallest_that(fits, low, 2 * (low + used));
}

/// With stacks that hold what threads use of them: where they do not, no thread lives to meet another limit.
Runtime with_enough_stack(const Machine& machine, const Runtime& runtime) {
  Runtime enough = runtime;
  if (kernel::ProcessMemory(machine, runtime).overflows_stack()) enough.stack = stack_needed(machine, runtime);
  return enough;
}

std::vector<Found> find_all(const Machine& machine, const Runtime& runtime, std::span<const Limit> limits) {
  std::vector<Found> all;
  const Runtime enough = with_enough_stack(machine, runtime);
  for (const Limit& limit : limits) {
    for (Found& found : find_levels(machine, enough, limit)) {
      if (found.refusal.call == enough.clone_call) found.refusal.call = runtime.clone_call;  // It outlives this.
      all.push_back(found);
    }
  }
  // Not one of the kernel's limits: the very first thread dies of it.
  const kernel::ProcessMemory memory(machine, runtime);
  if (const auto refusal = kernel::SpawnChecks(machine, runtime, memory, limits).on_stack())
    all.push_back({refusal->limit, 0, *refusal});
  std::ranges::sort(all, {},
                    [](const Found& found) { return std::tuple(found.threads, step(found), found.refusal.level); });
  return all;
}

/// Those that allow fewer threads. The levels of a limit stand together, from the program's own up.
std::vector<Found> too_low_for(std::int64_t threads, std::vector<Found> all) {
  std::erase_if(all, [&](const Found& found) { return found.threads >= threads; });
  const auto first = [limits = all](const Found& found) {
    return std::ranges::find(limits, found.limit, &Found::limit) - limits.begin();
  };
  std::ranges::sort(all, {}, [&](const Found& found) { return std::pair(first(found), found.refusal.level); });
  return all;
}

/// The smallest value of the limit at this level with which `threads` threads fit; none: no value would do.
std::optional<std::int64_t> value_needed(const Machine& machine, const Runtime& runtime, const Limit& limit,
                                         std::size_t level, std::int64_t value, std::int64_t threads) {
  if (limit.fields.write == nullptr) return std::nullopt;
  const auto fits = [&](std::int64_t tried) {
    Machine changed = machine;
    limit.fields.write(changed, level, tried);
    const kernel::ProcessMemory memory(changed, runtime);
    const kernel::SpawnChecks checks(changed, runtime, memory, std::span(&limit, 1));
    return !refused_after(checks, memory, threads - 1);
  };
  if (!fits(limit.largest)) return std::nullopt;
  const std::int64_t low = smallest_that(fits, value, limit.largest);
  if (!limit.is_size()) return low;
  const std::int64_t page = machine.page_size.count;
  return (low + page - 1) / page * page;
}

}  // namespace

std::string name_of(const LimitRung& rung) {
  return std::string(rung.limit->name) + (rung.level.empty() ? "" : " of the " + rung.level);
}

std::string own_threads_words(std::int64_t own_threads) {
  return own_threads > 1 ? "the runtime's own " + format_count(own_threads) : "the main thread";
}

LimitLadder limit_ladder(const Machine& machine, const Runtime& runtime, std::span<const Limit> limits) {
  LimitLadder ladder{.own_threads = runtime.base_threads};
  for (const Found& found : find_all(machine, runtime, limits)) ladder.rungs.push_back(rung(machine, runtime, found));
  if (machine.privileged) {
    Machine plain = machine;
    plain.privileged = false;
    for (const Limit& limit : limits) {
      if (!limit.exempts_privileged) continue;
      for (const Found& found : find_levels(plain, runtime, limit))
        ladder.exempt.push_back(rung(plain, runtime, found));
    }
  }
  if (const LimitRung* binding = ladder.binding()) ladder.threads = binding->threads;
  return ladder;
}

ThreadNeeds thread_needs(const Machine& machine, const Runtime& runtime, std::int64_t threads,
                         std::span<const Limit> limits) {
  const Runtime enough = with_enough_stack(machine, runtime);
  const kernel::ProcessMemory memory(machine, enough);
  threads = std::clamp<std::int64_t>(threads, 1, std::min(kMostThreads, most_threads(memory, enough)));
  const kernel::ThreadCounts counts = memory.settled(threads);
  ThreadNeeds needs{.threads = threads,
                    .raise = {},
                    .resident = memory.resident(counts),
                    .kernel = memory.kernel_stacks(counts) + memory.page_tables(counts) + memory.slab(counts),
                    .virtual_size = memory.virtual_size(counts),
                    .base_resident = memory.resident({})};
  for (const Found& found : too_low_for(threads, find_all(machine, runtime, limits))) {
    const Limit& limit = *found.limit;
    if (limit.per_thread) {
      const std::int64_t needed = stack_needed(machine, runtime).count;
      needs.raise.push_back({.limit = &limit,
                             .value = found.refusal.value,
                             .needed = needed,
                             .how = how_to_raise(machine, limit, 0, needed),
                             .source = limit_source(machine, limit)});
      continue;
    }
    const std::size_t level = found.refusal.level;
    const CountLimit value = limit.fields.read(machine)[level].value;
    if (!value) continue;
    const auto needed = value_needed(machine, enough, limit, level, *value, threads);
    if (needed == value) continue;
    const bool too_far = !needed && limit.fields.write != nullptr;
    needs.raise.push_back(
        {.limit = &limit,
         .value = *value,
         .needed = needed.value_or(0),
         .how = too_far ? in_words("cannot be raised that far") : how_to_raise(machine, limit, level, needed),
         .source = limit_source(machine, limit, level)});
  }
  return needs;
}

std::string memory_words(const ThreadNeeds& needs) {
  const bool one = needs.threads == 1;
  const std::string_view them = one ? "it" : "them";
  return fmt::format(
      "With {}, idle, the process has {} resident, {} of it before {}, {} of address space, and {} in the kernel for "
      "{}.",
      them, format_bytes(needs.resident), format_bytes(needs.base_resident), one ? "it" : "the first of them",
      format_bytes(needs.virtual_size), format_bytes(needs.kernel), them);
}

std::string needed_value(const LimitToRaise& limit) {
  if (limit.needed <= 0) return "-";
  const std::string text = format_value(*limit.limit, limit.needed);
  // "1 GiB" and "1.00 GiB" tell nobody what to raise it to.
  const bool alike = limit.limit->is_size() && std::abs(static_cast<double>(limit.needed - limit.value)) <
                                                   0.01 * static_cast<double>(limit.value);
  const auto in_kib = format_count((limit.needed + 1023) / 1024) + " KiB";
  if (alike || !limit.limit->is_size()) return alike ? in_kib : text;
  // What is rounded down does not suffice.
  for (const std::int64_t value : {limit.needed, limit.needed + limit.needed / 200}) {
    const std::string rounded = format_bytes({value});
    const auto meant = parse_bytes(rounded);
    if (meant && meant->count >= limit.needed) return rounded;
  }
  return in_kib;
}

}  // namespace spawnpoint
