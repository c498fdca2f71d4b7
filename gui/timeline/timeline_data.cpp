// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/timeline_data.hpp"

#include <QObject>

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {

std::string row_name(const TimelineData& data, std::size_t row) {
  if (data.mode() == TimelineRows::jobs) return format_job(static_cast<JobId>(row));
  if (data.mode() == TimelineRows::cores) return core_name(static_cast<CoreId>(row));
  if (data.has_queue_row()) {
    if (row == 0) return "queue";
    --row;
  }
  return format_lane(static_cast<LaneId>(row));
}

QString turn_name(const Segment& turn) {
  return turn.lane == kNoLane ? QStringLiteral("turns not told apart") : to_qstring(format_lane(turn.lane));
}

QString missing_rows(const TimelineData& data, WorldKind world) {
  if (data.mode() != TimelineRows::cores) return {};
  const Trace& trace = data.trace();
  if (data.rows() == 0) {
    if (trace.growing) return QObject::tr("Which core had which thread is told once the run is over.");
    return world == WorldKind::modeled
               ? QObject::tr("Not told here. Runs on threads tell which core has which thread; older records do not.")
               : QObject::tr(
                     "Not told here. Live runs on threads tell which core has which thread while jobs compute.");
  }
  if (trace.turns_end >= trace.end) return {};
  return QObject::tr("cores until %1").arg(to_qstring(format_duration(trace.turns_end.time_since_epoch())));
}

}  // namespace spawnpoint::gui
