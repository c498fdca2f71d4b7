// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/mark_text.hpp"

#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {

QString mark_text(const Mark& mark) {
  // What a program says may have several lines.
  if (!mark.text.empty()) return to_qstring(mark.text).section('\n', 0, 0);
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

std::vector<Mark> with_failure(std::vector<Mark> marks, const QString& failure) {
  for (Mark& mark : marks)
    if (is_failure(mark) && !failure.isEmpty()) mark.text = failure.toStdString();
  return marks;
}

}  // namespace spawnpoint::gui
