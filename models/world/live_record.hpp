// SPDX-License-Identifier: GPL-3.0-or-later
// LiveRecord: what the worlds of a live run tell the process that watches them: the trace, and a few counters in shared
// memory which can be read even after the worker was killed.
#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "core/trace/shared_trace.hpp"
#include "core/trace/trace.hpp"
#include "core/units.hpp"
#include "models/world/own_memory.hpp"

namespace spawnpoint {

/// What SharedFailure::kind of a live run means.
enum class LiveFailure : std::uint32_t {
  refused = 1,   ///< A thread was refused; the program got an error.
  signal_stack,  ///< A new thread could not have its signal stack, and the process aborts.
  no_memory,     ///< std::bad_alloc.
  exception,     ///< Something was thrown that nobody caught.
  not_run        ///< The run could not begin: `message` says why.
};

/// The limit that the worker has found. A reader may not trust the memory: null where there is no such number.
inline const Limit* limit_of(const SharedFailure& failure) {
  const auto number = static_cast<std::size_t>(failure.limit);
  return number < kKernelLimits ? &shipped_limits()[number] : nullptr;
}

/// Lies in shared memory: atomics and plain numbers only.
struct LiveCounters {
  std::atomic<std::int64_t> created{0};       ///< Threads created so far, the main thread not among them.
  std::atomic<std::int64_t> ended{0};         ///< Of these, the ones whose function has returned.
  std::atomic<std::int64_t> peak_threads{1};  ///< The main thread among them.
  std::atomic<CoreId> cores{0};               ///< That the run may use; 0 before it began.
  std::atomic<std::int64_t> tasks{0};         ///< Async tasks that exist.
  std::atomic<std::int64_t> peak_tasks{0};
  std::atomic<std::int64_t> completed{0};     ///< Jobs.
  std::atomic<std::int64_t> held{0};          ///< Nanoseconds for which these had threads, added up.
  std::atomic<std::uint64_t> polls{0};        ///< Of async tasks.
  std::atomic<std::int64_t> longest_poll{0};  ///< Nanoseconds.
  std::atomic<JobId> longest_poll_job{kNoJob};
  std::atomic<JobId> starting{
      kNoJob};  ///< The job whose thread is being created: where the process dies, it is this one.
  /// The first thread that is using its stack just now, and the job that it was started for: where the process dies of
  /// a stack, it is this one. Lane 0: none is.
  std::atomic<std::uint64_t> touching{0};

  static constexpr std::uint64_t pack(LaneId lane, JobId job) { return (std::uint64_t{lane} << 32) | job; }
  static constexpr LaneId lane_of(std::uint64_t packed) { return static_cast<LaneId>(packed >> 32); }
  static constexpr JobId job_of(std::uint64_t packed) { return static_cast<JobId>(packed); }
};
static_assert(sizeof(LaneId) <= 4 && sizeof(JobId) <= 4);

/// Raises `value` to at least `to`.
template <class T>
void raise_to(std::atomic<T>& value, T to) noexcept {
  T now = value.load(std::memory_order_relaxed);
  while (now < to && !value.compare_exchange_weak(now, to, std::memory_order_relaxed)) {
  }
}

/// One run's clock, trace and counters. May be used from any thread.
class LiveRecord {
 public:
  LiveRecord(SharedTraceRecorder& trace, LiveCounters& counters, SteadyClock::time_point epoch) noexcept
      : trace_(&trace), counters_(&counters), epoch_(epoch) {
    cpu_set_t own;
    if (::sched_getaffinity(0, sizeof own, &own) != 0) return;
    CoreId core = 0;
    for (std::size_t cpu = 0; cpu < cores_.size(); ++cpu)
      if (CPU_ISSET(cpu, &own)) cores_[cpu] = static_cast<std::int16_t>(core++);
    counters.cores.store(core, std::memory_order_relaxed);
  }

  SteadyClock::time_point epoch() const noexcept { return epoch_; }
  Instant now() const noexcept { return Instant(std::chrono::duration_cast<Duration>(SteadyClock::now() - epoch_)); }
  /// `at` on the machine's monotonic clock.
  Duration monotonic(Instant at) const noexcept { return epoch_.time_since_epoch() + at.time_since_epoch(); }

  void enter(JobId job, JobState state, LaneId lane, Instant at) {
    trace_->enter(job, state, lane, at);
    if (state == JobState::done) counters_->completed.fetch_add(1, std::memory_order_relaxed);
  }
  /// A thread was created or has ended.
  void sample_threads(Instant at) {
    const auto alive =
        counters_->created.load(std::memory_order_relaxed) - counters_->ended.load(std::memory_order_relaxed) + 1;
    trace_->sample(SeriesKind::threads, at, static_cast<double>(alive));
  }
  /// From `begin` to `end`, of the machine's monotonic clock, the thread had the cpu.
  void turn(int cpu, LaneId lane, Duration begin, Duration end) {
    const auto number = static_cast<std::size_t>(cpu);
    if (number >= cores_.size() || cores_[number] < 0) return;  // Somebody has let the process onto others meanwhile.
    trace_->turn({static_cast<CoreId>(cores_[number]), lane, on_record(begin), on_record(end)});
  }
  /// From `from` on, of the machine's monotonic clock, the job waited for a core. False: it is not recorded any more.
  bool wait_for_core(JobId job, LaneId lane, Duration from) {
    return trace_->wait_for_core(job, lane, on_record(from));
  }
  Instant on_record(Duration monotonic) const noexcept {
    return Instant(monotonic - std::chrono::duration_cast<Duration>(epoch_.time_since_epoch()));
  }
  /// What stopped the run, with the threads that there were.
  void fail(LiveFailure kind, JobId job, std::string_view call, int error, const MetLimit& met,
            std::string_view message) {
    SharedFailure failure;
    failure.kind = static_cast<std::uint32_t>(kind);
    failure.job = job;
    failure.threads = static_cast<std::uint64_t>(counters_->created.load(std::memory_order_relaxed));
    failure.error = error;
    failure.at = now();
    failure.call = FixedText<60>(call);
    failure.message = FixedText<508>(message);
    if (met.limit != nullptr) failure.limit = static_cast<std::int32_t>(met.limit->kind);
    failure.value = met.value;
    trace_->write_failure(failure);
  }
  SharedTraceRecorder& trace() const noexcept { return *trace_; }
  LiveCounters& counters() const noexcept { return *counters_; }

 private:
  SharedTraceRecorder* trace_;
  LiveCounters* counters_;
  SteadyClock::time_point epoch_;
  /// By the kernel's number the place among those that the run may use; none: -1.
  std::array<std::int16_t, CPU_SETSIZE> cores_ = none();

  static constexpr std::array<std::int16_t, CPU_SETSIZE> none() {
    std::array<std::int16_t, CPU_SETSIZE> all{};
    all.fill(-1);
    return all;
  }
};

}  // namespace spawnpoint
