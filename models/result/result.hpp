// SPDX-License-Identifier: GPL-3.0-or-later
// RunResult: the outcome of one run in one world. The same type for live and modeled runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/trace/trace.hpp"
#include "core/units.hpp"
#include "models/machine/cause.hpp"
#include "models/result/world_kind.hpp"

namespace spawnpoint {

/// Where and why a run broke.
struct FailurePoint {
  JobId job = kNoJob;        ///< The job that could not be started or was hit.
  std::int64_t threads = 0;  ///< Threads created before it: where a thread died of its own stack, before that one.
  std::string call;          ///< "clone3", "mmap", "mprotect", "page fault" …
  Cause cause;               ///< What the program got, or died of.
  std::string limit;         ///< "pids.max", "RLIMIT_NPROC" … (see limit_table.hpp); empty: not known.
  std::optional<std::int64_t> value;  ///< The limit's value, in its own unit.
  std::string message;                ///< What the program's user sees.
  Instant at{};
};

struct MemoryUse {
  Bytes resident{};
  Bytes virtual_size{};
  Bytes kernel{};  ///< Of the kernel for the run's threads: the three below, at the peak of their sum.
  Bytes kernel_stacks{};
  Bytes page_tables{};
  Bytes slab{};  ///< The kernel's own objects: tasks, mappings and the like.
};

/// Whether a live run had a limit of the scenario's.
enum class Imposed : std::uint8_t {
  no,         ///< It could not.
  yes,        ///< It imposed it on itself, or this machine has the same.
  not_needed  ///< Another one is met before it.
};

/// What ended a run before its program did.
enum class StopCause : std::uint8_t {
  none,
  user,       ///< Asked for.
  events,     ///< Its budget of simulated events was spent,
  memory,     ///< that of this machine's memory,
  real_time,  ///< or that of time.
  idle        ///< For too long no step of a job began or ended.
};

/// A limit that a live run was to have.
struct ImposedLimit {
  std::string limit;  ///< "pids.max"
  std::int64_t value = 0;
  Imposed imposed = Imposed::no;
  std::string means;  ///< "RLIMIT_NPROC = 508 in a fresh user namespace", or why it was not imposed.

  bool held() const { return imposed == Imposed::yes; }
};

/// What the scheduler did with a modeled run's threads.
struct CoreUse {
  std::int64_t most_runnable = 0;      ///< Threads that could run at a time, those that did among them.
  Duration busy{};                     ///< How long cores ran threads, added up: switches and system calls, too.
  Duration waited{};                   ///< How long threads that could run had no core, added up.
  std::int64_t migrations = 0;         ///< How often a thread changed its core.
  Duration throttled{};                ///< How long a quota kept cores from its threads, added up.
  std::int64_t throttled_periods = 0;  ///< In how many of the quota's periods.

  friend bool operator==(const CoreUse&, const CoreUse&) = default;
};

/// What a live run had of this machine's cores.
struct RealCores {
  std::int64_t cpus = 0;               ///< That it could use; 0: not known.
  std::optional<Duration> quota;       ///< In each kQuotaPeriod: this machine's, or the one that was imposed.
  std::optional<Duration> throttled;   ///< How long that kept cores from its threads, added up; none: not known.
  std::int64_t throttled_periods = 0;  ///< In how many of the quota's periods.
  Duration busy{};                     ///< CPU time of its process.
  Duration held{};                     ///< How long jobs had threads, added up (on threads).

  friend bool operator==(const RealCores&, const RealCores&) = default;
};

struct RunResult {
  std::string scenario;  ///< File name or title.
  std::string concurrency;
  std::string label;
  WorldKind world = WorldKind::modeled;
  std::int64_t jobs = 0;
  std::int64_t completed = 0;
  Duration wall{};
  std::int64_t peak_threads = 0;  ///< The main thread among them.
  std::int64_t own_threads = 1;   ///< Of them, those that the program has without its jobs: a runtime may have its own.
  std::int64_t peak_tasks = 0;
  MemoryUse memory;  ///< At each one's own peak.
  MemoryUse base;    ///< Of it, what the program itself had before its first job: resident and virtual.
  /// Of a live run whose process could not tell its peaks any more: how long before its end its memory was last seen.
  /// They may have been higher. None: they are the peaks.
  std::optional<Duration> memory_unseen;
  std::optional<FailurePoint> failure;
  std::uint64_t seed = 0;
  std::uint64_t events = 0;  ///< Simulation events, or live polls.
  std::uint64_t work = 0;    ///< Of modeled runs: events, and as such what else takes as long (Kernel::work).
  Duration compute{};        ///< What it took to compute (modeled) or to run (live), in real time.
  bool stopped = false;      ///< It was ended before its program did: the record is partial.
  StopCause stop_cause = StopCause::none;
  std::string error;  ///< The run could not be made at all (exit status 3); then all else is empty.
  std::vector<ImposedLimit> imposed;
  std::vector<std::string> notes;  ///< About the figures: where they come from, what is missing.
  Duration longest_poll{};         ///< The longest time that one job held the executor's thread (async models).
  JobId longest_poll_job = kNoJob;
  Duration main_cpu{};           ///< CPU time of the main thread (on threads).
  std::optional<CoreUse> cores;  ///< Of modeled runs: on threads, and of tasks under a quota.
  std::optional<RealCores> real_cores;
  bool beside_live = false;  ///< Modeled on this host as the live run beside it meets it, and not as the file has it.
  std::shared_ptr<const Trace> trace;

  /// Of `memory`, what came with the jobs: without the program itself, which is another one in each world.
  MemoryUse jobs_memory() const;
  /// A live run may die before its memory is looked at.
  bool memory_is_known() const { return memory.resident > Bytes{}; }
  /// And of one that was killed its peaks are not.
  bool peaks_are_known() const { return memory_is_known() && !memory_unseen; }
  /// A pool was refused a worker, and went on with those that it had until all jobs were done.
  bool finished_though_refused() const {
    return failure && jobs > 0 && completed == jobs && !ends_process(failure->cause);
  }
  /// Not all was done.
  bool breaks() const { return failure && !finished_though_refused(); }
};

}  // namespace spawnpoint
