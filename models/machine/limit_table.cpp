// SPDX-License-Identifier: GPL-3.0-or-later
// What the words say of the kernel is what copy_process(), mmap_region() and mprotect_fixup() check; of the C library,
// what pthread_create does. The figures of an idle thread were measured (tests/models/kernel-cases.md).
#include "models/machine/limit_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "models/machine/limit_fields.hpp"
#include "models/machine/raise_limit.hpp"

namespace spawnpoint {
namespace {

using namespace limit_fields;

/// The parts, one after the other.
template <const std::string_view&... Parts>
constexpr auto kJoinedText = [] {
  std::array<char, (Parts.size() + ...)> text{};
  auto at = text.begin();
  ((at = std::ranges::copy(Parts, at).out), ...);
  return text;
}();
template <const std::string_view&... Parts>
constexpr std::string_view kJoined{kJoinedText<Parts...>.data(), kJoinedText<Parts...>.size()};

constexpr std::string_view kMemoryQuestion = "Why is the process killed, instead of getting an error?";
constexpr std::string_view kMemoryHow =
    "Kernel stacks, page tables and kernel objects count too: what a thread takes is more than its resident set shows.";
constexpr std::string_view kNoCallFails =
    "Address space has been given out long before: memory is taken only when it is touched, or when the kernel makes "
    "its own objects. At that moment there is no system call that could fail. So where ";
constexpr std::string_view kGroupIsFull =
    "the control group is at memory.max and nothing can be reclaimed, the kernel's OOM killer ends a process of the "
    "group with SIGKILL.";
constexpr std::string_view kMachineIsFull =
    "memory and swap are full, the kernel's OOM killer kills the process that uses the most, with SIGKILL.";
constexpr std::string_view kIdleThread =
    "\n\nAn idle thread of a C program took 36 KiB where it was measured: 16 of kernel stack, 4 of page tables, 7 of "
    "the kernel's objects, 8 of its own stack. The resident size shows the last of these only.";

constexpr std::array kLimits{
    Limit{
        .kind = LimitKind::address_space,
        .name = "address space",
        .unit = LimitUnit::bytes,
        .of_stacks = true,
        .fields = {.read = [](const Machine&) { return Levels{{kUserSpace.count}}; },
                   .copy = [](Machine&, const Machine&) {}},
        .set_where = "the processor's user address space",
        .raise = [](const RaiseRequest&) { return in_words("cannot be raised: take smaller stacks"); },
        .words = {.counts = "Addresses available to a process",
                  .met = "a process has {} of address space",
                  .how = "It is what the processor's page tables can address.",
                  .question = "Can a 64-bit process run out of addresses?",
                  .answer =
                      "A process on x86-64 has 47 bits of addresses: 128 TiB. Stacks use them in full, touched or not: "
                      "at 8 MiB each there is room for about 16 million, at 1 GiB for 131,000. Usually another limit "
                      "is reached first."}},
    Limit{.kind = LimitKind::rlimit_as,
          .name = "RLIMIT_AS",
          .unit = LimitUnit::bytes,
          .of_stacks = true,
          .fields = field<&Limits::address_space>("limits.address_space"),
          .live_means = LiveMeans::rlimit,
          .set_where = "ulimit -v, LimitAS= of the systemd unit",
          .raise = [](const RaiseRequest& to) { return by_command("ulimit -v " + to.kibibytes()); },
          .words = {.counts = "Address space available to the process",
                    .met = "RLIMIT_AS lets the process have {} of address space",
                    .how =
                        "Stacks count with their full size, used or not, and so do the arenas that malloc reserves for "
                        "threads.",
                    .question = "Why does memory that nobody uses count?",
                    .answer =
                        "RLIMIT_AS limits addresses, not memory. A stack of 8 MiB takes 8 MiB of it when it is made, "
                        "though an idle thread touches about 8 KiB of that.\n\n"
                        "glibc's malloc also reserves 64 MiB for the arena of each of the first threads that use it, "
                        "up to eight for each core. Smaller stacks, or fewer arenas (MALLOC_ARENA_MAX), leave room for "
                        "more threads."}},
    Limit{.kind = LimitKind::rlimit_data,
          .name = "RLIMIT_DATA",
          .unit = LimitUnit::bytes,
          .of_stacks = true,
          .fields = field<&Limits::data>("limits.data"),
          .live_means = LiveMeans::rlimit,
          .set_where = "ulimit -d, LimitDATA= of the systemd unit",
          .raise = [](const RaiseRequest& to) { return by_command("ulimit -d " + to.kibibytes()); },
          .words =
              {.counts = "Private writable memory that the process may have",
               .met = "RLIMIT_DATA lets the process have {} of private writable memory",
               .how = "Stacks count with their full size, used or not.",
               .question = "Why does memory that nobody uses count?",
               .answer =
                   "Since Linux 4.7 RLIMIT_DATA counts all private writable mappings, and stacks are among them. They "
                   "count in full from the moment they become writable, used or not. The guard page is "
                   "not writable, so it does not count."}},
    Limit{.kind = LimitKind::overcommit,
          .name = "overcommit",
          .unit = LimitUnit::bytes,
          .of_stacks = true,
          .fields = kOvercommitFields,
          .live_means = LiveMeans::as_it_is,
          .modes = kOvercommitWords,
          .set_where = "sysctl vm.overcommit_memory, vm.overcommit_ratio",
          .raise =
              [](const RaiseRequest& to) {
                if (to.machine.limits.overcommit != Overcommit::never) return to.sysctl("vm.overcommit_memory=1");
                // mm/util.c, vm_commit_limit: what vm.overcommit_kbytes says, and the swap.
                RaiseRequest less = to;
                if (less.value) *less.value -= to.machine.swap.count;
                return to.sysctl("vm.overcommit_kbytes=" + less.kibibytes());
              },
          .words = {.counts = "Memory that the kernel may promise",
                    .met = "the kernel does not promise more memory than {}",
                    .how = "With vm.overcommit_memory = 2 each stack is promised in full when it is made, used or not. "
                           "Otherwise only a single mapping that is larger than memory and swap together is refused.",
                    .question = "Why is free memory refused?",
                    .answer =
                        "Programs reserve far more memory than they touch, so Linux usually promises more than it has. "
                        "With vm.overcommit_memory = 2 it does not: what it has promised may not exceed CommitLimit "
                        "(swap, and a share of the memory), and each stack is promised in full.\n\n"
                        "With 0, the default, only a single mapping that is larger than memory and swap together is "
                        "refused. With 1, nothing is."}},
    Limit{.kind = LimitKind::max_map_count,
          .name = "max_map_count",
          .unit = LimitUnit::count,
          .largest = INT32_MAX,  // kernel/sysctl.c: an int
          .fields = field<&Limits::max_map_count>("limits.max_map_count"),
          .live_means = LiveMeans::taken_maps,
          .set_where = "sysctl vm.max_map_count",
          .raise = [](const RaiseRequest& to) { return to.sysctl("vm.max_map_count=" + to.number()); },
          .words =
              {.counts = "Memory maps that a process may have",
               .met = "vm.max_map_count lets a process have {} memory maps",
               .how = "A thread's stack and its guard page are two maps; a signal stack with its guard, where the "
                      "runtime has one, two more. "
                      "Where pthread_create reaches the limit, its caller sees only EAGAIN, as if there were too many "
                      "threads; where the new thread reaches it, the process aborts.",
               .question = "What does a thread have to do with memory maps?",
               .answer =
                   "A thread's stack is a mapping, and the guard page below it has other access rights, so it is "
                   "a mapping of its own: two for each thread. Rust adds a signal stack with a guard: four.\n\n"
                   "A process may have vm.max_map_count of them. Where it is reached in pthread_create the "
                   "program sees EAGAIN, as if there were too many threads. Where the new thread hits it, as "
                   "Rust's does when it sets up its signal stack, there is nobody to return an error to: the program "
                   "aborts."}},
    Limit{.kind = LimitKind::memory_max,
          .name = "memory.max",
          .unit = LimitUnit::bytes,
          .of_memory = true,
          .fields = fields<&Limits::memory_max, &InUse::cgroup_memory>(
              "limits.memory_max", "in_use.cgroup_memory",
              [](Machine& machine, std::size_t) { machine.in_use.cgroup_memory = Bytes{}; }),
          .live_means = LiveMeans::cgroup,
          .set_where = "memory.max of the cgroup, MemoryMax= of the systemd unit, docker run --memory",
          .cgroup = {.systemd = "MemoryMax",
                     .docker = "--memory",
                     .without_it = "no limit",
                     .pod = "resources.limits.memory of the pod's containers",
                     .container = "resources.limits.memory of the pod's container"},
          .raise = [](const RaiseRequest& to) { return to.in_cgroup(); },
          .words = {.counts = "Memory that the control group may use",
                    .met = "the cgroup's memory.max is {}",
                    .how = kMemoryHow,
                    .question = kMemoryQuestion,
                    .answer = kJoined<kNoCallFails, kGroupIsFull, kIdleThread>}},
    Limit{.kind = LimitKind::memory,
          .name = "memory",
          .unit = LimitUnit::bytes,
          .of_memory = true,
          .fields = kMemoryFields,
          .live_means = LiveMeans::cgroup,
          .set_where = "the machine's memory and swap",
          .raise = [](const RaiseRequest&) { return in_words("more memory, or more swap"); },
          .words = {.counts = "Memory of the machine",
                    .met = "the machine has {} of memory and swap",
                    .how = kMemoryHow,
                    .question = kMemoryQuestion,
                    .answer = kJoined<kNoCallFails, kMachineIsFull, kIdleThread>}},
    Limit{
        .kind = LimitKind::rlimit_nproc,
        .name = "RLIMIT_NPROC",
        .unit = LimitUnit::count,
        .counts_threads = true,
        .exempts_privileged = true,
        .fields = levels<&Limits::nproc, &InUse::user_tasks>("limits.nproc", "in_use.user_tasks"),
        .live_means = LiveMeans::rlimit,
        .set_where = "ulimit -u, LimitNPROC= of the systemd unit, /etc/security/limits.conf",
        .raise =
            [](const RaiseRequest& to) {
              if (to.level > 0)
                return in_words(fmt::format("ulimit -u {} before the user namespace is made", to.number()));
              if (to.is_in_docker()) return by_command(fmt::format("docker run --ulimit nproc={}", to.number()));
              return by_command("ulimit -u " + to.number());
            },
        .words = {.counts = "Tasks that the user may have",
                  .others = "other tasks of the user",
                  .met = "RLIMIT_NPROC lets the user have {} tasks",
                  .how = "RLIMIT_NPROC (ulimit -u) counts all threads of all processes of the user, not only those of "
                         "this program. Root is exempt.",
                  .question = "Why do other programs' threads count?",
                  .answer =
                      "RLIMIT_NPROC is a limit on the user, not on the process: the kernel compares the number of "
                      "all tasks of the user, threads of every program among them, with the limit of the process "
                      "that asks.\n\n"
                      "Root (user 0 of the first user namespace) and processes with CAP_SYS_RESOURCE or "
                      "CAP_SYS_ADMIN are exempt. In a user namespace of its own, a program is counted from the start "
                      "again, and at each level above as well."}},
    Limit{.kind = LimitKind::threads_max,
          .name = "threads-max",
          .unit = LimitUnit::count,
          .counts_threads = true,
          .largest = 0x3FFFFFFF,  // kernel/fork.c, FUTEX_TID_MASK
          .fields = fields<&Limits::threads_max, &InUse::threads>("limits.threads_max", "in_use.threads", nullptr,
                                                                  add_tasks<&InUse::threads>),
          .set_where = "sysctl kernel.threads-max",
          .raise = [](const RaiseRequest& to) { return to.sysctl("kernel.threads-max=" + to.number()); },
          .words = {.counts = "Threads that the whole system may have",
                    .others = "other threads of the system",
                    .met = "kernel.threads-max lets the whole system have {} threads",
                    .how = "The kernel sets it at boot, so that kernel stacks can take at most an eighth "
                           "of the memory.",
                    .question = "Where does this number come from?",
                    .answer = "At boot the kernel allows as many threads as fit if their kernel stacks, 16 KiB each, "
                              "take at most an eighth of the memory: memory / 128 KiB.\n\n"
                              "It counts all threads of the system. kernel.threads-max can be raised at run time; then "
                              "memory is the limit."}},
    Limit{
        .kind = LimitKind::pid_max,
        .name = "pid_max",
        .unit = LimitUnit::count,
        .counts_threads = true,
        .largest = kMostThreads,
        .fields = kPidFields,
        .live_means = LiveMeans::pid_namespace,
        .set_where = "sysctl kernel.pid_max",
        .raise = [](const RaiseRequest& to) { return to.sysctl("kernel.pid_max=" + to.number()); },
        .words =
            {.counts = "Process numbers that may be given out",
             .others = "others, or never given out",
             .met = "kernel.pid_max is {}: there is no free pid",
             .how = "Each thread takes a number like a process does. Once the numbers have wrapped around, those below "
                    "300 are not given out again.",
             .question = "What does a thread have to do with process numbers?",
             .answer = "Each thread has a number from the same range as processes. When all below "
                       "kernel.pid_max are taken, alloc_pid() fails and the program sees EAGAIN.\n\n"
                       "After the counter has wrapped around once, numbers below 300 are kept for the system's first "
                       "processes."}},
    Limit{
        .kind = LimitKind::pids_max,
        .name = "pids.max",
        .unit = LimitUnit::count,
        .counts_threads = true,
        .fields = levels<&Limits::pids_max, &InUse::cgroup_tasks>("limits.pids_max", "in_use.cgroup_tasks"),
        .live_means = LiveMeans::cgroup,
        .set_where = "pids.max of the cgroup, TasksMax= of the systemd unit, docker run --pids-limit",
        .cgroup = {.systemd = "TasksMax",
                   .docker = "--pids-limit",
                   .without_it = "systemd's DefaultTasksMax",
                   .pod = "podPidsLimit of the kubelet's configuration",
                   .container = "the container runtime's configuration"},
        .raise = [](const RaiseRequest& to) { return to.in_cgroup(); },
        .words =
            {.counts = "Tasks that the control group may hold",
             .others = "other tasks of the group",
             .met = "the cgroup's pids.max is {}",
             .how = "A cgroup may hold this many tasks, threads and processes together. Memory has nothing to do with "
                    "it.",
             .question = "Why is a thread refused while there is memory left?",
             .answer = "A control group counts its tasks, and to the kernel each thread is a task, as each process "
                       "is. At pids.max the next clone fails, however small the thread would be.\n\n"
                       "It is the last of the kernel's checks for a new thread. Every group above counts too: the "
                       "one with the least room left decides. The error is EAGAIN, \"try again\": it helps only if "
                       "other tasks end meanwhile."}},
    Limit{.kind = LimitKind::cpus,
          .name = "cpus",
          .unit = LimitUnit::count,
          .fields = {.names = {"cpus"}, .copy = [](Machine& to, const Machine& from) { to.cpus = from.cpus; }},
          .live_means = LiveMeans::affinity},
    Limit{.kind = LimitKind::cpuset,
          .name = "cpuset",
          .unit = LimitUnit::count,
          .fields = {.names = {"cpuset"}, .copy = [](Machine& to, const Machine& from) { to.cpuset = from.cpuset; }},
          .live_means = LiveMeans::affinity},
    Limit{.kind = LimitKind::cpu_max,
          .name = "cpu.max",
          .unit = LimitUnit::percent,
          .fields = {.names = {"limits.cpu_max"},
                     .copy = [](Machine& to, const Machine& from) { to.limits.cpu_max = from.limits.cpu_max; }},
          .live_means = LiveMeans::cgroup},
    Limit{
        .kind = LimitKind::live_cap,
        .name = "live cap",
        .unit = LimitUnit::count,
        .live_means = LiveMeans::cgroup,
        .words =
            {.met = "the live run's own cap is {}",
             .how = "A live run takes at most half of what this machine has free, unless it is told otherwise. The "
                    "cap is not a limit of the scenario: the modeled run continues.",
             .question = "Why does the live run stop before the scenario's limit?",
             .answer = "A live run is real: it could leave this machine without memory or without free threads. So it "
                       "takes at most half of what is free, unless you say otherwise before it starts.\n\n"
                       "The modeled run takes nothing, and continues to the scenario's own limit."}},
    Limit{.kind = LimitKind::stack,
          .name = "stack",
          .unit = LimitUnit::bytes,
          .per_thread = true,
          .set_where = "the program, or RLIMIT_STACK (ulimit -s) where it leaves that to the C library",
          .raise =
              [](const RaiseRequest& to) {
                return in_words(
                    fmt::format("the program's own setting, or ulimit -s {} where it has none", to.kibibytes()));
              },
          .words = {.counts = "Stack of one thread",
                    .met = "a thread used more than its stack of {}",
                    .how = "Below each stack lies a guard page that may not be touched. A thread that grows into it "
                           "gets SIGSEGV, which ends the whole process.",
                    .question = "Why does one thread end the whole process?",
                    .answer = "A thread's stack has a fixed size from the start. Deep recursion and large local "
                              "variables use it up, and what comes next below it is the guard page. To touch that is a "
                              "segmentation fault, and its signal ends the process with all of its threads.\n\n"
                              "How large stacks are is the runtime's choice: 8 MiB in C programs on glibc, where "
                              "ulimit -s says so, 2 MiB in Rust, 128 KiB on musl. So a program that runs well on one "
                              "of them can die on another."}},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kLimits.size(); ++i)
    if (kLimits[i].kind != static_cast<LimitKind>(i)) return false;
  return true;
}
static_assert(is_in_order());
static_assert(kLimits[kKernelLimits - 1].kind == LimitKind::pids_max);

}  // namespace

std::int64_t percent_of_core(Duration per_period) {
  return (per_period * 100 + kQuotaPeriod / 2) / kQuotaPeriod;
}

std::span<const Limit> shipped_limits() {
  return std::span(kLimits).first(kKernelLimits);
}

const Limit& limit_of(LimitKind kind) {
  return kLimits.at(static_cast<std::size_t>(kind));
}

const Limit* find_limit(std::string_view name, std::span<const Limit> limits) {
  const auto of_kernel = std::ranges::find(limits, name, &Limit::name);
  if (of_kernel != limits.end()) return &*of_kernel;
  const auto any = std::ranges::find(kLimits, name, &Limit::name);
  return any == kLimits.end() ? nullptr : &*any;
}

}  // namespace spawnpoint
