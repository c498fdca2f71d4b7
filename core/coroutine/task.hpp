// SPDX-License-Identifier: GPL-3.0-or-later
// Task<T>: a lazy coroutine. It starts when it is awaited (or started by its owner), hands its value or exception to
// the awaiter, and is cancelled by destroying it. It knows no executor: the same task runs on a plain thread, in the
// executor, or as a simulated thread.
#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/coroutine/frame_arena.hpp"
#include "core/coroutine/resume.hpp"

namespace spawnpoint {

/// Is told that a task has ended: for owners that are no coroutines. The task keeps its result.
class Completion {
 public:
  /// Called in the task's final suspension; the task may be destroyed in here. Returns the coroutine to go on with,
  /// std::noop_coroutine() if there is none.
  virtual std::coroutine_handle<> done() noexcept = 0;

 protected:
  ~Completion() = default;
};

/// What the children of a JoinSet report to. A child's frame is freed before `child_done`.
class JoinTarget {
 public:
  virtual std::coroutine_handle<> child_done(std::size_t child) noexcept = 0;
  virtual void child_failed(std::size_t child, std::exception_ptr error) noexcept = 0;

 protected:
  ~JoinTarget() = default;
};

namespace detail {

/// What happens when a task ends. One word (every job of a million has one): a pointer and, in its low bits, its kind.
class AfterTask {
 public:
  enum Kind : std::uintptr_t { nothing = 0, continuation = 1, completion = 2, join = 3 };

  void set(std::coroutine_handle<> handle) { set(handle.address(), continuation); }
  void set(Completion& target) { set(&target, completion); }
  void set(JoinTarget& target) { set(&target, join); }
  void mark_started() { word_ |= kStarted; }

  bool started() const { return (word_ & kStarted) != 0; }
  Kind kind() const { return static_cast<Kind>(word_ & kKind); }
  std::coroutine_handle<> handle() const { return std::coroutine_handle<>::from_address(pointer()); }
  Completion& completion_target() const { return *static_cast<Completion*>(pointer()); }
  JoinTarget& join_target() const { return *static_cast<JoinTarget*>(pointer()); }

 private:
  static constexpr std::uintptr_t kKind = 3;
  static constexpr std::uintptr_t kStarted = 4;

  void set(void* pointer, Kind kind) { word_ = reinterpret_cast<std::uintptr_t>(pointer) | kind | (word_ & kStarted); }
  void* pointer() const { return reinterpret_cast<void*>(word_ & ~(kKind | kStarted)); }

  std::uintptr_t word_ = 0;
};

class PromiseBase {
 public:
  static void* operator new(std::size_t size) { return FrameArena::current().allocate(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { FrameArena::deallocate(frame, size); }

  PromiseBase() noexcept : child_(0) {}
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;
  ~PromiseBase() {
    if (after_.kind() != AfterTask::join) std::destroy_at(&error_);
  }

  struct FinalAwaiter {
    FinalAwaiter() noexcept {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      PromiseBase& promise = self.promise();
      switch (promise.after_.kind()) {
        case AfterTask::continuation:
          return transfer(promise.after_.handle());
        case AfterTask::completion:
          return transfer(promise.after_.completion_target().done());
        case AfterTask::join: {
          JoinTarget& target = promise.after_.join_target();
          const std::size_t child = promise.child_;
          self.destroy();  // this awaiter is gone with it
          return transfer(target.child_done(child));
        }
        case AfterTask::nothing:
          break;
      }
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return FinalAwaiter(); }
  void unhandled_exception() noexcept {
    if (after_.kind() == AfterTask::join) {
      after_.join_target().child_failed(child_, std::current_exception());
    } else {
      error_ = std::current_exception();
    }
  }

  void rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
  }
  AfterTask& after() { return after_; }
  /// From here on the frame belongs to `target`: it frees itself when the task ends.
  void join(JoinTarget& target, std::size_t child) {
    std::destroy_at(&error_);
    child_ = child;
    after_.set(target);
  }

 private:
  AfterTask after_;
  union {
    std::exception_ptr error_;
    std::size_t child_;  // a joined child's number; its exception goes to the JoinTarget at once
  };
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
    rethrow_error();
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
  void take() const { rethrow_error(); }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using value_type = T;

  Task() noexcept = default;
  Task(std::coroutine_handle<promise_type> coroutine) noexcept
      : coroutine_(coroutine) {}  // NOLINT: made by the promise
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
  std::coroutine_handle<> handle() const noexcept { return coroutine_; }

  /// For owners that are no coroutines: runs the task until it first suspends. Where nothing suspends, to its end.
  void start() {
    assert(!started());
    coroutine_.promise().after().mark_started();
    resume(coroutine_);
  }
  /// Who goes on when the task ends. Set before it ends; awaiting the task sets it too.
  void on_done(std::coroutine_handle<> next) noexcept { coroutine_.promise().after().set(next); }
  void on_done(Completion& target) noexcept { coroutine_.promise().after().set(target); }

  /// The value of a task that is done; rethrows its exception. A value can be taken once.
  T result() {
    assert(done());
    return coroutine_.promise().take();
  }

  /// Hands the frame to `target`: the task runs as its child number `child`, and frees itself at its end.
  std::coroutine_handle<> join(JoinTarget& target, std::size_t child) && noexcept {
    assert(!started());
    promise_type& promise = coroutine_.promise();
    promise.join(target, child);
    promise.after().mark_started();
    return std::exchange(coroutine_, nullptr);
  }

  // A task is its own awaiter: `co_await task` starts it if it has not started, and goes on when it has ended.
  bool await_ready() const noexcept {
    assert(coroutine_ && "an empty task was awaited");
    return coroutine_.done();
  }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    detail::AfterTask& after = coroutine_.promise().after();
    assert(after.kind() == detail::AfterTask::nothing && "a task has one awaiter");
    after.set(awaiter);
    if (after.started()) return std::noop_coroutine();
    after.mark_started();
    return transfer(coroutine_);
  }
  T await_resume() { return coroutine_.promise().take(); }

 private:
  void reset() noexcept {
    if (coroutine_) std::exchange(coroutine_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace spawnpoint
