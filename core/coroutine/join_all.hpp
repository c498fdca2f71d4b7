// SPDX-License-Identifier: GPL-3.0-or-later
// join_all and when_all: run tasks side by side and continue when all have ended. Destroying them cancels the children.
#pragma once

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/coroutine/join_set.hpp"

namespace spawnpoint {

/// Starts each task, in order, and ends when all have ended. Then rethrows the exception of the first, in order, that
/// threw.
inline Task<> join_all(std::vector<Task<>> tasks) {
  JoinSet children;
  for (Task<>& task : tasks) children.start(std::move(task));
  co_await children.all();
}

/// The same for the `count` tasks make(0), make(1), ...: each is made as it starts, so that a million need no array.
template <std::invocable<std::size_t> Make>
  requires std::same_as<std::invoke_result_t<Make&, std::size_t>, Task<>>
Task<> join_all(std::size_t count, Make make) {
  JoinSet children;
  for (std::size_t i = 0; i < count; ++i) children.start(make(i));
  co_await children.all();
}

namespace detail {

/// Counts tasks that keep their results.
class Countdown final : public Completion {
 public:
  Countdown() = default;
  template <class T>
  void start(Task<T>& task) {
    ++running_;
    task.on_done(*this);
    task.start();
  }

  bool await_ready() const noexcept { return running_ == 0; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  void await_resume() const noexcept {}

 private:
  std::coroutine_handle<> done() noexcept override {
    if (--running_ > 0 || !waiting_) return std::noop_coroutine();
    return waiting_;
  }

  std::size_t running_ = 0;
  std::coroutine_handle<> waiting_;
};

template <class T>
using NonVoid = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
NonVoid<T> take_result(Task<T>& task) {
  if constexpr (std::is_void_v<T>) {
    task.result();
    return {};
  } else {
    return task.result();
  }
}

}  // namespace detail

/// Runs the tasks side by side and gives all their values (std::monostate for Task<>). If tasks throw, the exception of
/// the first in order is rethrown once all have ended.
template <class... T>
Task<std::tuple<detail::NonVoid<T>...>> when_all(Task<T>... tasks) {
  detail::Countdown countdown;
  (countdown.start(tasks), ...);
  co_await countdown;
  co_return std::tuple<detail::NonVoid<T>...>{detail::take_result(tasks)...};
}

}  // namespace spawnpoint
