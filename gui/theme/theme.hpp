// SPDX-License-Identifier: GPL-3.0-or-later
// Theme: every colour and font of the app as one value that is passed in. Colours are Okabe-Ito's, and each has a
// second code (position, hatch, dash or glyph), so that nothing is conveyed by colour alone.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <array>
#include <cstdint>

#include "core/trace/trace.hpp"
#include "models/result/result.hpp"

namespace spawnpoint::gui {

enum class ThemeKind : std::uint8_t { light, dark };

/// A state's second code besides its colour.
enum class Hatch : std::uint8_t { none, diagonal, horizontal, vertical };

struct StateStyle {
  QColor color;   ///< LIVE: filled with it. MODEL: outlined with it.
  QColor hollow;  ///< MODEL's inside: so light that it reads as empty.
  QColor label;   ///< Text on `color`.
  QColor lines;   ///< LIVE's hatch, on `color`.
  Hatch hatch = Hatch::none;

  const QColor& hatch_color(WorldKind world) const { return world == WorldKind::live ? lines : color; }
};

/// Of a scenario's text.
struct SyntaxColors {
  QColor table;
  QColor key;
  QColor string;
  QColor number;
  QColor comment;
};

/// So many lines of the failure map have colours of their own.
inline constexpr int kMapColors = 12;

struct Theme {
  ThemeKind kind = ThemeKind::light;
  QColor window;  ///< Behind panels.
  QColor base;    ///< Behind charts and timelines.
  QColor band;    ///< Every other row.
  QColor text;
  QColor muted;  ///< Secondary text, axis labels.
  QColor grid;
  QColor frame;
  QColor crosshair;
  QColor selection;     ///< With alpha.
  QColor accent;        ///< Highlight, focus.
  QColor failure;       ///< Marks and bars.
  QColor failure_text;  ///< The same for words, which need more contrast.
  QColor warning;       ///< Below the text, in the editor.
  QColor disabled;      ///< Icons of what cannot be done.
  QColor shade;         ///< Over all but what is pointed at, with alpha.
  SyntaxColors syntax;
  /// Of the failure map's lines: Okabe and Ito's and others, darkened or lightened until they stand out from `base`.
  /// None is that of failures.
  std::array<QColor, kMapColors> map;
  std::array<StateStyle, kJobStates> states;
  std::array<QColor, kSeriesKinds> series;

  const StateStyle& style(JobState state) const { return states[static_cast<std::size_t>(state)]; }
  const QColor& color(SeriesKind kind_of) const { return series[static_cast<std::size_t>(kind_of)]; }
  /// A named family at a size in pixels: the same picture on every screen, and no substitution in SVG and PDF.
  QFont font(int pixels = 12, bool bold = false) const;
  /// For QApplication together with the Fusion style: Qt 6.4 knows no colour scheme.
  QPalette palette() const;
  QPen pen(WorldKind world, const QColor& color, double width) const;  ///< MODEL dashed, LIVE solid.
};

Theme make_theme(ThemeKind kind);
/// Of two colours without alpha, as WCAG 2.1 has it: from 1 to 21.
double contrast(const QColor& a, const QColor& b);
/// What the desktop's own palette looks like: dark text on light, or the other way round.
ThemeKind kind_of(const QPalette& palette);

/// "MODEL" or "LIVE".
QString world_name(WorldKind world);

}  // namespace spawnpoint::gui
