// SPDX-License-Identifier: GPL-3.0-or-later
// Machine and Runtime: what a simulated (or this) machine and a language runtime cost and allow. Every constant of the
// simulated kernel comes from here; the field names are the profile files' (scenarios/machines, scenarios/runtimes).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"
#include "models/document/reader.hpp"

namespace spawnpoint {

/// A limit on a count; no value means "unlimited".
using CountLimit = std::optional<std::int64_t>;
/// A limit on an amount of memory; no value means "unlimited".
using SizeLimit = std::optional<Bytes>;

enum class Overcommit : std::uint8_t { heuristic, always, never };

/// What made a control group: who sets its limits, and how they are raised.
enum class CgroupKind : std::uint8_t { container, pod, service, scope, slice, host };

/// cpu.max's default: of 100 ms, "150%" are 150 ms of CPU time.
inline constexpr Duration kQuotaPeriod = std::chrono::milliseconds(100);

/// `limits.*` of a machine profile: vm.*, kernel.*, rlimits and cgroup files, as the process meets them.
struct Limits {
  CountLimit threads_max;            ///< kernel.threads-max
  CountLimit pid_max;                ///< kernel.pid_max of the pid namespace
  std::vector<CountLimit> pids_max;  ///< pids.max of the process's cgroup, then of each ancestor; empty: unlimited
  std::vector<CgroupKind> cgroups;   ///< What each of these groups is; fewer: of the others it is not known.
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
  std::optional<Duration> cpu_max;                ///< cpu.max of the cgroup: CPU time in each period of kQuotaPeriod
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
  Bytes cgroup_memory{};                 ///< Charged to the memory cgroup for others than the program.
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
  Cost create_jitter;   ///< Each thread_create takes up to so much less or more.
  Cost thread_start;    ///< From its first dispatch to the first instruction of the thread's function.
  Cost thread_exit;     ///< The end of a thread.
  Cost start_stall;     ///< How much a thread's start holds up another core that is creating a thread or giving a stack
                        ///< back.
  Cost exit_stall;      ///< The same of its end.
  Cost stack_unmap;     ///< Giving a joined thread's stack back, where the runtime keeps no more of them.
  Cost map;             ///< Making, changing or removing a memory map.
  Cost context_switch;  ///< Taking another thread onto a core.
  Cost wakeup;  ///< Making a blocked thread runnable, paid by the one that wakes (or by the timer interrupt's core).
  Cost timer_slack;     ///< A sleeping thread's timer fires up to this much late (PR_SET_TIMERSLACK).
  Cost migration;       ///< What a thread's first run on another core than before takes longer.
  Cost tick_interrupt;  ///< What the timer interrupt takes of a turn that begins with it, besides the switch.
  Duration base_slice = std::chrono::microseconds(1400);  ///< A request of a thread for its core; see release.hpp.
  Duration tick = std::chrono::milliseconds(4);           ///< The timer interrupt's period: a second divided by HZ.
  Duration time_slice = std::chrono::milliseconds(100);   ///< Under SCHED_RR: a thread's turn.
  Bytes kernel_stack{};                                   ///< A thread's kernel stack.
  Bytes task_struct{};                                    ///< A thread's task_struct and its like, unreclaimable slab.
  Bytes map_struct{};                                     ///< One vm_area_struct.
  Bytes anon_vma{};                                       ///< One anon_vma with its chain.
  Bytes thread_slab{};                                    ///< Other slab per thread (signal, pid, cred …).
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
  std::vector<std::int64_t> cpuset;  ///< The cpus, from 0, that the program may run on; empty: all.
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

/// How many cpus the program may run on.
inline std::int64_t usable_cpus(const Machine& machine) {
  return machine.cpuset.empty() ? machine.cpus : static_cast<std::int64_t>(machine.cpuset.size());
}

/// How many cores' worth of CPU time the program may use: fewer than its cpus where a quota allows less.
inline double cpu_capacity(const Machine& machine) {
  const auto cpus = static_cast<double>(usable_cpus(machine));
  if (!machine.limits.cpu_max) return cpus;
  return std::min(cpus, to_seconds(*machine.limits.cpu_max) / to_seconds(kQuotaPeriod));
}

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
  Bytes base_charged{};               ///< What a memory cgroup is charged with for the program before its first thread.
  std::int64_t base_threads = 1;      ///< Threads of the runtime's own, the main thread among them (Java: 18).
  Bytes stack_cache{};                ///< Stacks of ended threads that are kept for the next ones, at most.
  Bytes touched{};                    ///< Stack that each thread really uses, beyond resident_per_thread.
  Bytes idle_stack{};                 ///< Stack that a thread uses before that, the C library's own part included.
  std::string clone_call = "clone3";  ///< The system call that starts a thread.
  std::string message;                ///< What the user sees where a thread is refused; verbatim.
  std::string abort_message;          ///< What the user sees where the process aborts; verbatim.
  std::string no_memory_message = "std::bad_alloc";  ///< What the user sees where an allocation is refused; verbatim.
  // Async runtimes.
  Bytes task{};           ///< Memory of a spawned task (its future included), sleeping.
  Duration task_spawn{};  ///< Its first poll included.
  Duration task_poll{};
  Duration task_wake{};
  Duration timer{};           ///< Starting or firing a timer.
  bool own_executor = false;  ///< It is Spawnpoint's own, whose costs a machine may have calibrated.
};

/// Gives Spawnpoint's own executor the costs that were calibrated on the machine, if they were, but for the fields that
/// it was `given`; leaves others alone.
void apply_executor_costs(Runtime& runtime, const ExecutorCosts& costs, std::span<const std::string> given);

/// glibc's rule: RLIMIT_STACK, 2 MiB where that is unlimited.
Bytes stack_size(const Runtime& runtime, const Limits& limits);

// The fields of both, described once: reading, writing, and the reference visit the same list. A new field is a member
// above and a line here.

inline constexpr CountRange kCpus{1, 65536};
inline constexpr std::array<std::string_view, 3> kOvercommitWords{"heuristic", "always", "never"};
inline constexpr std::array<std::string_view, 6> kCgroupWords{"container", "pod", "service", "scope", "slice", "host"};
inline constexpr std::array<std::string_view, 3> kGuardModeWords{"mprotect", "madvise", "none"};

/// No Linux has more threads than pids: PID_MAX_LIMIT on 64-bit machines.
inline constexpr std::int64_t kMostThreads = std::int64_t{1} << 22;
inline constexpr CountRange kPids{1, kMostThreads};
/// The most that the kernel's futexes can tell apart.
inline constexpr CountRange kThreads{1, 0x1FFFFFFF};
/// pthread_attr_setstacksize refuses less (PTHREAD_STACK_MIN on x86-64).
inline constexpr Bytes kSmallestStack{16384};

template <class Visitor>
void describe(Visitor& visit, Limits& limits) {
  visit.count_limit("threads_max", limits.threads_max, kThreads, "kernel.threads-max: threads in the whole system");
  visit.count_limit("pid_max", limits.pid_max, kPids, "kernel.pid_max: process ids, which threads use too");
  visit.count_limits("pids_max", limits.pids_max, {},
                     "pids.max of the program's cgroup, or a list from it up to the root");
  visit.choices("cgroups", limits.cgroups, kCgroupWords,
                "what the program's cgroup is, or a list up to the root, like pids_max: it says how a limit is raised");
  visit.count_limits("nproc", limits.nproc, {0, INT64_MAX},
                     "RLIMIT_NPROC of the user, or a list from the program's user namespace up to the root");
  visit.count_limit("max_map_count", limits.max_map_count, {0, INT32_MAX},
                    "vm.max_map_count: memory maps of one process");
  visit.optional_size("address_space", limits.address_space, Bytes{}, "unlimited",
                      "RLIMIT_AS: address space of the process");
  visit.optional_size("data", limits.data, Bytes{}, "unlimited", "RLIMIT_DATA: writable private memory of the process");
  visit.optional_size("stack", limits.stack, kSmallestStack, "unlimited",
                      "RLIMIT_STACK: glibc's default stack size of a thread");
  visit.choice("overcommit", limits.overcommit, kOvercommitWords,
               "vm.overcommit_memory: heuristic (0), always (1), never (2)");
  visit.optional_size("commit_limit", limits.commit_limit, Bytes{}, "unlimited",
                      "CommitLimit of /proc/meminfo; binds only if overcommit is never");
  visit.size("user_reserve", limits.user_reserve, "vm.user_reserve_kbytes");
  visit.size("admin_reserve", limits.admin_reserve, "vm.admin_reserve_kbytes");
  visit.optional_size("memory_max", limits.memory_max, Bytes{}, "unlimited", "memory.max of the cgroup");
  visit.optional_share("cpu_max", limits.cpu_max, kQuotaPeriod, "unlimited",
                       "cpu.max of the cgroup: how much CPU time it may use, of one core's");
}

template <class Visitor>
void describe(Visitor& visit, InUse& in_use) {
  visit.count("threads", in_use.threads, kThreads, "threads that exist in the whole system");
  visit.count("pids", in_use.pids, {0, kPids.high},
              "process ids in use (those from 300 on where the counter has wrapped)");
  visit.flag("pid_wrapped", in_use.pid_wrapped,
             "the process id counter has wrapped: ids below 300 are not given out again");
  visit.counts("cgroup_tasks", in_use.cgroup_tasks, {},
               "tasks in the program's cgroup, or a list up to the root, like pids_max");
  visit.counts("user_tasks", in_use.user_tasks, {}, "tasks of the user, or a list up to the root, like nproc");
  visit.size("committed", in_use.committed, "Committed_AS of /proc/meminfo");
  visit.size("memory", in_use.memory, "memory in use");
  visit.size("cgroup_memory", in_use.cgroup_memory, "memory charged to the cgroup, without the program's own");
}

template <class Visitor>
void describe(Visitor& visit, Costs& costs) {
  visit.cost("syscall", costs.syscall, "entering and leaving the kernel");
  visit.cost("page_fault", costs.page_fault, "the first touch of a page");
  visit.cost("thread_create", costs.thread_create, "pthread_create as the caller sees it");
  visit.cost(
      "stack_table", costs.stack_table,
      "on top of thread_create: the page of page tables for a stack of 2 MiB or more; a smaller one takes its share");
  visit.cost("create_jitter", costs.create_jitter, "how much less or more than `thread_create` each one takes at most");
  visit.cost("thread_start", costs.thread_start, "from a thread's first dispatch to its first instruction");
  visit.cost("thread_exit", costs.thread_exit, "the end of a thread");
  visit.cost("start_stall", costs.start_stall, "how much a thread's start holds up a core that creates threads");
  visit.cost("exit_stall", costs.exit_stall, "how much a thread's end holds up a core that creates threads");
  visit.cost("stack_unmap", costs.stack_unmap, "giving back a joined thread's stack, if no more stacks are kept");
  visit.cost("map", costs.map, "making, changing or removing a memory map");
  visit.cost("context_switch", costs.context_switch, "switching a core to another thread");
  visit.cost("wakeup", costs.wakeup, "making a blocked thread ready to run");
  visit.cost("timer_slack", costs.timer_slack, "how late a sleeping thread's timer may be");
  visit.cost("migration", costs.migration, "how much longer a thread's first run on another core takes");
  visit.cost("tick_interrupt", costs.tick_interrupt,
             "what the timer interrupt takes where it ends a turn: microseconds, in a virtual machine tens of them");
  visit.duration("base_slice", costs.base_slice,
                 "how long a thread asks for its core at a time; by default what the kernel makes of the cpus");
  visit.duration("tick", costs.tick, "the period of the timer interrupt, which ends turns: a second divided by HZ");
  visit.duration("time_slice", costs.time_slice,
                 "a thread's turn under the policy `rr`; others have `base_slice` and `tick`");
  visit.size("kernel_stack", costs.kernel_stack, "a thread's kernel stack");
  visit.size("task_struct", costs.task_struct, "a thread's task_struct and similar structures");
  visit.size("map_struct", costs.map_struct, "the kernel's record of a memory map");
  visit.size("anon_vma", costs.anon_vma, "the kernel's record of anonymous memory, per map that was touched");
  visit.size("thread_slab", costs.thread_slab, "a thread's other kernel objects");
  visit.size("uncharged_slab", costs.uncharged_slab,
             "the part of a thread's kernel objects that no cgroup is charged for");
  visit.size("page_table", costs.page_table, "one page of page tables");
}

template <class Visitor>
void describe(Visitor& visit, ExecutorCosts& executor) {
  visit.cost("task_spawn", executor.task_spawn, "making an async task, its first poll included");
  visit.cost("task_poll", executor.task_poll, "polling a task again");
  visit.cost("task_wake", executor.task_wake, "waking a task");
  visit.cost("timer", executor.timer, "starting or firing a timer");
}

template <class Visitor>
void describe(Visitor& visit, Machine& machine) {
  visit.text("name", machine.name, "shown to people");
  visit.text("source", machine.source, "where the figures come from");
  visit.text("kernel", machine.kernel, "the kernel's version, such as 6.1.0");
  visit.count("cpus", machine.cpus, kCpus, "logical processors");
  visit.counts("cpuset", machine.cpuset, {0, kCpus.high - 1},
               "the cpus, from 0, that the program may run on, such as [0, 1]; by default all");
  visit.size("memory", machine.memory, "RAM that the kernel can use (MemTotal)");
  visit.size("swap", machine.swap, "swap space");
  visit.size("page_size", machine.page_size, "a page of memory");
  visit.flag("privileged", machine.privileged, "exempt from RLIMIT_NPROC (root, CAP_SYS_RESOURCE, CAP_SYS_ADMIN)");
  visit.section("limits", "what the machine allows", [&](auto& inner) { describe(inner, machine.limits); });
  visit.section("in_use", "what the machine already runs", [&](auto& inner) { describe(inner, machine.in_use); });
  visit.section("costs", "what kernel operations cost", [&](auto& inner) { describe(inner, machine.costs); });
  visit.section("executor", "what operations of Spawnpoint's own executor cost on this machine, if it was calibrated",
                [&](auto& inner) { describe(inner, machine.executor); });
}

template <class Visitor>
void describe(Visitor& visit, Runtime& runtime) {
  visit.text("source", runtime.source, "where the figures come from");
  visit.optional_size("stack", runtime.stack, kSmallestStack, "rlimit",
                      "stack of a thread; \"rlimit\": RLIMIT_STACK decides");
  visit.size("stack_extra", runtime.stack_extra, "what the C library adds to the stack for its own data");
  visit.size("guard", runtime.guard, "guard below each stack");
  visit.flag("guard_inside", runtime.guard_inside, "the guard is a part of the stack's size, not added to it");
  visit.choice("guard_mode", runtime.guard_mode, kGuardModeWords,
               "how the guard is made; madvise and none need no map of their own");
  visit.count("maps_per_thread", runtime.maps_per_thread, {0, 1000}, "memory maps of a thread");
  visit.size("arena", runtime.arena, "address space of a malloc arena");
  visit.count("arenas_per_cpu", runtime.arenas_per_cpu, {0, 1000}, "at most this many malloc arenas per cpu, less one");
  visit.optional_count("arenas", runtime.arenas, {0, 1'000'000}, "by cpus", "at most this many malloc arenas in all");
  visit.size("arena_data", runtime.arena_data, "the writable part of an arena");
  visit.size("without_arena", runtime.without_arena, "what a thread maps if RLIMIT_AS leaves no room for an arena");
  visit.size("heap_per_thread", runtime.heap_per_thread, "what a thread takes on the heap");
  visit.size("stack_cache", runtime.stack_cache,
             "how much of the stacks of ended threads is kept for new ones, at most");
  visit.size("heap_step", runtime.heap_step, "the heap grows in steps of this size");
  visit.size("resident_per_thread", runtime.resident_per_thread, "resident memory of an idle thread");
  visit.size("signal_stack", runtime.signal_stack, "alternate signal stack of a thread, its guard included");
  visit.flag("abort_on_signal_stack", runtime.abort_on_signal_stack,
             "the process aborts if a thread's signal stack cannot be allocated");
  visit.count("base_maps", runtime.base_maps, {0, 1'000'000}, "memory maps of the process before its first thread");
  visit.size("base_virtual", runtime.base_virtual, "address space before the first thread");
  visit.size("base_data", runtime.base_data, "writable private memory before the first thread");
  visit.size("base_resident", runtime.base_resident, "resident memory before the first thread");
  visit.size("base_charged", runtime.base_charged, "memory charged to the cgroup before the first thread");
  visit.count("base_threads", runtime.base_threads, {1, 100'000},
              "threads of the runtime's own, the main thread included");
  visit.size("touched", runtime.touched, "stack that each thread really uses, on top of resident_per_thread");
  visit.size("idle_stack", runtime.idle_stack, "stack that an idle thread uses, the C library's own part included");
  visit.text("clone_call", runtime.clone_call, "the system call that starts a thread");
  visit.text("message", runtime.message, "what the program says when a thread is refused");
  visit.text("abort_message", runtime.abort_message, "what the program says before it aborts");
  visit.text("no_memory_message", runtime.no_memory_message, "what the program says when an allocation is refused");
  visit.size("task", runtime.task, "memory of a sleeping async task, its future included");
  visit.duration("task_spawn", runtime.task_spawn, "making an async task, its first poll included");
  visit.duration("task_poll", runtime.task_poll, "polling a task again");
  visit.duration("task_wake", runtime.task_wake, "waking a task");
  visit.duration("timer", runtime.timer, "starting or firing a timer");
  visit.flag(
      "own_executor", runtime.own_executor,
      "the executor is Spawnpoint's own: if the machine was calibrated, its `executor` costs replace these four");
}

}  // namespace spawnpoint
