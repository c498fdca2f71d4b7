// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/provenance.hpp"

#include <QDate>
#include <QSysInfo>
#include <algorithm>
#include <thread>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/machine/host/host.hpp"
#include "models/result/format.hpp"
#include "models/result/imposed_words.hpp"
#include "models/scenario/run_names.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {

QString scenario_words(const Scenario& scenario) {
  const std::string file = scenario.file.substr(scenario.file.find_last_of('/') + 1);
  return to_qstring(file.empty() ? scenario.title : file);
}

QString machine_words(const std::string& name, const Machine& machine) {
  return QStringLiteral("%1, %2, %3")
      .arg(to_qstring(name), to_qstring(format_count(machine.cpus, "cpu")), to_qstring(format_bytes(machine.memory)));
}

QString joined_provenance(QStringList parts) {
  parts += QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION);
  return parts.join(QStringLiteral(" · "));
}

QString limits_words(const Scenario& scenario, const RunSpec& run) {
  const LimitLadder ladder = limit_ladder(scenario.machine, run.runtime);
  QStringList limits;
  for (std::size_t i = 0; i < std::min<std::size_t>(ladder.rungs.size(), 3); ++i) {
    const LimitRung& rung = ladder.rungs[i];
    limits += to_qstring(std::string(rung.limit->name) + " " + format_value(*rung.limit, rung.value));
  }
  return limits.isEmpty() ? QString() : QStringLiteral("limits: ") + limits.join(QStringLiteral(", "));
}

QString provenance(const Scenario& scenario, const std::vector<const RunResult*>& results) {
  QStringList parts;
  parts += scenario_words(scenario);
  const RunResult& first = *results.front();
  const std::string name = shown_name(scenario, first);
  parts += to_qstring(name.starts_with(first.concurrency) ? name : name + " (" + first.concurrency + ")");
  parts += to_qstring(format_count(first.jobs, "job"));
  parts += QStringLiteral("seed %1").arg(first.seed);
  for (const RunResult* result : results) {
    if (result->world != WorldKind::modeled) continue;
    const Machine& machine = scenario.machine;
    parts += QStringLiteral("modeled machine: ") +
             machine_words(machine.name.empty() ? scenario.machine_profile : machine.name, machine);
  }
  for (const RunSpec& run : scenario.runs) {
    if (run.concurrency != first.concurrency || (!first.label.empty() && run.label != first.label)) continue;
    if (const QString limits = limits_words(scenario, run); !limits.isEmpty()) parts += limits;
    break;
  }
  for (const RunResult* result : results) {
    if (result->world != WorldKind::live) continue;
    QStringList imposed;
    for (const ImposedLimit& limit : result->imposed) {
      if (limit.imposed != Imposed::not_needed) imposed += to_qstring(imposed_caption(limit));
    }
    const QString here = QStringLiteral("live on this machine");
    parts += imposed.isEmpty() ? here : here + QStringLiteral(", ") + imposed.join(QStringLiteral(", "));
    if (result->stopped) parts += QStringLiteral("stopped: a partial record");
  }
  // What both a live run and a model of this machine depend on.
  const bool of_host = scenario.host_machine ||
                       std::ranges::any_of(results, [](const RunResult* r) { return r->world == WorldKind::live; });
  if (of_host) parts += this_machine_words();
  return joined_provenance(std::move(parts));
}

QString this_machine_words() {
  const std::string cpu = cpu_name();
  const unsigned cpus = std::thread::hardware_concurrency();
  return QStringLiteral("this machine: %1, %2, %3 %4, %5")
      .arg(cpu.empty() ? QSysInfo::currentCpuArchitecture() : to_qstring(cpu), to_qstring(format_count(cpus, "cpu")),
           QSysInfo::kernelType() == QStringLiteral("linux") ? QStringLiteral("Linux") : QSysInfo::kernelType(),
           QSysInfo::kernelVersion(), QDate::currentDate().toString(Qt::ISODate));
}

}  // namespace spawnpoint::gui
