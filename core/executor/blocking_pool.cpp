// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/blocking_pool.hpp"

#include <system_error>
#include <utility>

namespace spawnpoint {

BlockingPool::~BlockingPool() {
  std::deque<std::move_only_function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(calls_);
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void BlockingPool::submit(std::move_only_function<void()> call) {
  bool needs_thread = false;
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    needs_thread = idle_ < calls_.size() && threads_.size() < max_threads_;
  }
  if (!needs_thread) return has_work_.notify_one();
  try {
    threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error&) {
    // At a limit of threads the others do the work, if there are any.
    if (!threads_.empty()) return;
    const std::lock_guard lock(mutex_);
    calls_.pop_back();
    throw;
  }
}

void BlockingPool::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    has_work_.wait(lock, [this] { return stopping_ || !calls_.empty(); });
    --idle_;
    if (stopping_) return;
    std::move_only_function<void()> call = std::move(calls_.front());
    calls_.pop_front();
    lock.unlock();
    call();
    call = nullptr;
    lock.lock();
  }
}

}  // namespace spawnpoint
