// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/value_axis.hpp"

#include <algorithm>
#include <cmath>

#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// As high as the highest line, and a little more.
constexpr double kHeadRoom = 1.08;

double linear_step(ChartUnit unit, double least) {
  if (unit == ChartUnit::bytes) return std::exp2(std::ceil(std::log2(std::max(1.0, least))));
  const double power = std::pow(10, std::floor(std::log10(std::max(1.0, least))));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (power * times >= least * (1 - 1e-9)) return power * times;
  }
  return power * 10;
}

}  // namespace

std::string value_label(ChartUnit unit, double value) {
  const auto whole = static_cast<std::int64_t>(std::llround(value));
  return unit == ChartUnit::bytes ? format_bytes(Bytes{whole}) : format_count(whole);
}

ValueAxis value_axis(ChartUnit unit, bool logarithmic, double least, double most, int wanted) {
  ValueAxis axis;
  wanted = std::max(2, wanted);
  // Labels are whole numbers of 64 bits, and an axis without an end would have ticks without an end.
  most = std::clamp(most, 1.0, 1e18);
  if (!logarithmic) {
    axis.high = most * kHeadRoom;
    double step = linear_step(unit, axis.high / wanted);
    // A zero alone would not show how much anything is.
    if (step > most) step = linear_step(unit, step / 4);
    for (double value = 0; value <= axis.high; value += step) axis.ticks.push_back({value, value_label(unit, value)});
    return axis;
  }
  const double base = unit == ChartUnit::bytes ? 2 : 10;
  least = std::clamp(least, 1.0, most);
  // A little space below the lowest line.
  const double from = std::floor(std::log(std::max(1.0, least / 1.3)) / std::log(base) + 1e-9);
  // … and above the highest one, in pixels however far apart they are: its glyphs are not cut off.
  const double top = std::log(most * 1.3) / std::log(base);
  const double to = std::max({from + 1, top, from + (std::log(most) / std::log(base) - from) * kHeadRoom});
  // A tick each 1, 2, 4, 10 … powers, so that they stay apart; but one alone would not show how far a line goes.
  const auto first = [from](double step) { return std::ceil(from / step) * step; };
  double every = 1;
  for (const double candidate : {2.0, 3.0, 4.0, 5.0, 10.0, 20.0}) {
    if ((to - from) / every <= wanted || first(candidate) + candidate > to) break;
    every = candidate;
  }
  axis.low = std::pow(base, from);
  axis.high = std::pow(base, to);
  for (double power = first(every); power <= to; power += every) {
    const double value = std::pow(base, power);
    axis.ticks.push_back({value, value_label(unit, value)});
  }
  return axis;
}

}  // namespace spawnpoint::gui
