// SPDX-License-Identifier: GPL-3.0-or-later
// ValueGuard: keeps a control that writes into the scenario from doing so by accident, and from taking the text's undo
// for itself.
#pragma once

#include <QObject>

class QWidget;

namespace spawnpoint::gui {

class ValueGuard : public QObject {
  Q_OBJECT

 public:
  /// For sliders, fields, spin boxes and choices: the wheel changes one only where it has the keyboard, else what is
  /// around it scrolls; and where nothing half typed is in it, undo and redo are the text's.
  static void guard(QWidget& control);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  using QObject::QObject;
};

}  // namespace spawnpoint::gui
