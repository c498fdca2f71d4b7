// SPDX-License-Identifier: GPL-3.0-or-later
// ModeledRecording: what both modeled worlds tell the record, and what they count on the way.
#pragma once

#include <cstdint>
#include <optional>

#include "core/trace/recorder.hpp"
#include "core/trace/trace.hpp"
#include "models/result/result.hpp"
#include "models/world/thinned_count.hpp"

namespace spawnpoint {

class ModeledRecording {
 public:
  /// Without a recorder only counts are kept.
  explicit ModeledRecording(TraceRecorder* recorder) : recorder_(recorder) {}

  [[gnu::always_inline]] void enter(JobId job, JobState state, LaneId lane, Instant at) {
    ++steps_;
    if (state == JobState::done) ++completed_;
    if (recorder_ != nullptr) recorder_->enter(job, state, lane, at);
  }

  /// Notes a count and what it takes; see ThinnedCount.
  template <class Values>
  void sample(std::int64_t count, Instant at, const Values& values) {
    count_.sample(recorder_, count, at, values);
  }

  /// Notes a size that does not follow the count: its own maximum is what counts.
  void sample_size(SeriesKind kind, Bytes size, Instant at) {
    size_.sample(recorder_, size.count, at, [&](const auto& add) { add(kind, static_cast<double>(size.count)); });
  }

  /// Notes how many threads run or could run from `at` on.
  void sample_runnable(std::int64_t threads, Instant at) {
    if (recorder_ == nullptr) return;
    runnable_.sample(recorder_, threads, at,
                     [&](const auto& add) { add(SeriesKind::runnable, static_cast<double>(threads)); });
  }

  /// Records the maxima that were left out so far. To be called once the run is over.
  void flush() {
    if (recorder_ == nullptr) return;
    count_.flush(recorder_);
    size_.flush(recorder_);
    runnable_.flush(recorder_);
  }

  /// The first failure counts, but the death of the process more than that.
  void fail(const FailurePoint& failure, LaneId lane, MarkKind kind) {
    if (failure_ && kind == MarkKind::failure) return;
    failure_ = failure;
    if (recorder_ == nullptr) return;
    flush();
    if (failure.job != kNoJob) recorder_->enter(failure.job, JobState::failed, lane, failure.at);
    recorder_->mark(Mark{kind, failure.at, lane, failure.job, failure.message});
  }

  TraceRecorder* recorder() const { return recorder_; }
  std::int64_t completed() const { return completed_; }
  /// How often a job has begun or ended something.
  std::uint64_t steps() const { return steps_; }
  /// The highest count that was sampled.
  std::int64_t peak() const { return count_.peak(); }
  const std::optional<FailurePoint>& failure() const { return failure_; }

 private:
  TraceRecorder* recorder_;
  std::int64_t completed_ = 0;
  std::uint64_t steps_ = 0;
  ThinnedCount count_;
  ThinnedCount size_;
  ThinnedCount runnable_;
  std::optional<FailurePoint> failure_;
};

}  // namespace spawnpoint
