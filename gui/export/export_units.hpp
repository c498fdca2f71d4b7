// SPDX-License-Identifier: GPL-3.0-or-later
// Inches, points and pixels of exported figures.
#pragma once

#include "gui/export/export.hpp"

namespace spawnpoint::gui {

inline constexpr double kMillimetresAnInch = 25.4;
inline constexpr double kPixelsAnInch = 96;
inline constexpr double kPointsAnInch = 72;
/// The text's height in a figure's own units.
inline constexpr double kFigureText = 11;

/// Units of a figure per inch of the page.
inline double units_an_inch(const ExportSize& size) {
  return kFigureText / (size.text_points / kPointsAnInch);
}

}  // namespace spawnpoint::gui
