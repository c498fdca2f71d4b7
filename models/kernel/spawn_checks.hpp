// SPDX-License-Identifier: GPL-3.0-or-later
// What can refuse a thread, or an async task its memory: the checks of one pthread_create, in the order in which Linux
// and the C library make them, and those of an allocation.
// The simulated kernel asks them at each spawn; the ladder of limits asks them for any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/kernel/process_memory.hpp"
#include "models/machine/cause.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint::kernel {

/// A thread or an allocation that was refused, or a process that was killed for it.
struct Refusal {
  const Limit* limit = nullptr;  ///< Its row; never null.
  std::string_view call;         ///< The system call that fails.
  Cause cause;                   ///< What the caller gets, or the process dies of.
  std::int64_t value = 0;        ///< The limit's value in its own unit.
  std::size_t level = 0;         ///< Of a limit that several levels hold: 0 is the process's own, then those above.
};

class SpawnChecks {
 public:
  /// All must outlive this, and the machine stay as it is. Only these limits are looked at.
  SpawnChecks(const Machine& machine, const Runtime& runtime, const ProcessMemory& memory,
              std::span<const Limit> limits = limit_table());

  /// Finds out how many threads are refused by nothing: below that, checks cost hardly anything. The answers are the
  /// same.
  void look_for_room();

  /// The program before its first job: its own memory, and the threads that its runtime has besides the main one.
  std::optional<Refusal> on_program() const;
  /// How many of those threads the limits on their number allow, the main one among them.
  std::int64_t own_threads() const;

  // One pthread_create. `counts` are those before it.
  /// First the stack is mapped, unless one was kept: mmap and mprotect.
  std::optional<Refusal> on_map(const ThreadCounts& counts) const;
  /// Then the thread is made: clone3. `counts` hold its stack already.
  std::optional<Refusal> on_clone(const ThreadCounts& counts) const;
  /// When it runs, it touches its stack: it is among `counts`, but not yet among those that have.
  std::optional<Refusal> on_touch(const ThreadCounts& counts) const;
  /// Whether a new thread, itself and its stack among `counts`, fails to set up its signal stack when it starts.
  std::optional<Refusal> on_start(const ThreadCounts& counts) const;
  /// Of these checks the first: whether there are too many maps for it.
  std::optional<Refusal> on_maps_at_start(const ThreadCounts& counts) const;
  /// Whether a thread dies of what it uses of its stack, which it does at once.
  std::optional<Refusal> on_stack() const;

  /// The memory of one more async task, which is among `with`: allocated, and then touched.
  std::optional<Refusal> on_task(const ThreadCounts& with) const;

 private:
  /// Nothing can refuse a thread while there is less of everything than what was found to leave room.
  bool leave_room(const ThreadCounts& counts) const {
    return counts.alive < roomy_ && counts.stacks < roomy_ && counts.arenas + counts.arenas_to_come < roomy_ &&
           counts.task_memory == Bytes{};
  }
  bool fits_with_room(std::int64_t of_each) const;
  /// A limit on the number of threads, at one level.
  struct CountCheck {
    const Limit* limit = nullptr;
    std::int64_t value = 0;
    std::int64_t room = 0;  ///< Threads that it leaves, the main thread among what is in use.
    std::size_t level = 0;
  };

  /// Its row; null where it is not looked at.
  const Limit* row(LimitKind kind) const { return rows_[static_cast<std::size_t>(kind)]; }
  std::optional<Refusal> on_address_space(const ThreadCounts& with, Errno error) const;
  std::optional<Refusal> on_data(const ThreadCounts& with, std::string_view call, Errno error) const;
  /// `mapping` is the part of what is committed that is asked for at once.
  std::optional<Refusal> on_commit(const ThreadCounts& with, Bytes mapping, std::string_view call, Errno error) const;
  Cause without_signal_stack() const;
  ThreadCounts seen_as_committed(const ThreadCounts& counts) const;
  std::optional<Refusal> on_memory(const ThreadCounts& with) const;
  std::optional<Refusal> on_count(const ThreadCounts& counts) const;

  const Machine* machine_;
  const Runtime* runtime_;
  const ProcessMemory* memory_;
  std::array<const Limit*, kKernelLimits> rows_{};
  std::vector<CountCheck> counts_;  ///< In the kernel's order.
  std::int64_t roomy_ = 0;          ///< With so many of each thing no check of a thread refuses anything.
};

}  // namespace spawnpoint::kernel
