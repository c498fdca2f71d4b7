// SPDX-License-Identifier: GPL-3.0-or-later
// What a job waits for in a state, and who started it, in words: the same over a timeline and in a job's details.
#pragma once

#include <QString>
#include <string>

#include "core/trace/trace.hpp"

namespace spawnpoint::gui {

/// "for a free worker"; empty where there is nothing to say. `concurrency` is the model's name; unknown ones are taken
/// for threads.
QString state_reason(JobState state, const std::string& concurrency);
/// "by the main thread, on a thread of its own"
QString started_by(const std::string& concurrency);

}  // namespace spawnpoint::gui
