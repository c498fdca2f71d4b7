// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the window's pages, in the order of their tabs and keys: Ctrl+1, Ctrl+2, and so on.
#pragma once

#include <QString>
#include <span>

#include "gui/page/page.hpp"

namespace spawnpoint::gui {

std::span<const PageKind> page_kinds();
/// The key of the page at this place.
QString page_key(std::size_t place);

}  // namespace spawnpoint::gui
