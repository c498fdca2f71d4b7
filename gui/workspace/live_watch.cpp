// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/live_watch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

namespace spawnpoint::gui {
namespace {
/// How often those who draw get something new, at most.
constexpr std::chrono::milliseconds kTurn{30};

/// All but the rows, which is small.
void copy_curves(const Trace& from, Trace& to) {
  to.series = from.series;
  to.marks = from.marks;
  to.lanes = from.lanes;
  to.end = from.end;
  to.growing = from.growing;
}

}  // namespace

RunResult LiveWatch::follow(const Scenario& scenario, std::size_t run, const LiveOptions& live,
                            const std::stop_token& unwanted) {
  RunOptions options;
  options.stop = stop_.get_token();
  LiveRun process(scenario, run, options, live);
  for (auto due = std::chrono::steady_clock::now(); process.poll(); process.wait(kTurn)) {
    if (unwanted.stop_requested()) return {};  // ~LiveRun kills it.
    if (std::chrono::steady_clock::now() < due) continue;
    due = std::chrono::steady_clock::now() + kTurn;
    const Trace& growing = process.trace();
    auto curves = std::make_shared<Trace>();
    copy_curves(growing, *curves);
    {
      const std::lock_guard lock(mutex_);
      look_.progress = process.progress();
      look_.curves = std::move(curves);
    }
    copy(growing);
  }
  return process.result();
}

// Into memory that is there already, where it can be: fresh pages would cost far more than the copy.
void LiveWatch::copy(const Trace& growing) {
  {
    const std::lock_guard lock(mutex_);
    if (newest_) return;  // Not taken yet.
  }
  const auto spare =
      std::find_if(copies_.begin(), copies_.end(), [](const auto& kept) { return !kept || kept.use_count() == 1; });
  if (spare == copies_.end()) return;
  // Another thread may just have let go of it: what it read there was read before.
  std::atomic_thread_fence(std::memory_order_acquire);
  if (!*spare) {
    *spare = std::make_shared<Trace>();
    // Most jobs have two segments. Room costs nothing before it is used, and growing would copy all again.
    (*spare)->segments.reserve(growing.jobs.size() * 2);
  }
  Trace& to = **spare;
  for (std::size_t i = to.segments.size(); i < growing.segments.size(); ++i) to.segments.append(growing.segments[i]);
  to.jobs = growing.jobs;
  copy_curves(growing, to);
  const std::lock_guard lock(mutex_);
  newest_ = *spare;
}

LiveWatch::Look LiveWatch::look() const {
  const std::lock_guard lock(mutex_);
  return look_;
}

std::shared_ptr<const Trace> LiveWatch::take_record() {
  const std::lock_guard lock(mutex_);
  return std::exchange(newest_, nullptr);
}

}  // namespace spawnpoint::gui
