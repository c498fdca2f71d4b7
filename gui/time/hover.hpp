// SPDX-License-Identifier: GPL-3.0-or-later
// What every view on the time axis shows: the selection with its Δ, the markers, and moments in words.
#pragma once

#include <QRectF>
#include <QString>

#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"

class QPainter;

namespace spawnpoint::gui {

QString text_of(Duration duration);
/// As exact as a pixel is.
QString text_of(Instant at, Duration pixel);
/// "Δ 1.04 s": the selection's length and ends.
QString selection_text(const TimeRange& selection, Duration pixel);
/// Selection and markers over `plot`.
void paint_selection(QPainter& painter, const Theme& theme, const TimeView& view, const TimeAxis& axis,
                     const QRectF& plot, int pixels);

}  // namespace spawnpoint::gui
