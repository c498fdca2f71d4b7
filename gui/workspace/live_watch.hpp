// SPDX-License-Identifier: GPL-3.0-or-later
// LiveWatch: a live run that goes on, followed by a thread of its own. Reading millions of rows and copying them for
// those who draw takes memory that the system must find first: the window's thread never waits for that.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "models/lab/live/live_run.hpp"

namespace spawnpoint::gui {

class LiveWatch {
 public:
  /// Starts the run. `options.stop` ends it, and its partial record is kept. Throws std::system_error where not even
  /// the thread that follows it can be had.
  LiveWatch(std::shared_ptr<const Scenario> scenario, std::size_t run, const RunOptions& options,
            const LiveOptions& live);
  LiveWatch(const LiveWatch&) = delete;
  LiveWatch& operator=(const LiveWatch&) = delete;
  /// Kills the run if it goes on, and waits for its end.
  ~LiveWatch();

  struct Look {
    Progress progress;
    /// The record without its rows, which is small: what charts want. Null before it began.
    std::shared_ptr<const Trace> curves;
    /// Not null: the run is over.
    std::shared_ptr<const RunResult> result;
  };
  /// How far it is.
  Look look() const;
  /// The record as it was a moment ago; it never changes. Null: no newer one than that which was taken last. Only two
  /// are made: who keeps an old one while another is drawn gets no new one.
  std::shared_ptr<const Trace> take_record();

 private:
  void follow(const Scenario& scenario, std::size_t run, const RunOptions& options, const LiveOptions& live,
              const std::stop_token& unwanted);
  void copy(const Trace& growing);

  mutable std::mutex mutex_;
  Look look_;
  std::shared_ptr<const Trace> newest_;
  /// Of the thread alone. Rows are only ever added, so only the new ones are copied.
  std::array<std::shared_ptr<Trace>, 2> copies_;
  std::jthread thread_;  // Last: it ends before anything else of this goes.
};

}  // namespace spawnpoint::gui
