// SPDX-License-Identifier: GPL-3.0-or-later
// What a timeline draws: core's index of a record, under the words that views use for it.
#pragma once

#include <QString>
#include <string>

#include "core/trace/trace_index.hpp"
#include "gui/time/time_axis.hpp"
#include "models/result/result.hpp"

namespace spawnpoint::gui {

using TimelineData = TraceIndex;
using TimelineRows = TraceRows;
using Failure = TraceIndex::Failure;

/// "main", "thread 3", "job 12", "core 0", "queue".
std::string row_name(const TimelineData& data, std::size_t row);
/// Whose turn on a core's row it is: "thread 3", or that turns are not told apart.
QString turn_name(const Segment& turn);
/// Why there are no rows, and what of them is not there; empty where nothing is missing.
QString missing_rows(const TimelineData& data, WorldKind world);

}  // namespace spawnpoint::gui
