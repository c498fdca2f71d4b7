// SPDX-License-Identifier: GPL-3.0-or-later
// TimeAxis: the mapping between a run's time and x, and all arithmetic of zooming and panning. Pure values, no Qt.
#pragma once

#include <string>
#include <vector>

#include "core/trace/time_range.hpp"
#include "core/units.hpp"

namespace spawnpoint::gui {

/// So narrow, in pixels, a chart's legend and a timeline's header still fit, in three rows.
inline constexpr int kNarrowestPlot = 226;

/// The range with its ends in order.
TimeRange ordered(Instant a, Instant b);
TimeRange intersection(const TimeRange& a, const TimeRange& b);

/// `range` is drawn from x = `left` over `width` pixels.
struct TimeAxis {
  TimeRange range;
  double left = 0;
  double width = 1;

  double x(Instant at) const;
  Instant time(double x) const;
  /// The time that one pixel covers; at least a nanosecond.
  Duration pixel() const;
};

/// Bounds of every view: never outside `extent`, never shorter than `shortest`.
struct TimeBounds {
  TimeRange extent;
  Duration shortest{100};
};

/// `range` made to fit the bounds: its length first, then its place.
TimeRange clamped(const TimeRange& range, const TimeBounds& bounds);
/// `factor` times as long (below 1 zooms in); `about` stays where it is on the screen, unless the bounds forbid it.
TimeRange zoomed(const TimeRange& range, Instant about, double factor, const TimeBounds& bounds);
TimeRange panned(const TimeRange& range, Duration by, const TimeBounds& bounds);

/// A moment as exactly as the view shows it: "1.034512 s" where a pixel is a microsecond.
std::string format_instant(Instant at, Duration resolution);

struct Tick {
  Instant at{};
  std::string label;  ///< The first one carries the unit: "0 s", "0.5", "1.0".
};
/// Round moments at least `spacing` pixels apart, over the axis's whole range.
std::vector<Tick> ticks(const TimeAxis& axis, double spacing);

}  // namespace spawnpoint::gui
