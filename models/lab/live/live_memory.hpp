// SPDX-License-Identifier: GPL-3.0-or-later
// LiveMemory: follows the memory of a live run's worker from outside, and which of its threads run. The worker is
// hardly disturbed by it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "core/trace/trace.hpp"
#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_process.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

class LiveMemory {
 public:
  LiveMemory();

  /// The series begin at 0, with what the worker had before its first job: to be called when that is known. Later calls
  /// change nothing.
  void begin(const LiveBoard& board, Trace& trace);
  /// Looks at the process, and adds to the trace's series. `group` may be null.
  void sample(const LiveProcess& process, const RunCgroup* group, Instant at, Trace& trace);
  /// What the worker itself saw of its peaks, once it has ended at `at`.
  void finish(const LiveBoard& board, Instant at, Trace& trace);
  /// How long before its end it was last looked at, where it could not tell its peaks. Known once it is finished.
  const std::optional<Duration>& unseen() const { return unseen_; }

  /// All of the process, as of the last look: resident, kernel stacks, page tables.
  Bytes total() const { return total_; }
  const MemoryUse& peak() const { return peak_; }
  std::int64_t threads() const { return threads_; }
  /// What the jobs take, without what the program had before.
  Bytes jobs_resident() const { return std::max(resident_ - base_resident_, Bytes{}); }
  /// Where the figures for the kernel's memory come from.
  std::string source() const;
  /// Why there is no series of the threads that run, in words; empty: there is one.
  std::string why_not_runnable() const;

 private:
  void sample_runnable(const LiveProcess& process, Instant at, Trace& trace);

  Bytes kernel_stack_{16384};  ///< Of a thread, as this machine's own figures show it.
  Bytes task_room_{};          ///< A task's share of what its slab cannot use; zero: not known.
  bool from_group_ = false;
  std::int64_t most_threads_ = 0;
  Bytes total_{};
  Bytes resident_{};
  Bytes base_resident_{};
  std::int64_t threads_ = 0;
  MemoryUse peak_;
  bool begun_ = false;
  bool looks_at_states_ = true;
  Instant next_look_{};  ///< At the threads' states.
  std::optional<Instant> looked_;
  std::optional<Duration> unseen_;
};

}  // namespace spawnpoint
