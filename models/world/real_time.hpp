// SPDX-License-Identifier: GPL-3.0-or-later
// Really waiting and really computing, on the calling thread.
#pragma once

#include "core/units.hpp"

namespace spawnpoint {

/// Blocks the thread until the machine's monotonic clock shows `at`.
void sleep_until_monotonic(Duration at);
/// Told of each stretch of time for which a computing thread had the same core, once it is over: for a thread that
/// has no core, that is when it has one again. Times are of the machine's monotonic clock; `cpu` is the kernel's
/// number.
class CpuWatch {
 public:
  virtual void had_core(int cpu, Duration begin, Duration end) = 0;

 protected:
  ~CpuWatch() = default;
};
/// A thread that is away for longer than this, from its computing or from a timer that is due, waits for a core.
inline constexpr Duration kAway = std::chrono::microseconds(100);

/// Computes until the thread has used `duration` of CPU time.
void use_cpu(Duration duration, CpuWatch* watch = nullptr);
/// CPU time that the calling thread has used.
Duration thread_cpu_time();
/// And its process, with all of its threads.
Duration process_cpu_time();

}  // namespace spawnpoint
