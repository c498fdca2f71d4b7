// SPDX-License-Identifier: GPL-3.0-or-later
// Marks of a run in words.
#pragma once

#include <QString>

#include "core/trace/trace.hpp"

namespace spawnpoint::gui {

/// What a mark says: its text, or its kind in words.
QString mark_text(const Mark& mark);

}  // namespace spawnpoint::gui
