// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/mechanisms.hpp"

#include <algorithm>
#include <iterator>

namespace spawnpoint {

namespace {

// Of the kernel: what copy_process(), mmap_region() and mprotect_fixup() check, in their order; of the C library:
// pthread_create. The figures of an idle thread were measured (tests/models/kernel-cases.md).
constexpr Mechanism kMechanisms[] = {
    {"pids.max", "Why is a thread refused while there is memory left?",
     "A control group counts its tasks, and to the kernel each thread is a task, as each process is. At pids.max the "
     "next clone fails, however small the thread would be.\n\n"
     "It is the last of the kernel's checks for a new thread. Every group above counts too: the smallest room on the "
     "way up decides. The error is EAGAIN, \"try again\": it helps only if other tasks end meanwhile.\n\n"
     "Containers have it from their runtime (docker run --pids-limit), services from systemd (TasksMax)."},
    {"RLIMIT_NPROC", "Why do other programs' threads count?",
     "RLIMIT_NPROC is a limit on the user, not on the process: the kernel compares the number of all tasks of the "
     "user, threads of every program among them, with the limit of the process that asks.\n\n"
     "Root (user 0 of the first user namespace) and processes with CAP_SYS_RESOURCE or CAP_SYS_ADMIN are exempt. In a "
     "user namespace of its own, a program is counted from the start again, and at each level above as well."},
    {"threads-max", "Where does this number come from?",
     "At boot the kernel allows so many threads that their stacks within the kernel, 16 KiB each, take at most an "
     "eighth of the memory: memory / 128 KiB.\n\n"
     "It counts all threads of the system. kernel.threads-max can be raised while it runs; then memory decides."},
    {"pid_max", "What has a thread to do with process numbers?",
     "Each thread has a number out of the same range as processes have. When all below kernel.pid_max are taken, "
     "alloc_pid() fails and the program sees EAGAIN.\n\n"
     "After the counter has gone round once, numbers below 300 are kept for the system's first processes."},
    {"max_map_count", "What has a thread to do with memory maps?",
     "A thread's stack is a mapping, and the guard page below it has other access rights, so it is a mapping of its "
     "own: two for each thread. Rust adds a signal stack with a guard: four.\n\n"
     "A process may have vm.max_map_count of them. Where it is met within pthread_create the program sees EAGAIN, as "
     "if there were too many threads. Where the new thread meets it, as Rust's does when it sets up its signal stack, "
     "nobody is there to take an error: the program aborts."},
    {"RLIMIT_AS", "Why does memory count that nobody uses?",
     "RLIMIT_AS limits addresses, not memory. A stack of 8 MiB takes 8 MiB of it when it is made, though an idle "
     "thread touches some 8 KiB of that.\n\n"
     "glibc's malloc also reserves 64 MiB for the arena of each of the first threads that use it, up to eight for "
     "each core. Smaller stacks, or fewer arenas (MALLOC_ARENA_MAX), leave room for more threads."},
    {"RLIMIT_DATA", "Why does memory count that nobody uses?",
     "Since Linux 4.7 RLIMIT_DATA counts all private writable mappings, and stacks are such. They count in full from "
     "the moment at which they become writable, used or not. The guard page is not writable, so it does not count."},
    {"overcommit", "Why is memory refused that is free?",
     "Programs reserve far more memory than they touch, so Linux usually promises more than it has. With "
     "vm.overcommit_memory = 2 it does not: what it has promised may not exceed CommitLimit (swap, and a share of the "
     "memory), and each stack is promised in full.\n\n"
     "With 0, the default, only a single mapping that is larger than memory and swap together is refused. With 1, "
     "nothing is."},
    {"memory.max", "Why is the process killed, instead of getting an error?",
     "Address space has been given out long before: memory is taken only when it is touched, or when the kernel makes "
     "its own objects. At that moment no system call can say no. So where the control group is at memory.max and "
     "nothing can be given back, the kernel's OOM killer ends a process of the group with SIGKILL.\n\n"
     "An idle thread takes about 36 KiB: 16 of kernel stack, 4 of page tables, 7 of the kernel's objects, 8 of its "
     "own stack. The resident size shows the last of these only."},
    {"memory", "Why is the process killed, instead of getting an error?",
     "Address space has been given out long before: memory is taken only when it is touched, or when the kernel makes "
     "its own objects. At that moment no system call can say no. So where memory and swap are full, the kernel's OOM "
     "killer ends the process that takes most, with SIGKILL.\n\n"
     "An idle thread takes about 36 KiB: 16 of kernel stack, 4 of page tables, 7 of the kernel's objects, 8 of its "
     "own stack. The resident size shows the last of these only."},
    {"address space", "Can a 64-bit process run out of addresses?",
     "A process on x86-64 has 47 bits of addresses: 128 TiB. Stacks take them in full, used or not: at 8 MiB each "
     "there is room for about 16 million, at 1 GiB for 131,000. Usually another limit is met first."},
    {"live cap", "Why does the live run stop before the scenario's limit?",
     "A live run is real: it could leave this machine without memory or without free threads. So it takes at most half "
     "of what is free, unless you say otherwise before it starts.\n\n"
     "The modeled run does not take anything, and goes on to the scenario's own limit."},
    {"blocked executor", "Why does one blocking call stop all jobs?",
     "An executor has one thread and many jobs. It gives the thread to a job, and gets it back only when the job "
     "awaits something. There is no clock that takes it away, as the kernel does with threads.\n\n"
     "A blocking call (a sleep of the thread, a read from a file, a long computation) does not await. While it lasts "
     "nothing else runs on that thread: timers that are due fire late, and jobs that are ready stay where they are. "
     "Ten such jobs take ten times as long, as if they had been called one after the other.\n\n"
     "What waits should be awaited (a timer, an async read); what computes or blocks belongs on another thread."},
    {"lazy futures", "Why do the jobs not start when their futures are made?",
     "Calling an async function runs nothing of it. It only makes a future: an object that holds its arguments and how "
     "far it has come, which is nowhere yet. The body runs when somebody polls the future, and `await` polls only the "
     "one that it is given.\n\n"
     "So a loop that awaits one future after the other runs one job after the other, though all were made before. "
     "`join_all` polls all of them, and their waiting overlaps. To start a job without awaiting it, it must be spawned "
     "as a task."},
    {"awaited one by one", "Why does async not make it faster?",
     "`await` means: go on only when this is done. The thread is free meanwhile, but free for other tasks; within this "
     "one there is nothing else that could run, because the next call has not been made yet.\n\n"
     "Only what is started before the first is awaited can overlap with it: by `join_all`, or as tasks."},
    {"one after the other", "Why does waiting take so long here?",
     "Each job begins when the one before has ended, so their times add up. A job that only waits leaves the core with "
     "nothing to do for nearly all of that time. Threads, or async, let the jobs wait at the same time."},
    {"a thread for each job", "What does a thread cost?",
     "Time: the kernel makes a stack's mappings, a task, a kernel stack, and a pid, some 50 to 130 microseconds in "
     "all, "
     "and the thread that starts the others does so one by one.\n\n"
     "Memory: an idle thread takes about 36 KiB in fact, most of it in the kernel, and as much address space as its "
     "stack is large.\n\n"
     "Numbers: it counts against five limits that have nothing to do with memory. The Limits page shows which one "
     "is met first."},
    {"a pool", "Why do the jobs queue while the cores are idle?",
     "A pool has a fixed number of workers, usually one for each core. That is right for jobs that compute: more "
     "threads than cores do not compute faster.\n\n"
     "A job that waits keeps its worker all the same. With W workers and jobs that wait for D, N jobs take about "
     "N / W x D, whatever the cores do. For such jobs a pool wants as many workers as jobs that wait at once, or async "
     "jobs, which need none while they wait."},
    {"joined futures", "How can one thread run so many jobs at once?",
     "The jobs wait, and waiting takes no thread. A job that awaits a timer puts an entry into the executor's timer "
     "queue and gives the thread back. The thread starts the next one, and when all wait it sleeps until the first "
     "timer is due.\n\n"
     "What remains of a waiting job is its state: some dozen bytes to some hundred, against the 36 KiB of an idle "
     "thread. It holds only as long as no job computes or blocks for long: they all share that one thread."},
};

}  // namespace

const Mechanism* find_mechanism(std::string_view name) {
  const auto* const found = std::ranges::find(kMechanisms, name, &Mechanism::name);
  return found == std::end(kMechanisms) ? nullptr : found;
}

}  // namespace spawnpoint
