// SPDX-License-Identifier: GPL-3.0-or-later
// What can refuse a thread: the checks of one pthread_create, in the order in which Linux and the C library make them.
// The simulated kernel asks them at each spawn; the ladder of limits asks them for any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/kernel/process_memory.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint::kernel {

/// The limits, in the order in which a thread's stack and then its clone3 meet them.
enum class LimitKind : std::uint8_t {
  address_space,
  rlimit_as,
  rlimit_data,
  overcommit,
  max_map_count,
  memory_max,
  memory,
  rlimit_nproc,
  threads_max,
  pid_max,
  pids_max
};
inline constexpr int kLimitKinds = 11;
/// As users know it: "pids.max", "RLIMIT_NPROC" …
std::string_view to_string(LimitKind kind);

/// Where such a limit is set, for people: a file or a command.
std::string_view set_where(LimitKind kind);

/// A thread that was refused, or a process that was killed for it.
struct Refusal {
  LimitKind limit = LimitKind::pids_max;
  std::string_view call;        ///< The system call that fails.
  std::string_view errno_name;  ///< What the caller gets; "SIGKILL" or "SIGABRT" where the process dies.
  std::int64_t value = 0;       ///< The limit's value in its own unit.
  std::size_t level = 0;        ///< Of a limit that several levels hold: 0 is the own one, then those above.
};

class SpawnChecks {
 public:
  /// All must outlive this. With `only`, no other limit is looked at.
  SpawnChecks(const Machine& machine, const Runtime& runtime, const ProcessMemory& memory,
              std::optional<LimitKind> only = std::nullopt)
      : machine_(&machine), runtime_(&runtime), memory_(&memory), only_(only) {}

  // One pthread_create. `counts` are those before it.
  /// First the stack is mapped, unless one was kept: mmap and mprotect.
  std::optional<Refusal> on_map(const ThreadCounts& counts) const;
  /// Then the thread is made: clone3. `counts` hold its stack already.
  std::optional<Refusal> on_clone(const ThreadCounts& counts) const;
  /// When it runs, it touches its stack: it is among `counts`, but not yet among those that have.
  std::optional<Refusal> on_touch(const ThreadCounts& counts) const;
  /// Whether a new thread, itself and its stack among `counts`, fails to set up its signal stack when it starts.
  std::optional<Refusal> on_start(const ThreadCounts& counts) const;

 private:
  bool looks_at(LimitKind kind) const { return !only_ || *only_ == kind; }
  std::optional<Refusal> on_commit(const ThreadCounts& with, std::string_view call) const;
  ThreadCounts seen_as_committed(const ThreadCounts& counts) const;
  std::optional<Refusal> on_memory(const ThreadCounts& with) const;
  std::optional<Refusal> on_count(const ThreadCounts& counts) const;

  const Machine* machine_;
  const Runtime* runtime_;
  const ProcessMemory* memory_;
  std::optional<LimitKind> only_;
};

}  // namespace spawnpoint::kernel
