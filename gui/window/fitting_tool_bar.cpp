// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/fitting_tool_bar.hpp"

#include <QEvent>
#include <QToolButton>
#include <algorithm>
#include <ranges>

namespace spawnpoint::gui {

void FittingToolBar::add_shrinking(QAction* action) {
  addAction(action);
  if (auto* button = qobject_cast<QToolButton*>(widgetForAction(action))) buttons_.push_back({button, 0});
}

bool FittingToolBar::event(QEvent* event) {
  const bool taken = QToolBar::event(event);
  if (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest) fit();
  return taken;
}

void FittingToolBar::fit() {
  const auto is_small = [](const Button& button) { return button.widget->toolButtonStyle() == Qt::ToolButtonIconOnly; };
  for (Button& button : buttons_) {
    if (sizeHint().width() <= width() || is_small(button)) continue;
    const int with_words = button.widget->sizeHint().width();
    button.widget->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button.words = std::max(0, with_words - button.widget->sizeHint().width());
  }
  for (Button& button : buttons_ | std::views::reverse)
    if (is_small(button) && sizeHint().width() + button.words <= width())
      button.widget->setToolButtonStyle(toolButtonStyle());
}

}  // namespace spawnpoint::gui
