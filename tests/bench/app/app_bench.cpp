// SPDX-License-Identifier: GPL-3.0-or-later
// The app's benchmark: its drawing, its memory, its exports, against its budgets.
//
//     app_bench [--json] [--timelines] [--app] [--what-if]      all sections where none is named
//
// Without a display it draws offscreen; under Xvfb with a window manager it draws there:
//     xvfb-run -a sh -c 'openbox & exec build/bench/benchmarks/app_bench'
#include <fmt/format.h>

#include <QApplication>
#include <cstdlib>
#include <string_view>

#include "tests/bench/app/sections.hpp"

int main(int argc, char** argv) {
  using namespace spawnpoint::bench;
  if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY")) ::setenv("QT_QPA_PLATFORM", "offscreen", 0);
  Places places;
  places.self = std::filesystem::read_symlink("/proc/self/exe");
  places.worker = SPAWNPOINT_PROGRAMS "/spawnpoint-run";
  places.scenario = SPAWNPOINT_SOURCE "/scenarios/08-a-million-jobs.toml";
  if (measure_inside(argc, argv, places)) return 0;

  bool json = false;
  bool timelines = false;
  bool app = false;
  bool what_if = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") json = true;
    if (word == "--timelines") timelines = true;
    if (word == "--app") app = true;
    if (word == "--what-if") what_if = true;
  }
  if (!timelines && !app && !what_if) timelines = app = what_if = true;
  QApplication application(argc, argv);
  QApplication::setStyle(QStringLiteral("Fusion"));
  Report report(json);
  if (!json) fmt::print("The app, drawn on {}.\n", QApplication::platformName().toStdString());
  if (timelines) measure_timelines(report);
  if (app) measure_app(report, places);
  if (what_if) measure_what_if(report, places);
  report.finish();
  return 0;
}
