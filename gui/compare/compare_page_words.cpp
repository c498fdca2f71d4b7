// SPDX-License-Identifier: GPL-3.0-or-later
// The compare page's words: which results have a say, and what the lines over the timelines and the memory chart say.
#include <QLabel>
#include <QStringList>

#include "gui/compare/column_text.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/failure_words.hpp"
#include "models/lab/diagnosis/memory_difference.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// " (+14%)", or nothing where there is nothing to compare with.
QString in_parentheses(const std::string& words) {
  return words.empty() ? QString() : QStringLiteral(" (%1)").arg(to_qstring(words));
}

QString machine_words(const Scenario& scenario, WorldKind world) {
  if (world == WorldKind::live) return QObject::tr("this machine");
  return scenario.host_machine ? QObject::tr("simulated kernel, this machine")
                               : QObject::tr("simulated kernel, %1").arg(to_qstring(scenario.machine.name));
}

}  // namespace

bool ComparePage::is_dimmed(WorldKind world) const {
  return is_dimmed(RunKey{selected_run(), world});
}

bool ComparePage::is_dimmed(RunKey key) const {
  if (!runs_.result(key)) return false;
  // What is drawn then is the run that is still going.
  if (runs_.current() == key && key.world == WorldKind::live) return false;
  return !workspace_.is_of_present_text(key);
}

QString ComparePage::summary(WorldKind world) const {
  return summary(RunKey{selected_run(), world});
}

QString ComparePage::summary(RunKey key) const {
  const WorldKind world = key.world;
  const auto scenario = document_.scenario();
  const SavedRecord* record = workspace_.record(key.run);
  if (record ? record->result.world != world : !scenario) return {};
  const QString machine = record ? to_qstring(provenance(*record)) : machine_words(*scenario, world);
  const QString dot = QStringLiteral(" · ");
  if (runs_.current() == key) {
    if (world == WorldKind::modeled) return tr("running …") + dot + machine;
    const Progress& progress = runs_.progress();
    QStringList parts{tr("running …")};
    // What is not measured yet is not 0.
    if (progress.now > Duration::zero()) parts << to_qstring(spawnpoint::format_duration(progress.now));
    if (progress.threads > 0) parts << to_qstring(spawnpoint::format_threads(progress.threads));
    if (progress.resident.count > 0) parts << to_qstring(spawnpoint::format_jobs_memory(progress.resident));
    return (parts << machine).join(dot);
  }
  const auto own = runs_.result(key);
  if (!own) return tr("not run yet") + dot + machine;
  if (!own->error.empty()) return tr("could not run") + dot + machine;
  // The model is what the live run is compared with.
  const auto other = world == WorldKind::live ? runs_.result({key.run, WorldKind::modeled}) : nullptr;
  const bool of_one_text = is_dimmed(key) == is_dimmed({key.run, WorldKind::modeled});
  const bool comparable = other && other->error.empty() && !other->stopped && !own->stopped && of_one_text;
  const auto against = [&](const std::string& shown, auto value) {
    return to_qstring(shown) + (comparable ? in_parentheses(format_difference(static_cast<double>(value(*own)),
                                                                              static_cast<double>(value(*other))))
                                           : QString());
  };
  // What is looked for comes first: where there is no room, the last parts are left out.
  QStringList parts;
  if (is_dimmed(key)) parts << workspace_.why_old();
  parts << against(spawnpoint::format_duration(own->wall), [](const RunResult& r) { return r.wall.count(); });
  if (own->failure) parts << failure_words(*own->failure);
  if (own->stopped) parts << tr("stopped, so partial");
  parts << against(spawnpoint::format_threads(own->peak_threads), [](const RunResult& r) { return r.peak_threads; });
  // The programs are of different sizes: what is compared is what came with the jobs.
  const Bytes taken = own->jobs_memory().resident;
  parts << to_qstring(spawnpoint::format_jobs_memory(*own)) +
               (comparable ? in_parentheses(spawnpoint::memory_percentage(taken, other->jobs_memory().resident))
                           : QString());
  parts << to_qstring(spawnpoint::format_program_memory(*own));
  if (const Duration later = shift(world); key.run == selected_run() && later > Duration::zero())
    parts << tr("drawn %1 later").arg(to_qstring(spawnpoint::format_duration(later)));
  // An older text may have named another machine.
  if (!is_dimmed(key)) parts << machine;
  parts.removeAll(QString());
  return parts.join(dot);
}

QString ComparePage::failure(RunKey key) const {
  const auto own = runs_.result(key);
  return own && own->failure && runs_.current() != key ? to_qstring(spawnpoint::format_failure(*own->failure))
                                                       : QString();
}

QLabel& ComparePage::memory_difference() const {
  return *memory_difference_;
}

void ComparePage::show_memory_difference() {
  const auto modeled = result(WorldKind::modeled);
  const auto lively = result(WorldKind::live);
  MemoryDifference told;
  // While a run is going, the figures are of the previous one.
  const bool running = runs_.current() && runs_.current()->run == selected_run();
  const bool of_one_text = is_dimmed(WorldKind::modeled) == is_dimmed(WorldKind::live);
  if (modeled && lively && !running) told = spawnpoint::memory_difference(*lively, *modeled);
  // The line stays, so that nothing jumps while a value is turned.
  if (!told.line.empty() && !of_one_text)
    told = {.line = tr("live against model: one is %1; F5 runs both").arg(Workspace::why_old()).toStdString(),
            .details = {}};
  memory_difference_->show_text(to_qstring(told.line));
  memory_difference_->setToolTip(to_qstring(told.details));
  memory_difference_->setAccessibleDescription(to_qstring(told.details));
  memory_difference_->setEnabled(of_one_text && !is_dimmed(WorldKind::live));
  memory_difference_->setVisible(!told.line.empty());
}

}  // namespace spawnpoint::gui
