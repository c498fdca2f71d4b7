// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a run's column: over its timelines, at its failure's mark, over the memory chart, and where nothing is.
#include <QStringList>

#include "gui/compare/run_column.hpp"
#include "gui/text/keys.hpp"
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

/// What stands in place of a percentage, where the model has too little for one.
QString memory_against(const RunResult& own, const RunResult& other) {
  const Bytes model = other.jobs_memory().resident;
  const std::string percent = memory_percentage(own.jobs_memory().resident, model);
  if (!percent.empty()) return in_parentheses(percent);
  return QObject::tr(" (model: %1)").arg(to_qstring(format_bytes(model)));
}

/// Of memory that is not compared in percent: the figures, or why there are none.
QString uncompared_words(const RunResult& live, const RunResult& model) {
  if (!live.error.empty() || !model.error.empty()) return {};
  if (live.stopped || model.stopped)
    return QObject::tr("live against model: not compared, as the %1 run was stopped")
        .arg(live.stopped ? QObject::tr("live") : QObject::tr("modeled"));
  if (!live.memory_is_known()) return QObject::tr("live against model: not compared, as live memory was not measured");
  if (!live.peaks_are_known())
    return QObject::tr("live against model: not compared, as the live run's peaks were not seen");
  return QObject::tr("live against model: resident %1 against %2, too little to compare in percent")
      .arg(to_qstring(format_bytes(live.jobs_memory().resident)),
           to_qstring(format_bytes(model.jobs_memory().resident)));
}

QString machine_words(const Scenario& scenario, WorldKind world) {
  if (world == WorldKind::live) return QObject::tr("this machine");
  return scenario.host_machine ? QObject::tr("simulated kernel, this machine")
                               : QObject::tr("simulated kernel, %1").arg(to_qstring(scenario.machine.name));
}

}  // namespace

bool RunColumn::is_dimmed(WorldKind world) const {
  if (!runs_.result(key(world))) return false;
  // What is drawn then is the run that is still going.
  if (world == WorldKind::live && is_running(world)) return false;
  return !workspace_.is_of_present_text(key(world));
}

QString RunColumn::why_one_is_old() const {
  return workspace_.why_old(key(is_dimmed(WorldKind::modeled) ? WorldKind::modeled : WorldKind::live));
}

QString RunColumn::summary(WorldKind world) const {
  const auto scenario = workspace_.document().scenario();
  const SavedRecord* record = workspace_.record(run_);
  if (record ? record->result.world != world : !scenario) return {};
  const QString machine = record ? to_qstring(provenance(*record)) : machine_words(*scenario, world);
  const QString dot = QStringLiteral(" · ");
  if (is_running(world)) {
    if (world == WorldKind::modeled) return tr("running …") + dot + machine;
    const Progress& progress = runs_.progress();
    QStringList parts{tr("running …")};
    // What is not measured yet is not 0.
    if (progress.now > Duration::zero()) parts << to_qstring(spawnpoint::format_duration(progress.now));
    if (progress.threads > 0) parts << to_qstring(spawnpoint::format_threads(progress.threads));
    if (progress.resident.count > 0) parts << to_qstring(spawnpoint::format_jobs_memory(progress.resident));
    return (parts << machine).join(dot);
  }
  const auto own = runs_.result(key(world));
  if (!own) return tr("not run yet") + dot + machine;
  if (!own->error.empty()) return tr("could not run") + dot + machine;
  // The model is what the live run is compared with.
  const auto other = world == WorldKind::live ? runs_.result(key(WorldKind::modeled)) : nullptr;
  const bool of_one_text = is_dimmed(world) == is_dimmed(WorldKind::modeled);
  const bool comparable = other && other->error.empty() && !other->stopped && !own->stopped && of_one_text;
  const auto against = [&](const std::string& shown, auto value) {
    return to_qstring(shown) + (comparable ? in_parentheses(format_difference(static_cast<double>(value(*own)),
                                                                              static_cast<double>(value(*other))))
                                           : QString());
  };
  // What is looked for comes first: where there is no room, the last parts are left out.
  QStringList parts;
  if (is_dimmed(world)) parts << workspace_.why_old(key(world));
  parts << against(spawnpoint::format_duration(own->wall), [](const RunResult& r) { return r.wall.count(); });
  if (own->failure) parts << failure_words(*own->failure);
  if (own->stopped) parts << tr("stopped, so partial");
  // What the runtime has of its own differs between the worlds: the live run is this program's.
  const bool same_runtime = !other || other->own_threads == own->own_threads;
  QString threads = against(spawnpoint::format_threads(*own), [same_runtime](const RunResult& r) {
    return same_runtime ? r.peak_threads : r.peak_threads - r.own_threads;
  });
  // The model beside a live run leaves out what the live program has not.
  const bool of_scenario = !record && runs_.revision(key(world)) == workspace_.document().revision();
  const std::int64_t of_runtime = of_scenario ? scenario->runs[run_].runtime.base_threads : 1;
  if (own->beside_live && own->own_threads < of_runtime)
    threads +=
        tr(", without the runtime's own %1").arg(to_qstring(spawnpoint::format_count(of_runtime - own->own_threads)));
  parts << threads;
  // The programs are of different sizes: what is compared is what came with the jobs.
  parts << to_qstring(spawnpoint::format_jobs_memory(*own)) +
               (comparable && own->peaks_are_known() && other->peaks_are_known() ? memory_against(*own, *other)
                                                                                 : QString());
  parts << to_qstring(spawnpoint::format_program_memory(*own));
  if (const Duration later = shift(world); later > Duration::zero())
    parts << tr("drawn %1 later").arg(to_qstring(spawnpoint::format_duration(later)));
  // An older text may have named another machine; the last one without errors is the scenario that is shown.
  if (record || of_scenario) parts << machine;
  parts.removeAll(QString());
  return parts.join(dot);
}

