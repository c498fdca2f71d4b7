// SPDX-License-Identifier: GPL-3.0-or-later
// The program from its command line to its exit status: the window, or an export without one.
#pragma once

namespace spawnpoint::gui {

/// Exit status: 0 ran, 2 bad usage or a bad file, 3 could not run here (no display, say).
int run_program(int argc, char** argv);

}  // namespace spawnpoint::gui
