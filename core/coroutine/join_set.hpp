// SPDX-License-Identifier: GPL-3.0-or-later
// JoinSet: any number of child tasks that run side by side. Each child's frame is freed as it ends. What is kept for a
// living one is one bit, plus its address as part of a run of equally spaced frames, as the arena makes them.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <vector>

#include "core/coroutine/task.hpp"

namespace spawnpoint {

class JoinSet {
 public:
  JoinSet() = default;
  /// Cancels the children that have not ended.
  ~JoinSet();
  JoinSet(const JoinSet&) = delete;
  JoinSet& operator=(const JoinSet&) = delete;

  /// Starts `child` at once: it runs until it first suspends, or to its end.
  void start(Task<> child);
  /// Children that have not ended.
  [[nodiscard]] std::size_t running() const { return running_; }

  /// `co_await set.all()` continues when no child runs any more; then rethrows the exception of the child that was
  /// started first among those that threw.
  class All {
   public:
    explicit All(JoinSet& set) noexcept : set_(&set) {}
    All(const All&) = delete;
    All& operator=(const All&) = delete;
    ~All() { set_->waiting_ = nullptr; }
    bool await_ready() const noexcept { return set_->running_ == 0; }
    void await_suspend(std::coroutine_handle<> waiting) const noexcept { set_->waiting_ = waiting; }
    void await_resume() const { set_->rethrow_error(); }

   private:
    JoinSet* set_;
  };
  All all() noexcept { return All(*this); }

 private:
  friend bool detail::child_leaves(detail::JoinedChild child) noexcept;
  friend std::coroutine_handle<> detail::child_done(detail::JoinedChild child) noexcept;
  friend void detail::child_failed(detail::JoinedChild child, std::exception_ptr error) noexcept;

  void add_chunk();
  void remove(detail::JoinedChild child) noexcept;
  void free_chunk(std::size_t index) noexcept;
  void rethrow_error();

  std::vector<detail::JoinChunk*> chunks_;  // null where all children have ended
  detail::JoinChunk* last_ = nullptr;       // takes the next child
  std::size_t running_ = 0;
  std::coroutine_handle<> waiting_;
  std::exception_ptr error_;
  std::size_t failed_child_ = 0;
};

}  // namespace spawnpoint
