// SPDX-License-Identifier: GPL-3.0-or-later
// Curve: how a step function is drawn that may change more often than there are pixels: exactly where its steps can be
// told apart; elsewhere as its mean, before a band from its lowest to its highest value.
#pragma once

#include <vector>

#include "gui/charts/chart_content.hpp"

namespace spawnpoint::gui {

struct Curve {
  /// The lowest and the highest value from one column of pixels to the next.
  struct Reach {
    double at = 0;  ///< Seconds.
    double low = 0;
    double high = 0;
  };

  std::vector<Corner> line;
  /// Where the line is a mean; between such stretches it has no height. Empty: the line is exact everywhere.
  std::vector<Reach> band;

  /// On the line.
  double at(double seconds) const;
};

/// Over `pixels` equal parts of `range`, with a band where the function turns several times within a few of them. As
/// with `corners`, of which there is room for `detail` within a pixel, nothing is lost: the band reaches each peak, in
/// its own pixel.
Curve curve(const Series& series, const TimeRange& range, Instant end, int pixels, int detail = 1);

}  // namespace spawnpoint::gui
