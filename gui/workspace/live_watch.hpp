// SPDX-License-Identifier: GPL-3.0-or-later
// LiveWatch: a live run in progress, followed in the background. Reading millions of rows and copying them for those
// who draw takes memory that the system must find first: the window's thread never waits for that.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>

#include "models/lab/live/live_run.hpp"

namespace spawnpoint::gui {

class LiveWatch {
 public:
  LiveWatch() = default;
  LiveWatch(const LiveWatch&) = delete;
  LiveWatch& operator=(const LiveWatch&) = delete;

  /// Makes the run, for as long as it takes. When it is `unwanted` it is killed, and nothing is kept.
  RunResult follow(const Scenario& scenario, std::size_t run, const LiveOptions& live, const std::stop_token& unwanted);

  struct Look {
    Progress progress;
    /// The record without its rows, which is small: what charts want. Null before it began.
    std::shared_ptr<const Trace> curves;
  };
  // What follows is for another thread than the one that follows the run.

  /// Ends it; its partial record is kept.
  void stop() { stop_.request_stop(); }
  /// How far it is.
  Look look() const;
  /// The record as it was a moment ago; it never changes. Null: no newer one than that which was taken last. Only two
  /// are made: who keeps an old one while another is drawn gets no new one.
  std::shared_ptr<const Trace> take_record();

 private:
  void copy(const Trace& growing);

  std::stop_source stop_;
  mutable std::mutex mutex_;
  Look look_;
  std::shared_ptr<const Trace> newest_;
  /// Of the thread that follows it alone. Rows are only ever added, so only the new ones are copied.
  std::array<std::shared_ptr<Trace>, 2> copies_;
};

}  // namespace spawnpoint::gui
