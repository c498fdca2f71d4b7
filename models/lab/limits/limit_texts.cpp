// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits/limit_texts.hpp"

#include <algorithm>
#include <iterator>

namespace spawnpoint {

namespace {

constexpr LimitText kTexts[] = {
    {"pids.max", "the cgroup's pids.max is {}",
     "A cgroup may hold so many tasks, threads and processes together. Containers and systemd units set it: "
     "docker run --pids-limit, TasksMax=. Memory has nothing to do with it."},
    {"RLIMIT_NPROC", "RLIMIT_NPROC lets the user have {} tasks",
     "RLIMIT_NPROC (ulimit -u) counts all threads of all processes of the user, not only those of this program. "
     "Root is exempt."},
    {"threads-max", "kernel.threads-max lets the whole system have {} threads",
     "The kernel sets it when the machine starts: so many that their kernel stacks take an eighth of the memory."},
    {"pid_max", "kernel.pid_max is {}: there is no free pid",
     "Each thread takes a number like a process does. Once the numbers have gone round, those below 300 are not given "
     "out again."},
    {"max_map_count", "vm.max_map_count lets a process have {} memory maps",
     "A thread's stack and its guard page are two maps. The thread's creator sees only EAGAIN, which sounds like too "
     "many "
     "threads; it is too many maps."},
    {"RLIMIT_AS", "RLIMIT_AS lets the process have {} of address space",
     "Stacks count with their full size, used or not, and so do the arenas that malloc reserves for threads."},
    {"RLIMIT_DATA", "RLIMIT_DATA lets the process have {} of private writable memory",
     "Stacks count with their full size, used or not."},
    {"overcommit", "the kernel does not promise more memory than {}",
     "With vm.overcommit_memory = 2 each stack is promised in full when it is made, used or not. Otherwise only a "
     "single "
     "mapping that is larger than memory and swap together is refused."},
    {"memory.max", "the cgroup's memory.max is {}",
     "Kernel stacks, page tables and kernel objects count too: an idle thread takes about four times what its resident "
     "set shows."},
    {"memory", "the machine has {} of memory and swap",
     "Kernel stacks, page tables and kernel objects count too: an idle thread takes about four times what its resident "
     "set shows."},
    {"address space", "a process has {} of address space", "It is what the processor's page tables can address."},
    {"live cap", "the live run's own cap is {}",
     "A live run takes at most half of what this machine has free, unless it is told otherwise. The cap is not a limit "
     "of "
     "the scenario: the modeled run goes on."},
};

}  // namespace

const LimitText* limit_text(std::string_view limit) {
  const auto* const found = std::ranges::find(kTexts, limit, &LimitText::limit);
  return found == std::end(kTexts) ? nullptr : found;
}

}  // namespace spawnpoint
