// SPDX-License-Identifier: GPL-3.0-or-later
// ModeledRecording: what both modeled worlds tell the record, and what they count on the way.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include "core/trace/recorder.hpp"
#include "core/trace/trace.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

class ModeledRecording {
 public:
  /// Without a recorder only counts are kept.
  explicit ModeledRecording(TraceRecorder* recorder) : recorder_(recorder) {}

  void enter(JobId job, JobState state, LaneId lane, Instant at) {
    if (state == JobState::done) ++completed_;
    if (recorder_ != nullptr) recorder_->enter(job, state, lane, at);
  }

  /// Notes a count and what it takes. Every maximum is exact; of the steps on the way there, those are left out that
  /// are smaller than a 256th of the maximum, so that a million threads do not make millions of points.
  template <class Values>
  void sample(std::int64_t count, Instant at, const Values& values) {
    const bool peak = count > peak_;
    peak_ = std::max(peak_, count);
    if (recorder_ == nullptr) return;
    const std::int64_t enough = std::max<std::int64_t>(peak_ / 256, 1);
    if (left_out_.above > 0 && peak_ - count >= enough) flush();
    if (std::abs(count - last_sampled_) >= enough || count <= 1) {
      left_out_.above = 0;
      last_sampled_ = count;
      values([&](SeriesKind kind, double value) { recorder_->sample(kind, at, value); });
    } else if (peak) {
      left_out_.above = count - last_sampled_;
      left_out_.at = at;
      left_out_.values = 0;
      values([&](SeriesKind kind, double value) { left_out_.value[left_out_.values++] = {kind, value}; });
    }
  }

  /// Records the maximum that was reached, if it was left out so far. To be called once the run is over.
  void flush() {
    if (left_out_.above == 0) return;
    last_sampled_ += left_out_.above;
    for (const auto& [kind, value] : std::span(left_out_.value).first(left_out_.values)) {
      recorder_->sample(kind, left_out_.at, value);
    }
    left_out_.above = 0;
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
  /// The highest count that was sampled.
  std::int64_t peak() const { return peak_; }
  const std::optional<FailurePoint>& failure() const { return failure_; }

 private:
  TraceRecorder* recorder_;
  std::int64_t completed_ = 0;
  std::int64_t peak_ = 0;
  std::int64_t last_sampled_ = 0;
  /// The newest maximum, while it is so little above the last sample that it is left out.
  struct {
    std::int64_t above = 0;  // the last sample; 0: there is none
    Instant at{};
    std::size_t values = 0;
    std::array<std::pair<SeriesKind, double>, kSeriesKinds> value{};
  } left_out_;
  std::optional<FailurePoint> failure_;
};

}  // namespace spawnpoint
