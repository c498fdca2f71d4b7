// SPDX-License-Identifier: GPL-3.0-or-later
// The menus of charts, timelines, the failure map, the ladder of limits and the table of jobs: by the mouse and by the
// Menu key.
#pragma once

#include <memory>

class QContextMenuEvent;
class QWidget;

namespace spawnpoint::gui {

class Drawing;
class MainWindow;

/// Shows the menu of the view that `widget` is, or is a part of. False: it has none.
bool show_context_menu(MainWindow& window, QWidget& widget, const QContextMenuEvent& event);

/// Of the view on the page that has the keyboard, else of the page's first that shows something. Null: there is none.
std::unique_ptr<Drawing> drawing_to_copy(QWidget& page);

}  // namespace spawnpoint::gui
