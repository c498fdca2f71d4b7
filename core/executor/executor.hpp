// SPDX-License-Identifier: GPL-3.0-or-later
// Executor: runs tasks on one thread. Timers, wakers of other threads, and a pool for calls that block; it sleeps when
// nothing can run and says when nothing ever will.
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "core/coroutine/task.hpp"
#include "core/executor/blocking_pool.hpp"
#include "core/executor/ready_queue.hpp"
#include "core/executor/timer_queue.hpp"
#include "core/executor/waker.hpp"
#include "core/files/file_descriptor.hpp"
#include "core/units.hpp"

namespace spawnpoint {

/// Nothing is ready, nobody sleeps, and nobody is left who could wake the task: it would wait forever.
class Stalled : public std::runtime_error {
 public:
  Stalled() : std::runtime_error("the task waits for something that can never happen") {}
};

/// The thread that calls run() is the executor's; all but wakers belong to it. Frames of the tasks come from whichever
/// FrameArena is in scope: give a large run one of its own.
class Executor {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Outcome : bool { finished, stalled };

  struct Statistics {
    std::uint64_t polls = 0;  // resumptions by the run loop
    std::uint64_t timers_fired = 0;
    std::uint64_t waits = 0;  // times it slept
    /// The longest time that the thread was held. One poll's; where polls are short, that of up to 64 of them.
    Duration longest_poll{};
  };

  /// `start` is when its time begins: now() is measured from there. `growth` is of what it keeps for each sleeper.
  explicit Executor(Clock::time_point start = Clock::now(), FrameArena::Growth growth = FrameArena::Growth::frugal,
                    std::size_t blocking_threads = 8);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Runs `task` to its end, and everything that it has running side by side. Rethrows its exception. A stalled task is
  /// destroyed.
  [[nodiscard]] Outcome run(Task<> task);
  /// The same for a task with a value; throws Stalled.
  template <class T>
  T block_on(Task<T> task) {
    if (drive(task) == Outcome::stalled) throw Stalled();
    return task.result();
  }

  /// Reads the clock. Sleeps that have started before count from no later than this, so call it before holding the
  /// thread for long.
  Instant now() {
    const Instant now = read_clock();
    timers_.date(now);
    return now;
  }
  /// The last reading, for where a clock reading per job is too much: somewhat in the past, at most a few microseconds
  /// as long as no poll holds the thread.
  [[nodiscard]] Instant recent() const { return recent_; }

  class SleepFor;
  class SleepUntil;
  class Yield;
  template <class F>
  class Suspend;

  /// `co_await executor.sleep_for(1s)` always suspends, also for no time at all; it never ends early. By reference,
  /// because a copy would get a place of its own in the coroutine's frame.
  [[nodiscard]] SleepFor sleep_for(const Duration& duration) noexcept;
  [[nodiscard]] SleepUntil sleep_until(const Instant& deadline) noexcept;
  /// For awaiters that are not this class's: the coroutine of `parked` continues after a duration, or at an instant.
  template <class When>
  void sleep(Parked& parked, When when) {
    timers_.add(parked, when);
    if (timers_.undated() >= sleep_batch_) date_sleeps();
  }
  /// Lets all others that are ready run first.
  [[nodiscard]] Yield yield() noexcept;
  /// Suspends and calls hand_out(Waker): the coroutine continues after the waker's wake(). What hand_out throws comes
  /// out of the co_await.
  template <std::invocable<Waker> F>
  [[nodiscard]] Suspend<F> suspend(F hand_out);
  /// Runs `function` on a thread of the pool and gives its value or exception. Once begun it runs to its end, even if
  /// the task is cancelled.
  template <std::invocable F>
  Task<std::invoke_result_t<F&>> spawn_blocking(F function);

  /// Not from within a poll: as of the last reading of the clock.
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

 private:
  struct Root final : Completion {
    bool ended = false;
    std::coroutine_handle<> done() noexcept override {
      ended = true;
      return std::noop_coroutine();
    }
  };

  template <class T>
  Outcome drive(Task<T>& task) {
    Root root;
    task.on_done(root);
    const detail::Mailbox::Owner owner(*mailbox_);
    begin_poll();
    task.start();
    return run_until(root.ended) ? Outcome::finished : Outcome::stalled;
  }

  bool run_until(const bool& ended);
  /// Sleeps until a timer or a waker wants something; false if none ever can.
  bool wait();
  void set_timer(Instant wake);

