// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/failure_words.hpp"

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {

QString failure_words(const FailurePoint& failure) {
  return QStringLiteral("✕ ") + to_qstring(format_failure(failure));
}

}  // namespace spawnpoint::gui
