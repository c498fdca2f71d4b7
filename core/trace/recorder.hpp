// SPDX-License-Identifier: GPL-3.0-or-later
// Recorder: how a world tells what happens. One call per change of a job's state; segments follow from that.
#pragma once

#include <concepts>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// `enter` closes the job's last segment (an empty one leaves no row) and opens the next. The first state that is
/// neither queued nor starting is the job's start line, `done` its end line.
template <class R>
concept Recorder = requires(R recorder, JobId job, JobState state, LaneId lane, Instant at, SeriesKind kind, double value, Mark mark) {
  recorder.enter(job, state, lane, at);
  recorder.sample(kind, at, value);
  recorder.mark(mark);
};

/// Records into a Trace in memory, from one thread: the modeled world's recorder.
class TraceRecorder {
 public:
  /// `trace` gets room for `jobs` jobs and must outlive the recorder.
  TraceRecorder(Trace& trace, std::size_t jobs);

  void enter(JobId job, JobState state, LaneId lane, Instant at);
  void sample(SeriesKind kind, Instant at, double value) { (*trace_)[kind].append(at, value); }
  void mark(Mark mark);
  /// Closes the open segments at `at`, and the trace.
  void finish(Instant at);

 private:
  Trace* trace_;
  std::uint32_t order_ = 0;
};

}  // namespace spawnpoint
