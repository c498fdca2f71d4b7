// SPDX-License-Identifier: GPL-3.0-or-later
// The sheet of all keys, under `?`.
#pragma once

class QWidget;

namespace spawnpoint::gui {

/// Opens it; it closes with Esc.
void show_key_sheet(QWidget* parent);

}  // namespace spawnpoint::gui
