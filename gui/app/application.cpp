// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/application.hpp"

#include <QMessageBox>
#include <cstdio>
#include <exception>
#include <new>

namespace spawnpoint::gui {

bool Application::notify(QObject* receiver, QEvent* event) {
  try {
    return QApplication::notify(receiver, event);
  } catch (const std::bad_alloc&) {
    note("there is not enough memory");
  } catch (const std::exception& problem) {
    note(problem.what());
  }
  return false;
}

void Application::note(const char* what) noexcept {
  std::fprintf(stderr, "spawnpoint: %s\n", what);
  if (telling_) return;
  try {
    // Not from here: it may be a widget that is painted.
    telling_ = QMetaObject::invokeMethod(
        this,
        [this, words = tr("That could not be done: %1.\n\nWhat you have written is still here.")
                           .arg(QString::fromLocal8Bit(what))] {
          tell(words);
          telling_ = false;
        },
        Qt::QueuedConnection);
  } catch (const std::bad_alloc&) {
    // It stands on the terminal.
  }
}

void Application::tell_in_a_box(const QString& words) {
  QMessageBox::warning(activeWindow(), applicationDisplayName(), words);
}

}  // namespace spawnpoint::gui
