// SPDX-License-Identifier: GPL-3.0-or-later
// Task<T>: a lazy coroutine. It starts when it is awaited (or started by its owner), hands its value or exception to
// the awaiter, and is cancelled by destroying it. It knows no executor: the same task runs on a plain thread, in the
// executor, or as a simulated thread.
#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/coroutine/after_task.hpp"
#include "core/coroutine/frame_arena.hpp"
#include "core/coroutine/resume.hpp"

namespace spawnpoint {

namespace detail {

class PromiseBase {
 public:
  static void* operator new(std::size_t size) { return FrameArena::current().allocate(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { FrameArena::deallocate(frame, size); }

  PromiseBase() noexcept = default;
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;

  /// A task that is `over` doesn't suspend at its end, which frees its frame.
  class FinalAwaiter {
   public:
    explicit FinalAwaiter(bool over) noexcept : over_(over) {}
    bool await_ready() const noexcept { return over_; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      const AfterTask& after = self.promise().after();
      switch (after.kind()) {
        case AfterTask::continuation:
          return transfer(after.handle());
        case AfterTask::completion:
          return transfer(after.completion_target().done());
        case AfterTask::join: {
          const JoinedChild child = after.joined_child();
          self.destroy();  // this awaiter is gone with it
          return transfer(child_done(child));
        }
        case AfterTask::nothing:
          break;
      }
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}

   private:
    bool over_;
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return FinalAwaiter(after_.leaves_quietly()); }
  void unhandled_exception() noexcept { after_.fail(std::current_exception()); }

  AfterTask& after() noexcept { return after_; }

 private:
  AfterTask after_;
};

template <class T>
class Promise : public PromiseBase {
 public:
  auto get_return_object() noexcept { return std::coroutine_handle<Promise>::from_promise(*this); }
  template <class U = T>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    if constexpr (std::is_reference_v<T>) {
      value_ = std::addressof(value);
    } else {
      value_.emplace(std::forward<U>(value));
    }
  }
  T take() {
    after().rethrow_failure();
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*value_);
    } else {
      return *std::move(value_);
    }
  }

 private:
  std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, std::optional<T>> value_{};
};

template <>
class Promise<void> : public PromiseBase {
 public:
  auto get_return_object() noexcept { return std::coroutine_handle<Promise>::from_promise(*this); }
  void return_void() const noexcept {}
  void take() { after().rethrow_failure(); }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using value_type = T;

  Task() noexcept = default;
  Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}  // made by the promise
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      coroutine_ = std::exchange(other.coroutine_, nullptr);
    }
    return *this;
  }
  /// Cancels: destroys the suspended frame and with it the tasks that it awaits. A task must not destroy itself.
  ~Task() { reset(); }

  /// Whether there is a task: false after a move and for a default-constructed one.
  explicit operator bool() const noexcept { return coroutine_ != nullptr; }
  bool started() const noexcept { return coroutine_.promise().after().started(); }
  bool done() const noexcept { return coroutine_.done(); }
  /// What a task that is done has ended with, where nobody awaits it to be told; null: all is well.
  std::exception_ptr error() const noexcept { return coroutine_.promise().after().error(); }
  std::coroutine_handle<> handle() const noexcept { return coroutine_; }

  /// For owners that are not coroutines: runs the task until it first suspends. Where nothing suspends, to its end.
  void start() {
    assert(!started());
    coroutine_.promise().after().mark_started();
    resume(coroutine_);
  }
  /// Who continues when the task ends. Set before it ends; awaiting the task sets it too.
  void on_done(std::coroutine_handle<> next) noexcept { coroutine_.promise().after().set(next); }
  void on_done(Completion& target) noexcept { coroutine_.promise().after().set(target); }

  /// The value of a task that is done; rethrows its exception. A value can be taken once.
  T result() {
    assert(done());
    return coroutine_.promise().take();
  }

  /// `co_await task` starts it if it has not started, and continues when it has ended.
  class Awaiter {
   public:
    explicit Awaiter(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {
      assert(coroutine_ && "an empty task was awaited");
    }
    bool await_ready() const noexcept { return coroutine_.done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) const noexcept {
      detail::AfterTask& after = coroutine_.promise().after();
      assert(after.kind() == detail::AfterTask::nothing && "a task has one awaiter");
      after.set(awaiter);
      if (after.started()) return std::noop_coroutine();
      after.mark_started();
      return transfer(coroutine_);
    }
    T await_resume() const { return coroutine_.promise().take(); }

   private:
    std::coroutine_handle<promise_type> coroutine_;
  };
  // A task could be its own awaiter, but GCC 12 copies an awaiter that is a lambda's captured variable.
  Awaiter operator co_await() const noexcept { return Awaiter(coroutine_); }

  /// For JoinSet: the frame is its own from here on, and frees itself at its end.
  std::coroutine_handle<> release_to(detail::JoinedChild child) && noexcept {
    assert(!started());
    coroutine_.promise().after().set(child);
    coroutine_.promise().after().mark_started();
    return std::exchange(coroutine_, nullptr);
  }

 private:
  void reset() noexcept {
    if (coroutine_) std::exchange(coroutine_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace spawnpoint
