// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for what comes with events.
#pragma once

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTest>
#include <functional>

namespace spawnpoint::gui {

/// Handles events until `holds`; false when it did not hold in time.
inline bool eventually(const std::function<bool()>& holds, int milliseconds = 60'000) {
  QDeadlineTimer deadline(milliseconds);
  while (!holds()) {
    if (deadline.hasExpired()) return false;
    QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    QTest::qSleep(2);
  }
  return true;
}

}  // namespace spawnpoint::gui
