// SPDX-License-Identifier: GPL-3.0-or-later
// ProcessMemory: what a process's threads and async tasks take, counted as Linux counts it: maps, address space, data,
// commitment, resident set, kernel stacks, page tables, slab. Pure arithmetic over how many there are; the constants
// come from the machine's and the runtime's profiles.
#pragma once

#include <cstdint>

#include "core/units.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint::kernel {

/// How many of each thing the process has, on top of what it had before its first thread.
struct ThreadCounts {
  std::int64_t alive = 0;           ///< Threads that exist.
  std::int64_t stacks = 0;          ///< Stacks that are mapped: of those alive, of those not yet joined, and kept ones.
  std::int64_t cached = 0;          ///< Stacks that are kept for the next threads.
  std::int64_t touched = 0;         ///< Threads that have come to use their stacks' `touched` part.
  std::int64_t started = 0;         ///< Threads that have a signal stack, where the runtime uses them.
  std::int64_t arenas = 0;          ///< malloc arenas beyond the first.
  std::int64_t arenas_to_come = 0;  ///< Those that threads will make that exist, and have yet to start.
  Bytes task_memory{};              ///< What the async tasks take that exist.
};

/// At least as much of each thing, kept stacks aside, which are among the mapped ones.
constexpr bool has_all_of(const ThreadCounts& more, const ThreadCounts& less) {
  return more.alive >= less.alive && more.stacks >= less.stacks && more.touched >= less.touched &&
         more.started >= less.started && more.arenas >= less.arenas && more.task_memory >= less.task_memory;
}

/// The address space that one page of page tables covers: 2 MiB with pages of 4 KiB. An entry takes 8 bytes.
constexpr Bytes covered_by_page_table(const Machine& machine) {
  return machine.page_size * (machine.page_size.count / 8);
}

class ProcessMemory {
 public:
  ProcessMemory(const Machine& machine, const Runtime& runtime);

  /// Address space that one stack takes, its guard included.
  Bytes stack_mapping() const { return stack_ + guard_; }
  /// The part of it that counts as data and as committed.
  Bytes writable_stack() const;
  /// What an idle thread leaves of it.
  Bytes free_stack() const;
  /// Whether a thread uses more of its stack than there is.
  bool overflows_stack() const { return overflows_stack_; }
  bool splits_guard() const { return splits_guard_; }
  std::int64_t max_arenas() const { return max_arenas_; }
  std::int64_t max_cached_stacks() const { return max_cached_stacks_; }
  bool has_signal_stack() const { return runtime_.signal_stack.count > 0; }

  /// Entries in the process's list of maps, as vm.max_map_count counts them.
  std::int64_t maps(const ThreadCounts& counts) const;
  /// VmSize, what RLIMIT_AS holds.
  Bytes virtual_size(const ThreadCounts& counts) const;
  /// VmData, what RLIMIT_DATA holds.
  Bytes data(const ThreadCounts& counts) const;
  /// What the process's threads add to Committed_AS.
  Bytes committed(const ThreadCounts& counts) const;
  /// VmRSS.
  Bytes resident(const ThreadCounts& counts) const;
  Bytes kernel_stacks(const ThreadCounts& counts) const;
  Bytes page_tables(const ThreadCounts& counts) const;
  Bytes slab(const ThreadCounts& counts) const;
  /// What the process's threads add to the machine's memory in use.
  Bytes added(const ThreadCounts& counts) const;
  /// What the memory cgroup is charged with for the process: what it had before its first thread, and what was added,
  /// less the slab that is not charged.
  Bytes charged(const ThreadCounts& counts) const;

  /// With `threads` idle threads, when all has settled: each has started, and has its arena where one could be
  /// allocated.
  ThreadCounts settled(std::int64_t threads) const;
  /// Once the threads that exist have started: with the signal stacks and arenas that are still to come.
  ThreadCounts all_started(const ThreadCounts& counts) const;
  /// Whether the newest thread will find room for an arena: their number is limited, and their address space by
  /// RLIMIT_AS.
  bool arena_fits(const ThreadCounts& counts) const;

 private:
  Bytes touched_of_a_stack() const;
  double page_table_of_a_stack() const;
  Bytes heap_growth(const ThreadCounts& counts) const;
  Bytes in_place_of_arenas(const ThreadCounts& counts) const;

  Machine machine_;
  Runtime runtime_;
  Bytes stack_;
  Bytes guard_;
  bool splits_guard_;
  std::int64_t stack_maps_;
  std::int64_t signal_maps_;
  std::int64_t max_arenas_;
  // Asked for with every thread, so computed once.
  std::int64_t max_cached_stacks_ = 0;
  bool overflows_stack_ = false;
  Bytes touched_;
  Bytes covered_;  ///< By one page table.
  double page_table_per_stack_ = 0;
};

}  // namespace spawnpoint::kernel
