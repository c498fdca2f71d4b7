// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/page/value_guard.hpp"

#include <QKeyEvent>
#include <QLineEdit>
#include <QWidget>

namespace spawnpoint::gui {

void ValueGuard::guard(QWidget& control) {
  auto* filter = new ValueGuard(&control);
  control.setFocusPolicy(Qt::StrongFocus);  // Not by the wheel.
  control.installEventFilter(filter);
  // The part of a spin box that is typed into has a history of its own.
  for (auto* field : control.findChildren<QLineEdit*>()) field->installEventFilter(filter);
}

bool ValueGuard::eventFilter(QObject* watched, QEvent* event) {
  const auto* control = qobject_cast<QWidget*>(watched);
  if (event->type() == QEvent::Wheel && control != nullptr && !control->hasFocus()) {
    event->ignore();
    return true;
  }
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* field = qobject_cast<QLineEdit*>(watched);
    if (field == nullptr && control != nullptr) field = control->findChild<QLineEdit*>();
    const auto* key = static_cast<QKeyEvent*>(event);
    if (field != nullptr && !field->isModified() &&
        (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo))) {
      event->ignore();
      return true;
    }
  }
  return QObject::eventFilter(watched, event);
}

}  // namespace spawnpoint::gui
