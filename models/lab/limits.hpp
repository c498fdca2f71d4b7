// SPDX-License-Identifier: GPL-3.0-or-later
// The ladder of limits: each limit of a machine, the threads that it allows, and which one binds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/machine/profile.hpp"

namespace spawnpoint {

/// One rung: a limit and the threads that could be created beyond the main thread if it were the only one.
struct LimitRung {
  std::string name;                  ///< DESIGN §4's names: "pids.max", "RLIMIT_NPROC" …
  std::int64_t value = 0;            ///< In the limit's own unit (a count, or bytes).
  bool is_size = false;              ///< `value` is in bytes.
  std::int64_t threads = 0;
  std::string call;                  ///< The call that is refused: "clone3", "mmap", "mprotect", "page fault".
  std::string errno_name;            ///< "EAGAIN", or "SIGKILL" / "SIGABRT" where the process dies.
  std::string source;                ///< Where it is set: a file or a command.
};

struct LimitLadder {
  std::int64_t threads = 0;          ///< How many can be created beyond the main thread.
  std::string binding;
  std::string errno_name;
  std::vector<LimitRung> rungs;      ///< Fewest threads first; of equals, the one checked first comes first. Limits that are not set are left out.
};

LimitLadder limit_ladder(const Machine& machine, const Runtime& runtime);

}  // namespace spawnpoint
