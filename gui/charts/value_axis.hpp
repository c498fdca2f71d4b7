// SPDX-License-Identifier: GPL-3.0-or-later
// The range and the ticks of a chart's value axis: counts in tens, bytes in powers of two, linear or logarithmic. Pure
// values.
#pragma once

#include <string>
#include <vector>

#include "gui/charts/chart_content.hpp"

namespace spawnpoint::gui {

struct ValueTick {
  double value = 0;
  std::string label;
};

struct ValueAxis {
  double low = 0;
  double high = 1;
  std::vector<ValueTick> ticks;
};

/// "18.2 MiB" or "1,000,000".
std::string value_label(ChartUnit unit, double value);

/// Room for all values from `least` (the smallest above zero) to `most`, with about `wanted` ticks.
ValueAxis value_axis(ChartUnit unit, bool logarithmic, double least, double most, int wanted);

}  // namespace spawnpoint::gui
