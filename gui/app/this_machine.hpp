// SPDX-License-Identifier: GPL-3.0-or-later
// This machine as the scenarios' "host": the one place where the app asks for it.
#pragma once

#include "models/machine/profile.hpp"

namespace spawnpoint::gui {

/// Reads it anew; takes a moment, so never in the window's thread.
Machine this_machine();

}  // namespace spawnpoint::gui
