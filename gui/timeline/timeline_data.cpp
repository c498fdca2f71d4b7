// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/timeline_data.hpp"

#include "models/result/format.hpp"

namespace spawnpoint::gui {

std::string row_name(const TimelineData& data, std::size_t row) {
  if (data.mode() == TimelineRows::jobs) return format_job(static_cast<JobId>(row));
  if (data.has_queue_row()) {
    if (row == 0) return "queue";
    --row;
  }
  return lane_name(static_cast<LaneId>(row));
}

}  // namespace spawnpoint::gui
