// SPDX-License-Identifier: GPL-3.0-or-later
// Inches, points and pixels of exported figures.
#pragma once

namespace spawnpoint::gui {

inline constexpr double kMillimetresAnInch = 25.4;
inline constexpr double kPixelsAnInch = 96;
inline constexpr double kPointsAnInch = 72;
/// The text's height in a figure's own units.
inline constexpr double kFigureText = 11;

}  // namespace spawnpoint::gui
