// SPDX-License-Identifier: GPL-3.0-or-later
// What lies under the pointer, in words.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QString>
#include <string>

#include "gui/time/time_axis.hpp"
#include "gui/timeline/timeline_picture.hpp"

namespace spawnpoint::gui {

/// Job, state, what it waits for in a run of this concurrency model, begin to end, and how long; of a band what its
/// rows do at that moment. Empty where nothing is.
QString hover_text(const TimelineData& data, const std::string& concurrency, const RowLayout& layout,
                   const TimeAxis& axis, const QRectF& plot, const QPointF& point);

}  // namespace spawnpoint::gui
