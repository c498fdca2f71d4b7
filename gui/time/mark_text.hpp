// SPDX-License-Identifier: GPL-3.0-or-later
// Marks of a run in words.
#pragma once

#include <QString>
#include <vector>

#include "core/trace/trace.hpp"

namespace spawnpoint::gui {

/// It ended the run, or a job, as opposed to what is merely worth noting.
inline bool is_failure(const Mark& mark) {
  return mark.kind != MarkKind::stopped && mark.kind != MarkKind::executor_stall;
}

/// What a mark says: its text, or its kind in words.
QString mark_text(const Mark& mark);

/// The marks as they are drawn: where a run ended, with `failure` in place of what the program's user sees, which may
/// be long. Empty: as they are.
std::vector<Mark> with_failure(std::vector<Mark> marks, const QString& failure);

}  // namespace spawnpoint::gui
