// SPDX-License-Identifier: GPL-3.0-or-later
// One QApplication for the whole test program, and a watch over what Qt has to say: any warning fails the test.
#pragma once

#include <QString>
#include <QStringList>

#include "gui/app/application.hpp"

namespace spawnpoint::gui {

/// Makes the application where there is none yet. With the app's style.
Application& application();

/// For as long as it lives, Qt's warnings are collected; those that nobody has taken fail the test when it ends.
class QtWatch {
 public:
  QtWatch();
  QtWatch(const QtWatch&) = delete;
  QtWatch& operator=(const QtWatch&) = delete;
  ~QtWatch();

  /// Warnings so far, which the test expected; forgets them.
  QStringList take();
};

}  // namespace spawnpoint::gui
