// SPDX-License-Identifier: GPL-3.0-or-later
// ThinnedCount: a count over time, as a world tells it to its record. Every maximum is exact; of the steps on the way
// there, those are left out that are smaller than a 256th of the maximum, so that a million threads do not make
// millions of points.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include "core/trace/recorder.hpp"
#include "core/trace/trace.hpp"

namespace spawnpoint {

class ThinnedCount {
 public:
  /// The count is `count` from `at` on. `values(add)` calls add(kind, value) for each series that is to have a point
  /// then. Without a recorder only the maximum is kept.
  template <class R, class Values>
  void sample(R* recorder, std::int64_t count, Instant at, const Values& values) {
    const bool peak = count > peak_;
    peak_ = std::max(peak_, count);
    if (recorder == nullptr) return;
    const std::int64_t enough = std::max<std::int64_t>(peak_ / 256, 1);
    if (left_out_.above > 0 && peak_ - count >= enough) flush(recorder);
    if (std::abs(count - last_sampled_) >= enough || count <= 1) {
      left_out_.above = 0;
      last_sampled_ = count;
      values([&](SeriesKind kind, double value) { recorder->sample(kind, at, value); });
    } else if (peak) {
      left_out_.above = count - last_sampled_;
      left_out_.at = at;
      left_out_.values = 0;
      values([&](SeriesKind kind, double value) { left_out_.value[left_out_.values++] = {kind, value}; });
    }
  }

  /// Records the maximum that was reached, if it was left out so far. To be called once the run is over.
  template <class R>
  void flush(R* recorder) {
    if (left_out_.above == 0) return;
    last_sampled_ += left_out_.above;
    for (const auto& [kind, value] : std::span(left_out_.value).first(left_out_.values)) {
      recorder->sample(kind, left_out_.at, value);
    }
    left_out_.above = 0;
  }

  /// The highest count that was sampled.
  std::int64_t peak() const { return peak_; }

 private:
  std::int64_t peak_ = 0;
  std::int64_t last_sampled_ = 0;
  /// The newest maximum, while it is so little above the last sample that it is left out.
  struct {
    std::int64_t above = 0;  // the last sample; 0: there is none
    Instant at{};
    std::size_t values = 0;
    std::array<std::pair<SeriesKind, double>, kSeriesKinds> value{};
  } left_out_;
};

}  // namespace spawnpoint
