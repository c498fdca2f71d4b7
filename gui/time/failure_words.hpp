// SPDX-License-Identifier: GPL-3.0-or-later
// A failure in a few words, for a line or a mark.
#pragma once

#include <QString>

#include "models/result/result.hpp"

namespace spawnpoint::gui {

/// "✕ EAGAIN by pids.max"
QString failure_words(const FailurePoint& failure);

}  // namespace spawnpoint::gui
