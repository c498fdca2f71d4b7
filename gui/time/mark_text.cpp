// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/mark_text.hpp"

namespace spawnpoint::gui {

QString mark_text(const Mark& mark) {
  if (!mark.text.empty()) return QString::fromStdString(mark.text);
  switch (mark.kind) {
    case MarkKind::failure:
      return QStringLiteral("failed");
    case MarkKind::oom_kill:
      return QStringLiteral("killed: out of memory");
    case MarkKind::aborted:
      return QStringLiteral("aborted");
    case MarkKind::killed:
      return QStringLiteral("killed");
    case MarkKind::stopped:
      return QStringLiteral("stopped by you");
    case MarkKind::executor_stall:
      return QStringLiteral("executor blocked");
  }
  return {};
}

}  // namespace spawnpoint::gui
