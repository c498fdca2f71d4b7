// SPDX-License-Identifier: GPL-3.0-or-later
// Recorder: how a world reports what happens. One call per change of a job's state; segments follow from that.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// `enter` closes the job's last segment (an empty one leaves no row) and opens the next. The first state that is
/// none of queued, starting and ready is the job's start line, `done` its end line; a job that failed before it ran has
/// neither.
template <class R>
concept Recorder =
    requires(R recorder, JobId job, JobState state, LaneId lane, Instant at, SeriesKind kind, double value, Mark mark) {
      recorder.enter(job, state, lane, at);
      recorder.sample(kind, at, value);
      recorder.mark(mark);
    };

/// Records into a Trace in memory, from one thread: the modeled world's recorder, and the app's when it reads a live
/// record. `enter` is inline: a run of a million jobs calls it some three million times.
class TraceRecorder {
 public:
  /// `trace` gets room for `jobs` jobs and must outlive the recorder.
  TraceRecorder(Trace& trace, std::size_t jobs);
  /// From now on `trace` is written, which holds what the previous one held.
  void move_to(Trace& trace) { trace_ = &trace; }

  void enter(JobId job, JobState state, LaneId lane, Instant at) {
    JobTable& jobs = trace_->jobs;
    if (job >= jobs.size()) [[unlikely]]
      jobs.resize(std::size_t{job} + 1);
    // Two threads may read the clock in one order and record in the other: a job's own time never runs backwards.
    at = std::max(at, jobs.since[job]);
    const JobState last = jobs.state[job];
    if (is_open(last) && jobs.since[job] < at) {
      trace_->segments.append({jobs.lane[job], job, last, jobs.since[job], at});
    }
    jobs.state[job] = state;
    jobs.lane[job] = lane;
    jobs.since[job] = at;
    if (has_begun(state)) note_lines(jobs, job, state, at);
    if (lane != kNoLane && lane >= trace_->lanes) trace_->lanes = lane + 1;
    // When jobs will come may be recorded before they do.
    if (state != JobState::queued) trace_->end = std::max(trace_->end, at);
  }
  void sample(SeriesKind kind, Instant at, double value) { (*trace_)[kind].append(at, value); }
  void mark(Mark mark);
  /// A turn that is over, in the order of their ends.
  void add(Turn turn) {
    run(turn.core, turn.lane, turn.begin);
    idle(turn.core, turn.end);
  }
  /// Of what comes after `at`, no turns are known.
  void end_turns(Instant at) {
    if (!turns_are_full_) stop_turns(at);
  }
  /// How many cores the run may use: it will tell of their turns.
  void set_cores(CoreId cores);
  /// From `at` on the core has the thread; kNoLane: turns that are not told apart.
  void run(CoreId core, LaneId lane, Instant at) {
    idle(core, at);
    if (turns_are_full_) return;
    if (core >= running_.size()) running_.resize(std::size_t{core} + 1);
    running_[core] = {lane, at, true};
  }
  /// From `at` on the core has none.
  void idle(CoreId core, Instant at) {
    if (turns_are_full_ || core >= running_.size() || !running_[core].is_open) return;
    Running& running = running_[core];
    running.is_open = false;
    if (running.since < at) append({core, running.lane, running.since, at});
  }
  /// Closes the open segments at `at`, and the trace. Jobs keep the state that they were in.
  void finish(Instant at);

  /// What the job does now, as far as it was told.
  JobState state_of(JobId job) const { return job < trace_->jobs.size() ? trace_->jobs.state[job] : JobState::none; }

 private:
  // A record has to end somewhere: of what comes after these it is not told which core has which thread.
  static constexpr std::size_t kMostTurns = 4'000'000;
  /// What a core has now.
  struct Running {
    LaneId lane = kNoLane;
    Instant since{};
    bool is_open = false;
  };
  void append(const Turn& turn) {
    trace_->turns.append(turn);
    if (trace_->turns.size() == kMostTurns) [[unlikely]]
      stop_turns(turn.end);
  }
  void stop_turns(Instant at);

  void note_lines(JobTable& jobs, JobId job, JobState state, Instant at) {
    if (jobs.start_order[job] == 0 && state != JobState::failed) {
      jobs.started[job] = at;
      jobs.start_order[job] = ++order_;
    }
    if (state == JobState::done && jobs.end_order[job] == 0) {
      jobs.ended[job] = at;
      jobs.end_order[job] = ++order_;
    }
  }

  Trace* trace_;
  std::uint32_t order_ = 0;
  std::vector<Running> running_;  ///< By core.
  bool turns_are_full_ = false;
};

static_assert(Recorder<TraceRecorder>);

}  // namespace spawnpoint
