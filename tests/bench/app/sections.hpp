// SPDX-License-Identifier: GPL-3.0-or-later
// The sections of the app's benchmark.
#pragma once

#include <filesystem>

#include "tests/bench/app/report.hpp"

namespace spawnpoint::bench {

/// Frames, steps and hovering of a timeline of a million segments, 1200 x 700, at 8 to 4,096 rows, and of a million
/// jobs of a row each.
void measure_timelines(Report& report);

/// What `measure_*` needs of the world outside.
struct Places {
  std::filesystem::path self;      ///< This program, which starts itself for figures of a whole process.
  std::filesystem::path worker;    ///< spawnpoint-run
  std::filesystem::path scenario;  ///< The million jobs.
};
/// Window, memory, a live run that is drawn, loading and exporting: the whole app.
void measure_app(Report& report, const Places& places);

/// Sliders that are dragged: how soon the picture of their model is there.
void measure_what_if(Report& report, const Places& places);

/// What the program does when it is started by itself: prints one figure. False: it is not such a call.
bool measure_inside(int argc, char** argv, const Places& places);

}  // namespace spawnpoint::bench
