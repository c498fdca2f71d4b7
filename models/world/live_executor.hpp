// SPDX-License-Identifier: GPL-3.0-or-later
// LiveExecutor: the world of tasks in the real executor, all on the calling thread. `sleep` is a timer of the executor;
// `block` and `compute` hold its only thread, and with it every other task: that is what they are there to show.
#pragma once

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/coroutine/task.hpp"
#include "core/executor/executor.hpp"
#include "models/world/live_record.hpp"
#include "models/world/real_time.hpp"
#include "models/world/thinned_count.hpp"
#include "models/world/world.hpp"

namespace spawnpoint {

class LiveExecutor {
 public:
  class Wait;

  /// Both must outlive the world; the executor's time begins where the record's does.
  LiveExecutor(LiveRecord& record, Executor& executor) noexcept
      : record_(&record), counters_(&record.counters()), executor_(&executor) {}
  LiveExecutor(const LiveExecutor&) = delete;
  LiveExecutor& operator=(const LiveExecutor&) = delete;

  Instant now() { return executor_->now(); }
  Wait sleep(Duration duration);
  Wait sleep_until(Instant instant);
  Wait block(Duration duration);
  Wait compute(Duration duration);

  // The executor's last reading of the clock is good enough for the record: a reading per job would cost more than the
  // job.
  void enter(JobId job, JobState state) {
    const Instant at = executor_->recent();
    record_->trace().enter(job, state, 0, at);
    if (state == JobState::done) {
      add(counters_->completed, 1);
      sample_tasks(add(counters_->tasks, -1), at);
      end_poll(job, at);
    } else if (state == JobState::waiting) {
      end_poll(job, at);
    } else if (between_polls_) {
      poll_began_ = at;
      between_polls_ = false;
    }
  }

  Task<> task(Task<> task) {
    const auto tasks = add(counters_->tasks, 1);
    if (tasks > counters_->peak_tasks.load(std::memory_order_relaxed))
      counters_->peak_tasks.store(tasks, std::memory_order_relaxed);
    sample_tasks(tasks, executor_->recent());
    return task;
  }
  /// To be called once the run is over.
  void finish() { sampled_tasks_.flush(&record_->trace()); }

 private:
  // This thread is the only writer: no locked instruction is needed.
  static std::int64_t add(std::atomic<std::int64_t>& counter, std::int64_t n) {
    const auto value = counter.load(std::memory_order_relaxed) + n;
    counter.store(value, std::memory_order_relaxed);
    return value;
  }

  void sample_tasks(std::int64_t tasks, Instant at) {
    sampled_tasks_.sample(&record_->trace(), tasks, at,
                          [&](const auto& add) { add(SeriesKind::tasks, static_cast<double>(tasks)); });
  }
  /// The job gives the thread back.
  void end_poll(JobId job, Instant at) {
    const Duration held = at - poll_began_;
    poll_began_ = at;
    between_polls_ = true;
    if (held <= longest_poll_) return;
    longest_poll_ = held;
    counters_->longest_poll.store(held.count(), std::memory_order_relaxed);
    counters_->longest_poll_job.store(job, std::memory_order_relaxed);
  }

  LiveRecord* record_;
  LiveCounters* counters_;
  Executor* executor_;
  ThinnedCount sampled_tasks_;
  Instant poll_began_{};
  bool between_polls_ = false;
  Duration longest_poll_{};
};

/// Two words, as each waiting job has one: what kind of wait it is is in the lowest bits of the world's address.
class [[nodiscard]] LiveExecutor::Wait : public Parked {
 public:
  enum class Kind : std::uint8_t { sleep_for, sleep_until, block, compute };

  Wait(LiveExecutor& world, Kind kind, Duration when) noexcept
      : Parked(reinterpret_cast<std::byte*>(&world) + static_cast<std::uintptr_t>(kind), when.count()) {
    static_assert(alignof(LiveExecutor) > kKinds);
  }

  bool await_ready() {
    const Kind kind = this->kind();
    if (kind == Kind::sleep_for || kind == Kind::sleep_until) return false;
    LiveExecutor& world = this->world();
    const Duration held(argument());
    const Instant began = world.executor_->now();
    if (kind == Kind::block) {
      sleep_until_monotonic(world.record_->monotonic(began + held));
    } else {
      use_cpu(held);
    }
    (void)world.executor_->now();  // so that what happens next is not dated before the wait
    return true;
  }
  void await_suspend(std::coroutine_handle<> waiting) {
    Executor& executor = *world().executor_;
    const bool until = kind() == Kind::sleep_until;
    const Duration when(argument());
    park(waiting);
    until ? executor.sleep(*this, Instant(when)) : executor.sleep(*this, std::max(when, Duration::zero()));
  }
  void await_resume() const noexcept {}

 private:
  static constexpr std::uintptr_t kKinds = 3;

  Kind kind() const noexcept { return static_cast<Kind>(reinterpret_cast<std::uintptr_t>(owner()) & kKinds); }
  LiveExecutor& world() const noexcept {
    return *reinterpret_cast<LiveExecutor*>(static_cast<std::byte*>(owner()) - static_cast<std::uintptr_t>(kind()));
  }
};

inline LiveExecutor::Wait LiveExecutor::sleep(Duration duration) {
  return Wait(*this, Wait::Kind::sleep_for, duration);
}
inline LiveExecutor::Wait LiveExecutor::sleep_until(Instant instant) {
  return Wait(*this, Wait::Kind::sleep_until, instant.time_since_epoch());
}
inline LiveExecutor::Wait LiveExecutor::block(Duration duration) {
  return Wait(*this, Wait::Kind::block, duration);
}
inline LiveExecutor::Wait LiveExecutor::compute(Duration duration) {
  return Wait(*this, Wait::Kind::compute, duration);
}

static_assert(World<LiveExecutor>);
static_assert(!ThreadWorld<LiveExecutor>);

}  // namespace spawnpoint
