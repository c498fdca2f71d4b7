// SPDX-License-Identifier: GPL-3.0-or-later
// The ladder of limits: each limit of a machine, the threads that it allows, and which one binds; and the reverse: what
// so many threads need.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "models/machine/cause.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

/// One rung: a limit and the threads that could exist besides the runtime's own if it were the only one. Of a limit
/// that several cgroups or user namespaces hold, each is a rung.
struct LimitRung {
  const Limit* limit = nullptr;  ///< Its row; never null.
  std::int64_t value = 0;        ///< In the limit's own unit.
  std::int64_t threads = 0;
  /// Of limits on counts, how the threads follow from the value: "512 less 5 leaves 507 (taken: …)"; else empty.
  std::string room;
  std::string call;    ///< The call that is refused: "clone3", "mmap", "mprotect", "page fault".
  Cause cause;         ///< What the program gets, or dies of.
  std::string source;  ///< Where it is set: the very file where it was read on this host, else files and commands.
  HowToRaise raise;    ///< To a new value, N.
  std::string level;   ///< Which of several it is: "container", "user namespace 1 level up"; else empty.
};

/// "pids.max", "pids.max of the pod".
std::string name_of(const LimitRung& rung);

struct LimitLadder {
  std::int64_t threads = 0;      ///< How many can exist besides the runtime's own, of which the main thread is one.
  std::int64_t own_threads = 1;  ///< Those.
  /// Fewest threads first; of equals, the one checked first comes first. Limits that are not set are left out. A stack
  /// that is too small for what each thread uses of it is one, too: it leaves none.
  std::vector<LimitRung> rungs;
  /// Limits that would be met, were the process not privileged: root is exempt from them.
  std::vector<LimitRung> exempt;

  /// The rung that is met first; null where no limit is set.
  const LimitRung* binding() const { return rungs.empty() ? nullptr : &rungs.front(); }
};

/// Besides whom there is room for threads: "the main thread", or "the runtime's own 19", of which that is one.
std::string own_threads_words(std::int64_t own_threads);

LimitLadder limit_ladder(const Machine& machine, const Runtime& runtime, std::span<const Limit> limits = limit_table());

/// A limit that is too low for this many threads. Of one that several cgroups or user namespaces hold, each has its
/// own.
struct LimitToRaise {
  const Limit* limit = nullptr;  ///< Its row; never null.
  std::int64_t value = 0;        ///< As it is.
  std::int64_t needed = 0;       ///< The smallest value that would do; 0 where none would.
  HowToRaise how;                ///< To that.
  std::string source;            ///< Where it is set.
};

/// The value that is needed, or "-" where none would do. One that looks like the present one is told to the KiB.
std::string needed_value(const LimitToRaise& limit);

/// What `threads` threads besides the runtime's own need.
struct ThreadNeeds {
  std::int64_t threads = 0;
  std::vector<LimitToRaise> raise;  ///< In the ladder's order; empty: they fit.
  // Of the whole process, when all threads are idle.
  Bytes resident{};
  Bytes kernel{};  ///< Kernel stacks, page tables, slab.
  Bytes virtual_size{};
  Bytes base_resident{};  ///< Of `resident`, what the program has before the first of them.
};

/// "With them, idle, the process has 6.99 MiB resident, 2.05 MiB of it before the first of them, …"
std::string memory_words(const ThreadNeeds& needs);

/// `threads`: 1 to kMostThreads.
ThreadNeeds thread_needs(const Machine& machine, const Runtime& runtime, std::int64_t threads,
                         std::span<const Limit> limits = limit_table());

}  // namespace spawnpoint
