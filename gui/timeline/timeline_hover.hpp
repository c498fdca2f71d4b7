// SPDX-License-Identifier: GPL-3.0-or-later
// What lies under the pointer, in words; and the selection with its Δ and the markers, which every view on the time
// axis shows.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QString>
#include <string>

#include "gui/theme/theme.hpp"
#include "gui/timeline/time_view.hpp"
#include "gui/timeline/timeline_picture.hpp"

namespace spawnpoint::gui {

/// Job, state, what it waits for in a run of this concurrency model, begin to end, and how long; of a band what its
/// rows do at that moment. Empty where nothing is.
QString hover_text(const TimelineData& data, const std::string& concurrency, const RowLayout& layout,
                   const TimeAxis& axis, const QRectF& plot, const QPointF& point);
/// "Δ 1.04 s": the selection's length and ends.
QString selection_text(const TimeRange& selection, Duration pixel);
/// Selection and markers over `plot`.
void paint_selection(QPainter& painter, const Theme& theme, const TimeView& view, const TimeAxis& axis,
                     const QRectF& plot, int pixels);

}  // namespace spawnpoint::gui
