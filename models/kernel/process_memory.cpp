// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/process_memory.hpp"

#include <algorithm>
#include <utility>

namespace spawnpoint::kernel {

namespace {

// An arena is two maps: its part that is writable, and the reserve.
constexpr std::int64_t kMapsPerArena = 2;
// A signal stack is two maps: the stack and its guard.
constexpr std::int64_t kMapsPerSignalStack = 2;

// glibc's nptl aligns the size that it is asked for to a cache line, downwards: tls_static_align.
constexpr std::int64_t kStackAlignment = 64;

}  // namespace

ProcessMemory::ProcessMemory(const Machine& machine, const Runtime& runtime) : machine_(machine), runtime_(runtime) {
  const Bytes page = machine.page_size;
  // Guard and stack are whole pages, however odd the sizes that were asked for (nptl/allocatestack.c).
  guard_ = runtime.guard_mode == GuardMode::none ? Bytes{0} : round_up(runtime.guard, page);
  const Bytes asked = stack_size(runtime, machine.limits);
  stack_ = round_up(Bytes{asked.count / kStackAlignment * kStackAlignment} + runtime.stack_extra, page);
  if (runtime.guard_inside) stack_ = std::max(stack_ - guard_, page);
  // Only a guard that differs in its protection keeps two stacks from merging into one map.
  splits_guard_ = runtime.guard_mode == GuardMode::mprotect && guard_.count > 0;
  signal_maps_ = has_signal_stack() ? kMapsPerSignalStack : 0;
  stack_maps_ = splits_guard_ ? std::max<std::int64_t>(runtime.maps_per_thread - signal_maps_, 0) : 0;
  max_arenas_ = 0;
  if (runtime.arena.count > 0) {
    // malloc/arena.c, arena_get2: the main arena is one of them; the first look at the number of cpus comes late, so
    // that one cpu gives as many as fit before it.
    const std::int64_t by_cpus = std::max(runtime.arenas_per_cpu * usable_cpus(machine) - 1, runtime.arenas_per_cpu);
    max_arenas_ = runtime.arenas.value_or(by_cpus);
  }
  max_cached_stacks_ = runtime.stack_cache.count / std::max<std::int64_t>(stack_mapping().count, 1);
  overflows_stack_ = runtime.touched > free_stack();
  touched_ = touched_of_a_stack();
  covered_ = covered_by_page_table(machine);
  page_table_per_stack_ = page_table_of_a_stack();
}

std::int64_t ProcessMemory::maps(const ThreadCounts& counts) const {
  // [vsyscall] is a line of /proc/self/maps, but no map of the process.
  const std::int64_t base = runtime_.base_maps - 1;
  const std::int64_t merged = !splits_guard_ && counts.stacks > 0 ? 1 : 0;
  return base + merged + counts.stacks * stack_maps_ + counts.started * signal_maps_ + counts.arenas * kMapsPerArena;
}

Bytes ProcessMemory::heap_growth(const ThreadCounts& counts) const {
  if (runtime_.heap_step.count == 0) return runtime_.heap_per_thread * counts.stacks;
  return runtime_.heap_step * (runtime_.heap_per_thread * counts.stacks / runtime_.heap_step);
}

Bytes ProcessMemory::virtual_size(const ThreadCounts& counts) const {
  return runtime_.base_virtual + stack_mapping() * counts.stacks + runtime_.arena * counts.arenas +
         runtime_.signal_stack * counts.started + heap_growth(counts) + in_place_of_arenas(counts) + counts.task_memory;
}

/// malloc/malloc.c, sysmalloc: a thread that got no arena has each of its allocations mapped.
Bytes ProcessMemory::in_place_of_arenas(const ThreadCounts& counts) const {
  if (!machine_.limits.address_space || counts.arenas >= max_arenas_) return Bytes{0};
  return runtime_.without_arena * std::max<std::int64_t>(counts.touched - counts.arenas, 0);
}

Bytes ProcessMemory::data(const ThreadCounts& counts) const {
  return runtime_.base_data + committed(counts);
}

Bytes ProcessMemory::committed(const ThreadCounts& counts) const {
  // A guard made by mprotect stays PROT_NONE and counts for nothing; one made by madvise is part of a writable map.
  const Bytes signal = has_signal_stack() ? runtime_.signal_stack - machine_.page_size : Bytes{0};
  return writable_stack() * counts.stacks + runtime_.arena_data * counts.arenas + signal * counts.started +
         heap_growth(counts) + in_place_of_arenas(counts) + counts.task_memory;
}

Bytes ProcessMemory::writable_stack() const {
  return runtime_.guard_mode == GuardMode::madvise ? stack_mapping() : stack_;
}

Bytes ProcessMemory::free_stack() const {
  return std::max(stack_ - round_up(runtime_.idle_stack, machine_.page_size), Bytes{});
}

/// Resident memory of a thread's own use of its stack.
Bytes ProcessMemory::touched_of_a_stack() const {
  if (runtime_.touched.count == 0) return Bytes{0};
  // The part that is used begins somewhere within a page.
  const Bytes page = machine_.page_size;
  return std::min(round_up(runtime_.touched, page) + page, free_stack());
}

/// In bytes; stacks share tables, so it is rarely a whole number.
double ProcessMemory::page_table_of_a_stack() const {
  const double table = static_cast<double>(machine_.costs.page_table.count);
  const double covers = static_cast<double>(covered_by_page_table(machine_).count);
  const double mapping = static_cast<double>(stack_mapping().count);
  // A stack that is as large as what one table covers has a table of its own; smaller ones share.
  const double tables = mapping >= covers ? 1 + static_cast<double>(touched_.count) / covers : mapping / covers;
  const double upper = mapping / (covers * (covers / static_cast<double>(machine_.page_size.count)));
  return table * (tables + upper);
}

Bytes ProcessMemory::resident(const ThreadCounts& counts) const {
  return runtime_.base_resident + runtime_.resident_per_thread * counts.stacks + touched_ * counts.touched +
         counts.task_memory;
}

Bytes ProcessMemory::kernel_stacks(const ThreadCounts& counts) const {
  return machine_.costs.kernel_stack * counts.alive;
}

Bytes ProcessMemory::page_tables(const ThreadCounts& counts) const {
  // To the nearest byte. A call of llround would cost more than all the rest.
  const Bytes of_stacks{static_cast<std::int64_t>(page_table_per_stack_ * static_cast<double>(counts.stacks) + 0.5)};
  // A division would cost as much as all the rest, too.
  if (counts.task_memory == Bytes{}) return of_stacks;
  return of_stacks + machine_.costs.page_table * (counts.task_memory / covered_);
}

Bytes ProcessMemory::slab(const ThreadCounts& counts) const {
  const Costs& costs = machine_.costs;
  const std::int64_t added_maps = maps(counts) - (runtime_.base_maps - 1);
  const Bytes each = costs.task_struct + costs.thread_slab;
  // Stacks that merge into one map share its anon_vma.
  const std::int64_t anon_vmas = splits_guard_ ? counts.stacks : 0;
  return each * counts.alive + costs.anon_vma * anon_vmas + costs.map_struct * added_maps;
}

Bytes ProcessMemory::added(const ThreadCounts& counts) const {
  return resident(counts) - runtime_.base_resident + kernel_stacks(counts) + page_tables(counts) + slab(counts);
}

Bytes ProcessMemory::charged(const ThreadCounts& counts) const {
  return runtime_.base_charged + added(counts) - machine_.costs.uncharged_slab * counts.alive;
}

ThreadCounts ProcessMemory::all_started(const ThreadCounts& counts) const {
  ThreadCounts started = counts;
  started.touched = counts.alive;
  if (has_signal_stack()) started.started = counts.alive;
  started.arenas += std::exchange(started.arenas_to_come, 0);
  return started;
}

bool ProcessMemory::arena_fits(const ThreadCounts& counts) const {
  ThreadCounts with = all_started(counts);
  if (++with.arenas > max_arenas_) return false;
  const SizeLimit& limit = machine_.limits.address_space;
  return !limit || virtual_size(with) <= *limit;
}

ThreadCounts ProcessMemory::settled(std::int64_t threads) const {
  const auto with_arenas = [&](std::int64_t count, std::int64_t arenas) {
    return ThreadCounts{.alive = count,
                        .stacks = count,
                        .cached = 0,
                        .touched = count,
                        .started = has_signal_stack() ? count : 0,
                        .arenas = arenas};
  };
  // Each of the first threads makes an arena, up to the first that finds no room for one.
  std::int64_t arenas = 0;
  std::int64_t most = std::min(threads, max_arenas_);
  while (arenas < most) {
    const std::int64_t middle = arenas + (most - arenas + 1) / 2;
    if (arena_fits(with_arenas(middle, middle - 1))) {
      arenas = middle;
    } else {
      most = middle - 1;
    }
  }
  return with_arenas(threads, arenas);
}

}  // namespace spawnpoint::kernel
