// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of machine and runtime profiles, described once: reading, writing, and the reference visit the same list.
#pragma once

#include <array>
#include <string_view>

#include "models/machine/field_reader.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

inline constexpr std::array<std::string_view, 3> kOvercommitWords{"heuristic", "always", "never"};
inline constexpr std::array<std::string_view, 3> kGuardModeWords{"mprotect", "madvise", "none"};

/// The kernel's own bounds: PID_MAX_LIMIT, and the most threads that its futexes can tell apart.
inline constexpr CountRange kPids{1, 4'194'304};
inline constexpr CountRange kThreads{1, 0x1FFFFFFF};
/// pthread_attr_setstacksize refuses less (PTHREAD_STACK_MIN on x86-64).
inline constexpr Bytes kSmallestStack{16384};

template <class Visitor>
void describe(Visitor& visit, Limits& limits) {
  visit.count_limit("threads_max", limits.threads_max, kThreads, "kernel.threads-max: threads in the whole system");
  visit.count_limit("pid_max", limits.pid_max, kPids, "kernel.pid_max: process ids, which threads use too");
  visit.count_limits("pids_max", limits.pids_max, {},
                     "pids.max of the program's cgroup, or a list from it up to the root");
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
  visit.size("cgroup_memory", in_use.cgroup_memory, "memory charged to the cgroup");
}

template <class Visitor>
void describe(Visitor& visit, Costs& costs) {
  visit.cost("syscall", costs.syscall, "entering and leaving the kernel");
  visit.cost("page_fault", costs.page_fault, "the first touch of a page");
  visit.cost("thread_create", costs.thread_create, "pthread_create as the caller sees it");
  visit.cost(
      "stack_table", costs.stack_table,
      "on top of thread_create: the page of page tables for a stack of 2 MiB or more; a smaller one takes its share");
  visit.cost("thread_start", costs.thread_start, "from a thread's first dispatch to its first instruction");
  visit.cost("thread_exit", costs.thread_exit, "the end of a thread");
  visit.cost("start_stall", costs.start_stall, "how much a thread's start holds up a core that creates threads");
  visit.cost("exit_stall", costs.exit_stall, "how much a thread's end holds up a core that creates threads");
  visit.cost("stack_unmap", costs.stack_unmap, "giving back a joined thread's stack, if no more stacks are kept");
  visit.cost("map", costs.map, "making, changing or removing a memory map");
  visit.cost("context_switch", costs.context_switch, "switching a core to another thread");
  visit.cost("wakeup", costs.wakeup, "making a blocked thread ready to run");
  visit.cost("timer_slack", costs.timer_slack, "how late a sleeping thread's timer may be");
  visit.duration("time_slice", costs.time_slice,
                 "how long a thread runs before another one that is ready gets the core");
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
  visit.count("cpus", machine.cpus, {1, 65536}, "logical processors");
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
  visit.count("base_threads", runtime.base_threads, {1, 100'000},
              "threads of the runtime's own, the main thread included");
  visit.size("touched", runtime.touched, "stack that each thread really uses, on top of resident_per_thread");
  visit.text("clone_call", runtime.clone_call, "the system call that starts a thread");
  visit.text("message", runtime.message, "what the program says when a thread is refused");
  visit.text("abort_message", runtime.abort_message, "what the program says before it aborts");
  visit.size("task", runtime.task, "memory of a sleeping async task, its future included");
  visit.duration("task_spawn", runtime.task_spawn, "making an async task, its first poll included");
  visit.duration("task_poll", runtime.task_poll, "polling a task again");
  visit.duration("task_wake", runtime.task_wake, "waking a task");
  visit.duration("timer", runtime.timer, "starting or firing a timer");
}

}  // namespace spawnpoint
