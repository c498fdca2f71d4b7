// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint export`: runs scenarios and writes their charts, without a window.
#pragma once

#include <iosfwd>

#include "gui/app/command_line.hpp"

namespace spawnpoint::gui {

/// Needs a QApplication (the offscreen platform will do). Returns the exit status; what was written goes to `out`, a
/// line a file.
Exit run_export(const ExportRequest& request, std::ostream& out, std::ostream& err);

}  // namespace spawnpoint::gui
