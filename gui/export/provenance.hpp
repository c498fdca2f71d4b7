// SPDX-License-Identifier: GPL-3.0-or-later
// Where a picture comes from: what a reader needs to make the same one again, as parts with middle dots between them.
#pragma once

#include <QString>
#include <QStringList>
#include <string>
#include <vector>

#include "models/result/result.hpp"

namespace spawnpoint {
struct Machine;
struct Scenario;
struct RunSpec;
}  // namespace spawnpoint

namespace spawnpoint::gui {

/// Of a run: "thousand-threads.toml · thread_per_job · seed 42 · …".
QString provenance(const Scenario& scenario, const std::vector<const RunResult*>& results);

// What every picture's are made of.
/// The file's name, or the title.
QString scenario_words(const Scenario& scenario);
/// "laptop-8g, 4 cpus, 8 GiB"
QString machine_words(const std::string& name, const Machine& machine);
/// "limits: pids.max 512, RLIMIT_NPROC 31,536, threads-max 63,072": the three that bind first. Empty: there are none.
QString limits_words(const Scenario& scenario, const RunSpec& run);
/// "this machine: Intel Xeon …, 2 cpus, Linux 6.1.0, 2026-11-29".
QString this_machine_words();
/// All of them; the program's version is the last.
QString joined_provenance(QStringList parts);

}  // namespace spawnpoint::gui
