// SPDX-License-Identifier: GPL-3.0-or-later
// ModeledExecutor: the world of tasks in an executor with one thread, on the simulation.
//
// The executor's thread has a clock of its own, which runs ahead of the simulation's while the thread is busy: no other
// thread of the process could see the difference. An event that is due while the thread is busy is taken up as soon as
// the thread comes back to it, in the order of the due times: that is what an executor does.
//
// The limits on memory hold for it as for a process with threads. Where one more task meets one, what happens is what
// happens to a real program: std::bad_alloc leaves the concurrency model, or the process is killed.
#pragma once

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <utility>

#include "core/coroutine/task.hpp"
#include "core/simulation/end_of_time.hpp"
#include "core/simulation/simulation.hpp"
#include "models/kernel/kernel.hpp"
#include "models/kernel/process_memory.hpp"
#include "models/kernel/scheduler/throttle.hpp"
#include "models/kernel/spawn_checks.hpp"
#include "models/machine/profile.hpp"
#include "models/result/result.hpp"
#include "models/world/modeled_recording.hpp"
#include "models/world/world.hpp"

namespace spawnpoint {

class ModeledExecutor final : private Completion {
 public:
  class Wait;

  /// All must outlive the world.
  ModeledExecutor(Simulation& simulation, const Machine& machine, const Runtime& runtime,
                  const kernel::Kernel::Setup& setup, TraceRecorder* recorder);

  Instant now() const { return std::max(clock_, simulation_->now()); }
  Wait sleep(Duration duration);
  Wait sleep_until(Instant instant);
  /// Holds the executor's only thread.
  Wait block(Duration duration);
  Wait compute(Duration duration);

  Task<> task(Task<> task) {
    if (given_up_) [[unlikely]]
      give_up();
    spend(runtime_->task_spawn);
    if (tasks_ >= most_tasks_ || cannot_go_on_) [[unlikely]]
      end_by_memory();
    ++tasks_;
    ++made_;
    tasks_changed();
    return task;
  }

  void enter(JobId job, JobState state) {
    recording_.enter(job, state, 0, now());
    if (state == JobState::done) {
      note_poll(job);
      --tasks_;
      tasks_changed();
    } else if (state == JobState::waiting) {
      note_poll(job);
    }
  }

  /// At the program's end the simulation stops.
  void start(Task<> program);
  bool ended() const { return over_ || program_.done(); }
  /// Asked now and then while tasks compute or block, which is a single event however long it takes to compute: whether
  /// the run is to end there.
  void ask(std::function<bool()> must_end) { must_end_ = std::move(must_end); }
  /// To be called once the run is over; rethrows what the program has thrown.
  void finish();

  std::int64_t completed() const { return recording_.completed(); }
  const ModeledRecording& recording() const { return recording_; }
  /// The runtime's own: all tasks run on one of them.
  std::int64_t peak_threads() const { return own_threads_; }
  /// As Kernel::work.
  std::uint64_t work() const {
    const std::uint64_t ticks = throttle_ ? throttle_->ticks() : 0;
    return made_ * kEventsOfTask + holds_ / kHoldsOfEvent + ticks / kernel::Throttle::kTicksOfEvent;
  }
  /// What a quota has done to the executor's thread; nothing where it has none.
  std::optional<CoreUse> core_use() const;
  MemoryUse peak_memory() const;
  /// The longest time that a job held the thread without a break.
  Duration longest_poll() const { return longest_poll_; }
  JobId longest_poll_job() const { return longest_poll_job_; }

 private:
  /// Ends the program, whoever of its tasks is at it.
  struct GivenUp {};

  std::coroutine_handle<> done() noexcept override;
  // What takes as long as an event: so many times that a task holds the thread. The memory of a task takes as long as
  // so many events.
  static constexpr std::uint64_t kHoldsOfEvent = 2;
  static constexpr std::uint64_t kEventsOfTask = 2;

  /// A task has held the thread.
  void note_hold() {
    constexpr std::uint64_t kBetweenLooks = 128;
    ++holds_;
    if (given_up_ || (work() >= looked_at_ + kBetweenLooks && must_end())) give_up();
  }
  bool must_end();
  [[noreturn]] void give_up();
  /// The thread is busy for so long.
  void spend(Duration duration) { clock_ = before_the_end(after_computing(duration)); }
  Instant after_computing(Duration duration) { return throttle_ ? throttle_->run(now(), duration) : now() + duration; }
  /// A timer has fired: the thread wakes, if it slept, and polls the task.
  void woken();
  /// The thread sleeps from `from` to `until`.
  void note_sleep(Instant from, Instant until);
  void tasks_changed();
  kernel::ThreadCounts with_tasks(std::int64_t tasks) const;
  std::int64_t find_most_tasks() const;
  [[noreturn]] void end_by_memory();
  /// The modeled process ends here.
  void end_by(const kernel::Refusal& refusal);
  void note_poll(JobId job) {
    const Duration held = now() - poll_began_;
    if (held > longest_poll_) {
      longest_poll_ = held;
      longest_poll_job_ = job;
    }
    poll_began_ = now();
  }

  Simulation* simulation_;
  const Runtime* runtime_;
  const Costs* costs_;
  kernel::ProcessMemory memory_;
  kernel::SpawnChecks checks_;
  std::int64_t most_tasks_;  ///< That the limits on memory allow.
  std::int64_t own_threads_;
  ModeledRecording recording_;
  std::optional<kernel::Throttle> throttle_;  ///< By cpu.max.
  Task<> program_;
  Instant clock_{};
  std::int64_t tasks_ = 0;
  bool over_ = false;            ///< The modeled process was refused something.
  bool cannot_go_on_ = false;    ///< This process has no memory for it.
  bool given_up_ = false;        ///< Nobody wants the rest of it.
  std::uint64_t made_ = 0;       ///< Tasks.
  std::uint64_t holds_ = 0;      ///< Times that a task held the thread.
  std::uint64_t looked_at_ = 0;  ///< The work that had been done when the run was last asked whether it is to end.
  std::exception_ptr error_;     ///< What asking threw.
  std::function<bool()> must_end_;
  Instant poll_began_{};
  Duration slept_{};
  Duration longest_poll_{};
  JobId longest_poll_job_ = kNoJob;
};

class [[nodiscard]] ModeledExecutor::Wait {
 public:
  enum class Kind : std::uint8_t { timer, hold };

  Wait(ModeledExecutor& world, Kind kind, Instant until) noexcept : world_(&world), until_(until), kind_(kind) {}

  /// Whatever awaits a timer gives the thread away, also where the timer is due already.
  bool await_ready() const noexcept { return kind_ == Kind::hold; }
  void await_suspend(std::coroutine_handle<> waiting) {
    world_->spend(world_->runtime_->timer);
    // The timer may be due before the simulation's clock would notice: it is, at the earliest, now.
    const Instant due = before_the_end(std::max(until_, world_->simulation_->now()));
    try {
      world_->simulation_->schedule_resume(waiting, due);
    } catch (const std::bad_alloc&) {
      // Every further task would fail alike, one after the other.
      world_->cannot_go_on_ = true;
      throw;
    }
  }
  void await_resume() {
    if (kind_ == Kind::hold) {
      world_->clock_ = before_the_end(std::max(world_->now(), until_));
      world_->note_hold();
    } else {
      world_->woken();
    }
  }

 private:
  ModeledExecutor* world_;
  Instant until_;
  Kind kind_;
};

}  // namespace spawnpoint
