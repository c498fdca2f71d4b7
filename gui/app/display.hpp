// SPDX-License-Identifier: GPL-3.0-or-later
// Is there a display? Asked before Qt is, since Qt aborts the process where there is none.
#pragma once

#include <string>

namespace spawnpoint::gui {

/// Empty if a window can be shown; else why not, in words.
std::string missing_display();

}  // namespace spawnpoint::gui
