// SPDX-License-Identifier: GPL-3.0-or-later
// LiveMemory: follows the memory and the threads of a live run's worker from outside. The worker is not disturbed by
// it.
#pragma once

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

  /// Looks at the process, and adds to the trace's series. `group` may be null.
  void sample(const LiveProcess& process, const RunCgroup* group, Instant at, Trace& trace);
  /// What the worker itself saw of its peaks, once it has ended.
  void note_peaks(const LiveBoard& board);

  /// All of it, as of the last look: resident, kernel stacks, page tables, slab.
  Bytes total() const { return total_; }
  const MemoryUse& peak() const { return peak_; }
  std::int64_t threads() const { return threads_; }
  Bytes resident() const { return resident_; }
  /// Where the figures for the kernel's memory come from.
  std::string source() const;

 private:
  Bytes kernel_stack_{16384};  ///< Of a thread, as this machine's own figures show it.
  Bytes task_room_{};          ///< A task's share of what its slab cannot use; zero: not known.
  bool from_group_ = false;
  std::int64_t most_threads_ = 0;
  Bytes total_{};
  Bytes resident_{};
  std::int64_t threads_ = 0;
  MemoryUse peak_;
};

}  // namespace spawnpoint
