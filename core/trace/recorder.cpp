// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/recorder.hpp"

#include <algorithm>
#include <utility>

namespace spawnpoint {

namespace {
constexpr std::size_t kSegmentsAJob = 4;
constexpr std::size_t kMostReserved = 8'000'000;
// A thread of its own starts and, where it has slept, goes on; the main thread starts it in between.
constexpr std::size_t kTurnsAJob = 3;
}  // namespace

TraceRecorder::TraceRecorder(Trace& trace, std::size_t jobs) : trace_(&trace) {
  if (trace.jobs.size() < jobs) trace.jobs.resize(jobs);
  // A job in a thread of its own is queued, starts and waits. Room costs nothing before it is used, and growing would
  // copy all again.
  trace.segments.reserve(std::max(jobs, std::min(jobs * kSegmentsAJob, kMostReserved)));
  trace.growing = true;
}

void TraceRecorder::mark(Mark mark) {
  trace_->end = std::max(trace_->end, mark.at);
  if (mark.lane != kNoLane && mark.lane >= trace_->lanes) trace_->lanes = mark.lane + 1;
  trace_->marks.push_back(std::move(mark));
}

void TraceRecorder::set_cores(CoreId cores) {
  trace_->cores = cores;
  trace_->turns.reserve(std::min(trace_->jobs.size() * kTurnsAJob, kMostTurns));
}

void TraceRecorder::stop_turns(Instant at) {
  turns_are_full_ = true;
  trace_->turns_end = at;
  for (CoreId core = 0; core < running_.size(); ++core) {
    if (!std::exchange(running_[core].is_open, false) || running_[core].since >= at) continue;
    trace_->turns.append({core, running_[core].lane, running_[core].since, at});
  }
}

void TraceRecorder::finish(Instant at) {
  // A live thread may have read the clock after the main thread did for the last time.
  trace_->end = std::max(trace_->end, at);
  end_turns(trace_->end);
  trace_->growing = false;
  const JobTable& jobs = trace_->jobs;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    if (is_open(jobs.state[job]) && jobs.since[job] < at) {
      trace_->segments.append({jobs.lane[job], static_cast<JobId>(job), jobs.state[job], jobs.since[job], at});
    }
  }
}

}  // namespace spawnpoint
