// SPDX-License-Identifier: GPL-3.0-or-later
// By how much two runs differ over time: in threads, or in tasks where those are the many.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/trace/trace.hpp"
#include "gui/time/time_axis.hpp"

namespace spawnpoint::gui {

/// One of the two, drawn this much later on the shared axis.
struct ShiftedTrace {
  std::shared_ptr<const Trace> trace;
  Duration shift{};
  /// Threads that the program has without its jobs: they are not compared, as the worlds' programs are two.
  std::int64_t own_threads = 0;

  bool operator==(const ShiftedTrace&) const = default;
};

/// What both are compared by.
SeriesKind compared_series(const Trace& a, const Trace& b);

/// What a run has of it at a moment of the shared axis.
double compared_value(const ShiftedTrace& run, SeriesKind kind, Instant at);

/// From here on they cannot be compared, as one of them was stopped; kNever: they can to the end.
Instant comparable_until(const ShiftedTrace& first, const ShiftedTrace& second);

/// Within a stretch of time, `second` less `first`: its smallest and its largest value. A run that is over has 0; after
/// a stop there is no difference.
struct DifferenceCell {
  double low = 0;
  double high = 0;
  friend bool operator==(const DifferenceCell&, const DifferenceCell&) = default;
};
/// `columns` equal parts of `range`; no step is left out. Empty where a record is missing.
std::vector<DifferenceCell> differences(const ShiftedTrace& first, const ShiftedTrace& second, const TimeRange& range,
                                        int columns);

/// The largest difference of all, and when; from the whole records.
struct LargestDifference {
  Instant at{};
  double value = 0;
};
LargestDifference largest_difference(const ShiftedTrace& first, const ShiftedTrace& second);

}  // namespace spawnpoint::gui
