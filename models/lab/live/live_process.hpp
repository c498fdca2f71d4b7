// SPDX-License-Identifier: GPL-3.0-or-later
// LiveProcess: the worker as its parent sees it: started, let go, watched, killed, and waited for.
#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "core/files/file_descriptor.hpp"
#include "core/units.hpp"
#include "models/lab/live/live_plan.hpp"

namespace spawnpoint {

/// What /proc/PID/status says of memory and threads.
struct ProcessSample {
  Bytes resident{};  ///< Without what is shared: the run's record.
  Bytes virtual_size{};
  Bytes page_tables{};
  std::int64_t threads = 0;
};

class LiveProcess {
 public:
  /// Why this process cannot have one; empty: it can.
  static std::string refusal();
  /// Starts `program` as a worker that waits for release(). It gets the plan, the trace's file, and nothing else of
  /// this process: all other files are closed.
  static std::expected<LiveProcess, std::string> start(const std::filesystem::path& program, const LivePlan& plan,
                                                       int trace_fd);

  LiveProcess(LiveProcess&& other) noexcept;
  LiveProcess& operator=(LiveProcess&&) = delete;
  /// Kills it if it still runs, and waits for its end.
  ~LiveProcess();

  pid_t pid() const { return pid_; }
  void release();
  void kill();
  /// Its wait status, once it has ended. Of the process that ran the jobs, where that was another one.
  std::optional<int> status();
  /// Waits until it ends, or for `timeout`.
  void wait(Duration timeout);

  LiveBoard& board() { return *board_; }
  const LiveBoard& board() const { return *board_; }
  /// Memory and threads now; no value where the process cannot be looked at.
  std::optional<ProcessSample> sample() const;
  /// How many of its threads run or could run now: a look at each thread's state, about 10 us for each. No value where
  /// the process cannot be looked at.
  std::optional<std::int64_t> runnable() const;
  /// The last text that it wrote to standard error.
  std::string last_words() const;

 private:
  LiveProcess() = default;
  /// The file that the worker shares: the board, and behind it the plan.
  std::expected<FileDescriptor, std::string> lay_out_board(const LivePlan& plan);

  pid_t pid_ = -1;
  std::optional<int> status_;
  FileDescriptor handle_;    ///< A pidfd, where the kernel has them.
  FileDescriptor lifeline_;  ///< The worker dies when it closes.
  FileDescriptor errors_;
  LiveBoard* board_ = nullptr;
};

}  // namespace spawnpoint