  Instant read_clock() { return recent_ = Instant(std::chrono::duration_cast<Duration>(Clock::now() - start_)); }
  void begin_poll();
  void end_polls();
  void poll(Parked& parked) {
    resume(parked.coroutine());
    if (++polls_unread_ >= poll_batch_) end_polls();
  }
  void date_sleeps();

  Clock::time_point start_;
  Instant recent_{};
  FrameArena arena_;
  ReadyQueue ready_{arena_};
  TimerQueue timers_{arena_};
  std::unique_ptr<detail::Mailbox, detail::Mailbox::Close> mailbox_{new detail::Mailbox};
  FileDescriptor timer_;
  Instant timer_set_ = kNever;

  // A reading of the clock costs several times a job's turn, so turns share one while they are short.
  std::size_t sleep_batch_ = 1;
  std::size_t poll_batch_ = 1;
  std::size_t polls_unread_ = 0;
  Instant polls_began_{};
  Instant sleeps_dated_{};
  Statistics statistics_;
  BlockingPool pool_;
};

class Executor::SleepFor : public Parked {
 public:
  SleepFor(Executor& executor, Duration duration) noexcept
      : Parked(&executor, std::max(duration, Duration::zero()).count()) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    auto& executor = *static_cast<Executor*>(owner());
    const Duration duration(argument());
    park(coroutine);
    executor.sleep(*this, duration);
  }
  void await_resume() const noexcept {}
};

class Executor::SleepUntil : public Parked {
 public:
  SleepUntil(Executor& executor, Instant deadline) noexcept : Parked(&executor, deadline.time_since_epoch().count()) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    auto& executor = *static_cast<Executor*>(owner());
    const Instant deadline{Duration(argument())};
    park(coroutine);
    executor.sleep(*this, deadline);
  }
  void await_resume() const noexcept {}
};

class Executor::Yield : public Parked {
 public:
  explicit Yield(Executor& executor) noexcept : Parked(&executor, 0) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    auto& executor = *static_cast<Executor*>(owner());
    park(coroutine);
    executor.ready_.push(*this);
  }
  void await_resume() const noexcept {}
};

template <class F>
class Executor::Suspend : public Parked {
 public:
  Suspend(Executor& executor, F hand_out) : Parked(&executor, 0), hand_out_(std::move(hand_out)) {}
  ~Suspend() {
    if (cell_ != nullptr) cell_->drop_awaiter();
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    auto& executor = *static_cast<Executor*>(owner());
    park(coroutine);
    cell_ = &executor.mailbox_->suspend(*this);
    hand_out_(Waker(*cell_));
  }
  void await_resume() const noexcept {}

 private:
  F hand_out_;
  detail::WakeCell* cell_ = nullptr;
};

inline Executor::SleepFor Executor::sleep_for(const Duration& duration) noexcept {
  return SleepFor(*this, duration);
}
inline Executor::SleepUntil Executor::sleep_until(const Instant& deadline) noexcept {
  return SleepUntil(*this, deadline);
}
inline Executor::Yield Executor::yield() noexcept {
  return Yield(*this);
}

template <std::invocable<Waker> F>
Executor::Suspend<F> Executor::suspend(F hand_out) {
  return Suspend<F>(*this, std::move(hand_out));
}

namespace detail {

/// A call and its outcome, shared by the pool's thread and the task that waits.
template <class F>
class BlockingCall {
 public:
  using Result = std::invoke_result_t<F&>;

  explicit BlockingCall(F function) : function_(std::move(function)) {}
  void run() noexcept {
    try {
      if constexpr (std::is_void_v<Result>) {
        function_();
      } else {
        value_.emplace(function_());
      }
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  Result take() {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<Result>) return *std::move(value_);
  }

 private:
  F function_;
  std::optional<std::conditional_t<std::is_void_v<Result>, char, Result>> value_;
  std::exception_ptr error_;
};

}  // namespace detail

template <std::invocable F>
Task<std::invoke_result_t<F&>> Executor::spawn_blocking(F function) {
  auto call = std::make_shared<detail::BlockingCall<F>>(std::move(function));
  const auto submit = [this, &call](Waker waker) {
    pool_.submit([call, waker = std::move(waker)] {
      call->run();
      waker.wake();
    });
  };
  co_await suspend(submit);
  co_return call->take();
}

}  // namespace spawnpoint