QString RunColumn::failure(WorldKind world) const {
  const auto own = runs_.result(key(world));
  return own && own->failure && !is_running(world) ? to_qstring(spawnpoint::format_failure(*own->failure)) : QString();
}

void RunColumn::show_empty_texts() {
  const bool saved = workspace_.record(run_) != nullptr;
  // The keys of one world are about the selected run.
  const bool selected = run_ == workspace_.selection().run();
  const QString why_nothing = workspace_.document().scenario() ? QString() : workspace_.why_nothing();
  const QString fix_first = workspace_.document().has_errors()
                                ? tr("Not run yet. Fix the errors in the file first; then it can run.")
                                : QString();
  modeled_->set_empty_text(saved                            ? tr("The record is of a live run.")
                           : !why_nothing.isEmpty()         ? why_nothing
                           : !fix_first.isEmpty()           ? fix_first
                           : is_running(WorldKind::modeled) ? tr("Running the model …")
                           : selected ? tr("Not modeled yet: %1 runs the model.").arg(keys::kRunModel)
                                      : tr("Not modeled yet: %1 runs all.").arg(keys::kRunAll));
  live_->set_empty_text(
      saved                    ? tr("The record is of a modeled run.")
      : !why_nothing.isEmpty() ? why_nothing
      : !fix_first.isEmpty()   ? fix_first
      : selected ? tr("Not run yet: %1 runs it on this machine, in a process of its own.").arg(keys::kRunLive)
                 : tr("Not run live yet: %1 runs all.").arg(keys::kRunAll));
  const bool going = runs_.current() && runs_.current()->run == run_;
  memory_->set_empty_text(going ? tr("Memory: the run is going …") : tr("Memory: nothing has run yet."));
  threads_->set_empty_text(going ? tr("Threads and tasks: the run is going …")
                                 : tr("Threads and tasks: nothing has run yet."));
  difference_->set_empty_text(saved ? tr("A record is of one world.")
                              : !why_nothing.isEmpty() || !fix_first.isEmpty()
                                  ? QString()
                                  : tr("Run both worlds to see their difference here."));
}

void RunColumn::show_memory_difference() {
  const auto modeled = runs_.result(key(WorldKind::modeled));
  const auto lively = runs_.result(key(WorldKind::live));
  MemoryDifference told;
  // While a run is going, the figures are of the previous one.
  const bool running = runs_.current() && runs_.current()->run == run_;
  const bool of_one_text = is_dimmed(WorldKind::modeled) == is_dimmed(WorldKind::live);
  if (modeled && lively && !running) told = spawnpoint::memory_difference(*lively, *modeled);
  if (modeled && lively && !running && told.line.empty()) told.line = uncompared_words(*lively, *modeled).toStdString();
  // The line stays, so that nothing jumps while a value is turned.
  if (!told.line.empty() && !of_one_text)
    told = {
        .line = tr("live against model: one is %1; %2 runs both").arg(why_one_is_old(), keys::kRunBoth).toStdString(),
        .details = {}};
  memory_difference_->show_text(to_qstring(told.line));
  // Beside others it may be there without a text.
  memory_difference_->setAccessibleName(told.line.empty() ? tr("Nothing of memory to compare") : QString());
  memory_difference_->setToolTip(to_qstring(told.details));
  memory_difference_->setAccessibleDescription(to_qstring(told.details));
  memory_difference_->setEnabled(of_one_text && !is_dimmed(WorldKind::live));
}

}  // namespace spawnpoint::gui
