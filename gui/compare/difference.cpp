// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/compare/difference.hpp"

#include <algorithm>
#include <cmath>

namespace spawnpoint::gui {
namespace {

/// Goes through a record's steps in the order of the shared axis; after its end it is 0.
class Steps {
 public:
  Steps(const ShiftedTrace& of, SeriesKind kind)
      : series_((*of.trace)[kind]),
        shift_(of.shift),
        end_(of.trace->end + of.shift),
        own_(kind == SeriesKind::threads ? static_cast<double>(of.own_threads) : 0) {}

  /// The value that holds at `at`, which never decreases from call to call.
  double value(Instant at) {
    if (at >= end_) return 0;
    while (next_ < series_.time.size() && series_.time[next_] + shift_ <= at) ++next_;
    return next_ == 0 ? 0 : std::max(series_.value[next_ - 1] - own_, 0.0);
  }
  /// The first moment after `at` at which it may change.
  Instant next(Instant at) const {
    if (at >= end_) return kNever;
    return next_ < series_.time.size() ? std::min(series_.time[next_] + shift_, end_) : end_;
  }
  /// Goes to `at` at once.
  void skip_to(Instant at) {
    next_ = static_cast<std::size_t>(std::upper_bound(series_.time.begin(), series_.time.end(), at - shift_) -
                                     series_.time.begin());
  }

 private:
  const Series& series_;
  Duration shift_;
  Instant end_;
  double own_;
  std::size_t next_ = 0;
};

/// A run that was stopped says nothing of what comes after.
Instant comparable_until(const ShiftedTrace& run) {
  for (const Mark& mark : run.trace->marks)
    if (mark.kind == MarkKind::stopped) return run.trace->end + run.shift;
  return kNever;
}

}  // namespace

Instant comparable_until(const ShiftedTrace& first, const ShiftedTrace& second) {
  return std::min(comparable_until(first), comparable_until(second));
}

SeriesKind compared_series(const Trace& a, const Trace& b) {
  // What jobs made: a runtime may have threads of its own from the start.
  const auto made = [](const Series& series) { return series.empty() ? 0 : series.maximum() - series.value.front(); };
  const auto most = [&](SeriesKind kind) { return std::max(made(a[kind]), made(b[kind])); };
  return most(SeriesKind::tasks) > most(SeriesKind::threads) ? SeriesKind::tasks : SeriesKind::threads;
}

double compared_value(const ShiftedTrace& run, SeriesKind kind, Instant at) {
  Steps steps(run, kind);
  steps.skip_to(at);
  return steps.value(at);
}

std::vector<DifferenceCell> differences(const ShiftedTrace& first, const ShiftedTrace& second, const TimeRange& range,
                                        int columns) {
  std::vector<DifferenceCell> cells;
  if (!first.trace || !second.trace || columns <= 0 || range.end <= range.begin) return cells;
  const SeriesKind kind = compared_series(*first.trace, *second.trace);
  Steps a(first, kind);
  Steps b(second, kind);
  a.skip_to(range.begin);
  b.skip_to(range.begin);
  cells.reserve(static_cast<std::size_t>(columns));
  Instant at = range.begin;
  const Instant until = comparable_until(first, second);
  const TimeAxis axis{range, 0, static_cast<double>(columns)};
  for (int column = 0; column < columns; ++column) {
    const double begins = b.value(at) - a.value(at);
    DifferenceCell cell{begins, begins};
    if (at >= until) cell = {};
    const Instant edge = column + 1 == columns ? range.end : axis.time(column + 1);
    while (at < edge) {
      const Instant next = std::min(a.next(at), b.next(at));
      if (next >= edge || next >= until) break;
      at = next;
      const double now = b.value(at) - a.value(at);
      cell.low = std::min(cell.low, now);
      cell.high = std::max(cell.high, now);
    }
    at = std::max(at, edge);
    cells.push_back(cell);
  }
  return cells;
}

LargestDifference largest_difference(const ShiftedTrace& first, const ShiftedTrace& second) {
  LargestDifference largest;
  if (!first.trace || !second.trace) return largest;
  const SeriesKind kind = compared_series(*first.trace, *second.trace);
  Steps a(first, kind);
  Steps b(second, kind);
  const Instant until = comparable_until(first, second);
  for (Instant at{}; at < until; at = std::min(a.next(at), b.next(at))) {
    const double now = b.value(at) - a.value(at);
    if (std::abs(now) > std::abs(largest.value)) largest = {at, now};
  }
  return largest;
}

}  // namespace spawnpoint::gui
