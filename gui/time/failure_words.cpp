// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/failure_words.hpp"

#include <QObject>

namespace spawnpoint::gui {

QString failure_words(const FailurePoint& failure) {
  QString words = QStringLiteral("✕ ") +
                  (failure.cause == Cause() ? QObject::tr("failed") : QString::fromStdString(name_of(failure.cause)));
  if (!failure.limit.empty()) words += QObject::tr(" by %1").arg(QString::fromStdString(failure.limit));
  return words;
}

}  // namespace spawnpoint::gui
