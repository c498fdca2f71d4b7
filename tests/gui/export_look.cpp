// SPDX-License-Identifier: GPL-3.0-or-later
// Not run by default: `gui_tests "[look-export]"` writes figures into the folder that SPAWNPOINT_LOOK names.
#include <QElapsedTimer>
#include <cstdlib>
#include <iostream>

#include "gui/export/export.hpp"
#include "models/scenario/scenario.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/export_formats.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {

TEST_CASE("figures that a person should look at", "[.look-export]") {
  application();
  const char* folder = std::getenv("SPAWNPOINT_LOOK");
  REQUIRE(folder);
  for (const auto& [name, trace] : {std::pair("refused", refused_at_508()), std::pair("million", million_tasks()),
                                    std::pair("workers", many_segments(512)), std::pair("tiny", three_threads())}) {
    Scenario scenario;
    scenario.title = "A thousand threads on the Rust Playground";
    scenario.file = std::string("scenarios/") + name + ".toml";
    scenario.text = "spawnpoint = 1\n";
    RunResult modeled;
    modeled.concurrency = modeled.label = "thread_per_job";
    modeled.jobs = static_cast<std::int64_t>(trace->jobs.size());
    modeled.wall = trace->end.time_since_epoch();
    modeled.peak_threads = 508;
    modeled.trace = trace;
    RunResult live = modeled;
    live.world = WorldKind::live;
    const std::vector<RunResult> results = {modeled, live};
    for (const char* size : {"screen", "slide", "paper-85", "paper-170@600"}) {
      for (const char* format : {"png", "svg", "pdf"}) {
        ExportOptions options;
        options.directory = std::string(folder) + "/" + size;
        options.size = *parse_export_size(size);
        options.formats = {&export_format(format)};
        options.theme = std::string_view(size) == "slide" ? ThemeKind::dark : ThemeKind::light;
        QElapsedTimer clock;
        clock.start();
        const ExportReport report = export_run(scenario, results, options);
        REQUIRE(report.errors.empty());
        std::cout << report.written.front().string() << ": " << clock.elapsed() << " ms, "
                  << std::filesystem::file_size(report.written.front()) / 1024 << " KiB\n";
      }
    }
  }
}

}  // namespace spawnpoint::gui
