// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/mechanisms.hpp"

#include <algorithm>
#include <iterator>

namespace spawnpoint {

namespace {

// The figures of an idle thread were measured (tests/models/kernel-cases.md).
constexpr Mechanism kMechanisms[] = {
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

Mechanism mechanism_of(const Limit& limit) {
  return {limit.name, limit.words.question, limit.words.answer};
}

const Mechanism* find_mechanism(std::string_view name) {
  const auto* const found = std::ranges::find(kMechanisms, name, &Mechanism::name);
  return found == std::end(kMechanisms) ? nullptr : found;
}

}  // namespace spawnpoint
