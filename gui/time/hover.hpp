// SPDX-License-Identifier: GPL-3.0-or-later
// The selection with its Δ and the markers, which every view on the time axis shows.
#pragma once

#include <QRectF>
#include <QString>

#include "gui/theme/theme.hpp"
#include "gui/time/time_view.hpp"

class QPainter;

namespace spawnpoint::gui {

/// "Δ 1.04 s": the selection's length and ends.
QString selection_text(const TimeRange& selection, Duration pixel);
/// Selection and markers over `plot`.
void paint_selection(QPainter& painter, const Theme& theme, const TimeView& view, const TimeAxis& axis,
                     const QRectF& plot, int pixels);

}  // namespace spawnpoint::gui
