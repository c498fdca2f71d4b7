// SPDX-License-Identifier: GPL-3.0-or-later
// Machine and Runtime: what a simulated (or this) machine and a language runtime cost and allow. Every constant of the
// simulated kernel comes from here; the field names are the profile files' (scenarios/machines, scenarios/runtimes).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/units.hpp"

namespace spawnpoint {

/// A limit on a count; no value means "unlimited".
using CountLimit = std::optional<std::int64_t>;
/// A limit on an amount of memory; no value means "unlimited".
using SizeLimit = std::optional<Bytes>;

enum class Overcommit : std::uint8_t { heuristic, always, never };

/// `limits.*` of a machine profile: vm.*, kernel.*, rlimits and cgroup files, as the process meets them.
struct Limits {
  CountLimit threads_max;            ///< kernel.threads-max
  CountLimit pid_max;                ///< kernel.pid_max of the pid namespace
  std::vector<CountLimit> pids_max;  ///< pids.max of the process's cgroup, then of each ancestor; empty: unlimited
  std::vector<CountLimit> nproc;     ///< RLIMIT_NPROC in the process's user namespace, then at each parent's
  CountLimit max_map_count;          ///< vm.max_map_count
  SizeLimit address_space;           ///< RLIMIT_AS
  SizeLimit data;                    ///< RLIMIT_DATA
  SizeLimit stack;                   ///< RLIMIT_STACK: glibc's default stack size
  Overcommit overcommit = Overcommit::heuristic;  ///< vm.overcommit_memory
  SizeLimit commit_limit;                         ///< CommitLimit of /proc/meminfo, in force where overcommit = never
  Bytes user_reserve{};                           ///< vm.user_reserve_kbytes
  Bytes admin_reserve{};                          ///< vm.admin_reserve_kbytes
  SizeLimit memory_max;                           ///< memory.max of the cgroup
};

/// `in_use.*`: what the machine already runs. Counts hold the process's own main thread.
struct InUse {
  std::int64_t threads = 1;  ///< Threads in the whole system.
  std::int64_t pids = 1;     ///< Pids given out in the pid namespace (those >= 300 where the counter wrapped).
  bool pid_wrapped = false;  ///< The pid counter has wrapped: pids below 300 are not given out again.
  std::vector<std::int64_t>
      cgroup_tasks;  ///< Tasks in the process's cgroup, then in each ancestor; parallel to pids_max.
  std::vector<std::int64_t> user_tasks;  ///< Tasks of the user, at each user namespace; parallel to nproc.
  Bytes committed{};                     ///< Committed_AS before the process's threads.
  Bytes memory{};                        ///< Memory in use, of the machine's.
  Bytes cgroup_memory{};                 ///< Charged to the memory cgroup already.
};

/// `costs.*`: CPU times and sizes of the kernel's own objects. A cost's interval is the 95% confidence half width,
/// where measured.
struct Cost {
  Duration value{};
  Duration interval{};
};
struct Costs {
  Cost syscall;        ///< Entering and leaving the kernel.
  Cost page_fault;     ///< First touch of a page.
  Cost thread_create;  ///< pthread_create as the caller sees it, its page faults and system calls included …
  Cost
      stack_table;  ///< … and on top of it the page of page tables that a stack of 2 MiB takes; a smaller one its part.
  Cost thread_start;    ///< From its first dispatch to the first instruction of the thread's function.
  Cost thread_exit;     ///< The end of a thread.
  Cost start_stall;     ///< How much a thread's start holds up another core that is creating a thread or giving a stack
                        ///< back.
  Cost exit_stall;      ///< The same of its end.
  Cost stack_unmap;     ///< Giving a joined thread's stack back, where the runtime keeps no more of them.
  Cost map;             ///< Making, changing or removing a memory map.
  Cost context_switch;  ///< Taking another thread onto a core.
  Cost wakeup;  ///< Making a blocked thread runnable, paid by the one that wakes (or by the timer interrupt's core).
  Cost timer_slack;        ///< A sleeping thread's timer fires up to this much late (PR_SET_TIMERSLACK).
  Duration time_slice{};   ///< How long a thread runs before another that is ready gets the core.
  Bytes kernel_stack{};    ///< A thread's kernel stack.
  Bytes task_struct{};     ///< A thread's task_struct and its like, unreclaimable slab.
  Bytes map_struct{};      ///< One vm_area_struct.
  Bytes anon_vma{};        ///< One anon_vma with its chain.
  Bytes thread_slab{};     ///< Other slab per thread (signal, pid, cred …).
  Bytes uncharged_slab{};  ///< How much of the above is not charged to the memory cgroup, per thread.
  Bytes page_table{};      ///< A page-table page; one covers 2 MiB of address space on x86-64.
};

/// `executor.*`: what the work of this program's own executor takes on the machine, where it was calibrated. Then it
/// stands in for what the runtime profile `spawnpoint` says; all zero: it was not.
struct ExecutorCosts {
  Cost task_spawn;
  Cost task_poll;
  Cost task_wake;
  Cost timer;
};

struct Machine {
  std::string name;
  std::int64_t cpus = 1;
  Bytes memory{};
  Bytes swap{};
  Bytes page_size{4096};
  std::string kernel;  ///< Version, such as "6.1.0".
  std::string source;  ///< Where the figures come from.
  bool privileged =
      false;  ///< Exempt from RLIMIT_NPROC (uid 0 of the initial user namespace, CAP_SYS_RESOURCE, CAP_SYS_ADMIN).
  Limits limits;
  InUse in_use;
  Costs costs;
  /// Where this host has its limits from: a field ("limits.pids_max") and a file or a command for each of its levels.
  /// Empty for fields that were not read on this host.
  std::map<std::string, std::vector<std::string>, std::less<>> origins;
  ExecutorCosts executor;
};

enum class GuardMode : std::uint8_t { mprotect, madvise, none };

/// A language runtime: what its threads (and async tasks) take. Field names are those of scenarios/runtimes/*.toml and
/// of `[[run]]`.
struct Runtime {
  std::string name;
  std::string source;
  std::optional<Bytes> stack;  ///< Stack of a thread; no value: RLIMIT_STACK decides, as glibc does.
  Bytes
      stack_extra{};  ///< What the C library adds to the stack for its own data (musl; glibc takes it from the stack).
  Bytes guard{4096};
  bool guard_inside = false;  ///< The guard is taken from the stack's own size (the JVM), not added to it.
  GuardMode guard_mode = GuardMode::mprotect;
  std::int64_t maps_per_thread = 2;    ///< Memory maps per thread, its signal stack's included.
  Bytes arena{};                       ///< Address space that a malloc arena reserves.
  std::int64_t arenas_per_cpu = 0;     ///< Arenas at most: arenas_per_cpu x cpus - 1 …
  std::optional<std::int64_t> arenas;  ///< … or this number, where set.
  Bytes arena_data{};                  ///< Part of an arena that is writable (counts for RLIMIT_DATA and overcommit).
  Bytes without_arena{};               ///< What a thread maps piece by piece where RLIMIT_AS leaves it no arena.
  Bytes heap_per_thread{};             ///< On the brk heap.
  Bytes heap_step{135168};             ///< The brk heap grows in steps of this size.
  Bytes resident_per_thread{};         ///< Resident set of an idle thread, `touched` not included.
  Bytes signal_stack{};                ///< Alternate signal stack with its guard; zero: none.
  bool abort_on_signal_stack = false;  ///< The process aborts where the signal stack cannot be allocated (Rust).
  std::int64_t base_maps = 26;         ///< Lines of /proc/self/maps before the first thread, [vsyscall] among them.
  Bytes base_virtual{};
  Bytes base_data{};
  Bytes base_resident{};
  std::int64_t base_threads = 1;      ///< Threads of the runtime's own, the main thread among them (Java: 18).
  Bytes stack_cache{};                ///< Stacks of ended threads that are kept for the next ones, at most.
  Bytes touched{};                    ///< Stack that each thread really uses, beyond resident_per_thread.
  std::string clone_call = "clone3";  ///< The system call that starts a thread.
  std::string message;                ///< What the user sees where a thread is refused; verbatim.
  std::string abort_message;          ///< What the user sees where the process aborts; verbatim.
  // Async runtimes.
  Bytes task{};           ///< Memory of a spawned task (its future included), sleeping.
  Duration task_spawn{};  ///< Its first poll included.
  Duration task_poll{};
  Duration task_wake{};
  Duration timer{};  ///< Starting or firing a timer.
};

/// Gives the runtime `spawnpoint` the costs that were calibrated on the machine, if they were; leaves others alone.
void apply_executor_costs(Runtime& runtime, const ExecutorCosts& costs);

/// glibc's rule: RLIMIT_STACK, 2 MiB where that is unlimited.
Bytes stack_size(const Runtime& runtime, const Limits& limits);

}  // namespace spawnpoint
