// SPDX-License-Identifier: GPL-3.0-or-later
// The app's own icons, in the colours of the theme.
#pragma once

#include <QIcon>

#include "gui/theme/theme.hpp"

namespace spawnpoint::gui {

/// Makes the icons known; called once, before the first of them is asked for.
void load_icons();
/// As "stop": a line drawing in the theme's text colour.
QIcon icon(const QString& name, const Theme& theme);
QIcon app_icon();

}  // namespace spawnpoint::gui
