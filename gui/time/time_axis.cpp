// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/time_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spawnpoint::gui {
namespace {

using Ns = std::int64_t;

Ns ns(Instant at) {
  return at.time_since_epoch().count();
}

/// 1, 2 or 5 times a power of ten, and beyond a minute the steps of a clock.
Ns nice_step(double least) {
  static constexpr std::array<Ns, 14> kClock = {60,   120,   300,   600,   900,   1800,   3600,
                                                7200, 10800, 21600, 43200, 86400, 172800, 864000};
  constexpr double kMinute = 60e9;
  if (least > kMinute / 2) {
    for (const Ns seconds : kClock) {
      if (static_cast<double>(seconds) * 1e9 >= least) return seconds * 1'000'000'000;
    }
  }
  Ns power = 1;
  while (static_cast<double>(power) * 10 <= least && power < 1'000'000'000'000'000'000 / 10) power *= 10;
  for (const Ns times : {1, 2, 5, 10}) {
    if (static_cast<double>(power * times) >= least) return power * times;
  }
  return power * 10;
}

struct Unit {
  double ns;
  const char* name;
};

Unit unit_for(Ns step) {
  if (step >= 3600'000'000'000) return {3600e9, "h"};
  if (step >= 60'000'000'000) return {60e9, "min"};
  if (step >= 1'000'000) return {1e9, "s"};
  if (step >= 10'000) return {1e6, "ms"};
  if (step >= 10) return {1e3, "µs"};
  return {1, "ns"};
}

std::string grouped(std::string text) {
  const auto point = std::min(text.find('.'), text.size());
  for (auto i = static_cast<std::ptrdiff_t>(point) - 3; i > (text[0] == '-' ? 1 : 0); i -= 3) {
    text.insert(static_cast<std::size_t>(i), ",");
  }
  return text;
}

}  // namespace

TimeRange ordered(Instant a, Instant b) {
  return a <= b ? TimeRange{a, b} : TimeRange{b, a};
}

TimeRange intersection(const TimeRange& a, const TimeRange& b) {
  TimeRange both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  if (both.end < both.begin) both.end = both.begin;
  return both;
}

double TimeAxis::x(Instant at) const {
  const double length = std::max<double>(1, static_cast<double>(range.length().count()));
  return left + static_cast<double>((at - range.begin).count()) / length * width;
}

Instant TimeAxis::time(double at_x) const {
  const double part = width > 0 ? (at_x - left) / width : 0;
  return range.begin + Duration(std::llround(part * static_cast<double>(range.length().count())));
}

Duration TimeAxis::pixel() const {
  return Duration(
      std::max<Ns>(1, width > 0 ? static_cast<Ns>(static_cast<double>(range.length().count()) / width) : 1));
}

TimeRange clamped(const TimeRange& range, const TimeBounds& bounds) {
  const Duration longest = std::max(bounds.extent.length(), bounds.shortest);
  const Duration length = std::clamp(range.length(), bounds.shortest, longest);
  // A shorter extent than the shortest view: show it from its beginning.
  const Instant last = std::max(bounds.extent.begin, bounds.extent.end - length);
  const Instant begin = std::clamp(range.begin, bounds.extent.begin, last);
  return {begin, begin + length};
}

TimeRange zoomed(const TimeRange& range, Instant about, double factor, const TimeBounds& bounds) {
  const double length = std::max<double>(1, static_cast<double>(range.length().count()));
  const double longest = static_cast<double>(std::max(bounds.extent.length(), bounds.shortest).count());
  const double wanted = std::clamp(length * factor, static_cast<double>(bounds.shortest.count()), longest);
  const double before = static_cast<double>((about - range.begin).count()) * wanted / length;
  const Instant begin = about - Duration(std::llround(before));
  return clamped({begin, begin + Duration(std::llround(wanted))}, bounds);
}

TimeRange panned(const TimeRange& range, Duration by, const TimeBounds& bounds) {
  return clamped({range.begin + by, range.end + by}, bounds);
}

std::string format_instant(Instant at, Duration resolution) {
  const double step = std::max(1.0, static_cast<double>(resolution.count()));
  const int decimals = std::clamp(static_cast<int>(std::ceil(9 - std::log10(step) - 1e-9)), 0, 9);
  return grouped(fmt::format("{:.{}f}", to_seconds(at), decimals)) + " s";
}

std::vector<Tick> ticks(const TimeAxis& axis, double spacing) {
  std::vector<Tick> result;
  if (axis.range.empty() || axis.width <= 0 || spacing <= 0) return result;
  // One label alone would not show how long anything takes: a narrow axis has its labels closer together.
  constexpr double kTwoLabels = 2.5;
  spacing = std::min(spacing, axis.width / kTwoLabels);
  const double least = static_cast<double>(axis.range.length().count()) / axis.width * spacing;
  const Ns step = nice_step(least);
  const Unit unit = unit_for(step);
  int decimals = 0;
  for (double rest = static_cast<double>(step) / unit.ns; rest < 0.999 && decimals < 9; rest *= 10) ++decimals;
  const Ns from = ns(axis.range.begin);
  Ns at = from / step * step;
  if (at < from) at += step;
  const Ns last = ns(axis.range.end);
  for (; at <= last; at += step) {
    std::string label = grouped(fmt::format("{:.{}f}", static_cast<double>(at) / unit.ns, at == 0 ? 0 : decimals));
    if (result.empty()) label += fmt::format(" {}", unit.name);
    result.push_back({Instant(Duration(at)), std::move(label)});
    if (at > last - step) break;
  }
  return result;
}

}  // namespace spawnpoint::gui
