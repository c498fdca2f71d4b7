// SPDX-License-Identifier: GPL-3.0-or-later
// BlockingPool: a few threads for calls that hold their thread, so that the executor's own is never held.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace spawnpoint {

class BlockingPool {
 public:
  /// Threads are started as they are needed.
  explicit BlockingPool(std::size_t max_threads) noexcept : max_threads_(max_threads) {}
  /// Waits for the calls that run; those that have not begun are dropped.
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Throws std::system_error when no thread can be started at all.
  void submit(std::move_only_function<void()> call);

 private:
  void serve();

  const std::size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::move_only_function<void()>> calls_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // the submitting thread only
};

}  // namespace spawnpoint
