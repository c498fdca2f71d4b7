// SPDX-License-Identifier: GPL-3.0-or-later
// What happens between two moments, the ends of a selection or the markers A and B: time, threads, memory, jobs.
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "gui/theme/theme.hpp"
#include "gui/time/time_axis.hpp"
#include "models/result/result.hpp"

namespace spawnpoint::gui {

/// One world's run, drawn this much later on the shared axis.
struct ShiftedResult {
  std::shared_ptr<const RunResult> result;
  Duration shift{};
};

/// As HTML: for each world the values at both ends and their Δ. `markers`: the ends are A and B.
QString range_details(const TimeRange& range, bool markers, const std::vector<ShiftedResult>& results,
                      const Theme& theme);

/// Jobs that started, and that ended, within the range of the record's own time; both ends belong to it.
struct JobsWithin {
  std::int64_t started = 0;
  std::int64_t ended = 0;
};
JobsWithin jobs_within(const Trace& trace, const TimeRange& range);

}  // namespace spawnpoint::gui
