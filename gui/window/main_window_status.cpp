// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's status bar: what there is of the selected run, of which text.
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/status_line.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

QString words_of(const RunResult& result) {
  if (!result.error.empty()) return to_qstring(result.error);
  QString words = QObject::tr("%1 of %2 done")
                      .arg(to_qstring(spawnpoint::format_count(result.completed)),
                           to_qstring(spawnpoint::format_count(result.jobs, "job")));
  words += QObject::tr(" in %1").arg(to_qstring(spawnpoint::format_duration(result.wall)));
  // A saved record has no such time.
  if (result.world == WorldKind::modeled && result.compute > Duration{})
    words += QObject::tr(" (computed in %1)").arg(to_qstring(spawnpoint::format_duration(result.compute)));
  if (result.stopped) words += QObject::tr(", stopped");
  if (const std::string why = stop_words(result.stop_cause); !why.empty())
    words += QStringLiteral(": ") + to_qstring(why);
  return words;
}

}  // namespace

void MainWindow::show_status() {
  if (!runs().is_running()) {
    status_->show_words(status_words());
    return;
  }
  QString name;
  if (workspace_.all_runs().size() > 1) name = workspace_.name_of(runs().current()->run);
  if (workspace_.runs_in_all() > 0)
    name = tr("%1 of %2 runs: %3").arg(workspace_.place_in_all()).arg(workspace_.runs_in_all()).arg(name);
  status_->show_run(runs(), name);
}

QString MainWindow::status_words() const {
  if (workspace_.all_runs().empty())
    return workspace_.document().is_open() ? workspace_.why_nothing() : tr("Pick a scenario to begin.");
  QStringList parts;
  for (const WorldKind world : kWorlds) {
    const auto result = workspace_.result(world);
    if (!result) continue;
    QString words = world_name(world) + QStringLiteral(": ") + words_of(*result);
    if (!workspace_.is_of_present_text({workspace_.selection().run(), world}))
      words += QStringLiteral(", ") + workspace_.why_old({workspace_.selection().run(), world});
    parts << words;
  }
  if (workspace_.waits_to_be_asked())
    parts << tr("this many jobs are modeled only when you ask: press %1").arg(keys::kRunModel);
  else if (parts.isEmpty())
    parts << tr("not run yet");
  // Which one, where there are several.
  if (workspace_.all_runs().size() > 1) parts.prepend(workspace_.name_of(workspace_.selection().run()));
  if (workspace_.document().has_errors())
    parts.prepend(workspace_.document().error_count() == 1 ? tr("✕ The text has an error and cannot run")
                                                           : tr("✕ The text has errors and cannot run"));
  return parts.join(QStringLiteral("   ·   "));
}

}  // namespace spawnpoint::gui
