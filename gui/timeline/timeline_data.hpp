// SPDX-License-Identifier: GPL-3.0-or-later
// What a timeline draws: core's index of a record, under the words that views use for it.
#pragma once

#include <string>

#include "core/trace/trace_index.hpp"
#include "gui/time/time_axis.hpp"

namespace spawnpoint::gui {

using TimelineData = TraceIndex;
using TimelineRows = TraceRows;
using Failure = TraceIndex::Failure;

/// "main", "thread 3", "job 12", "queue".
std::string row_name(const TimelineData& data, std::size_t row);

}  // namespace spawnpoint::gui
