// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a run's pictures and data to files: the logic of the app's export dialog and of `spawnpoint export`.
// Needs a QApplication (the offscreen platform will do), no window.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "gui/export/export_format.hpp"
#include "gui/jobs/jobs_model.hpp"
#include "gui/theme/theme.hpp"
#include "gui/workspace/row_choice.hpp"
#include "models/result/result.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

/// What is drawn. `all` is the timelines and every chart on one time axis; the others are one figure each. Those from
/// `map` on have functions of their own: the failure map is of many runs, the limits are of none, and the jobs are a
/// table.
enum class ExportPart : std::uint8_t { all, timelines, memory, threads, map, limits, jobs };
/// It is drawn from a run's record, by export_run.
constexpr bool is_of_record(ExportPart part) {
  return part < ExportPart::map;
}
std::string_view to_string(ExportPart part);
struct ExportPartWords {
  ExportPart part;
  std::string_view name;   ///< As --part has it.
  std::string_view title;  ///< In the dialog.
};
/// All of them.
std::span<const ExportPartWords> export_parts();

/// The page: vector pictures have this size, PNG has it at `dpi`. Height 0: it follows from what is drawn.
struct ExportSize {
  std::string name;
  double width_mm = 170;
  double height_mm = 0;
  int dpi = 150;           ///< 72 to 1200; PNG only.
  double text_points = 8;  ///< Size of the labels' text.

  static ExportSize pixels(int width, int height);
};
/// "screen" (1200 px wide), "slide" (16:9), "paper-85", "paper-170".
const std::vector<ExportSize>& export_sizes();

/// "memory" -> ExportPart::memory, and so on; the error lists what there is.
std::expected<ExportPart, std::string> parse_export_part(std::string_view name);
/// A preset's name, "120mm" or "120x80mm", "1600" or "1600x900" (pixels at 96 dpi); with "@300" after it, at 300 dpi.
std::expected<ExportSize, std::string> parse_export_size(std::string_view text);

struct ExportOptions {
  std::filesystem::path directory;  ///< Made if it is not there.
  std::string base_name;            ///< Files are named after it; empty: the scenario's file or title.
  std::vector<const ExportFormat*> formats{export_formats().data()};
  std::vector<ExportPart> parts{ExportPart::all};  ///< For pictures.
  RowChoice rows = RowChoice::automatic;
  ExportSize size = export_sizes().front();
  ThemeKind theme = ThemeKind::light;
  bool caption = true;  ///< Provenance: scenario, run, seed, version, machine, limits.
  bool logarithmic_memory = true;
  std::function<void(int done, int total)> progress;  ///< After each file.
  std::stop_token stop;
};

struct ExportReport {
  std::vector<std::filesystem::path> written;
  std::vector<std::string> errors;  ///< In words, with the file's name.
  bool stopped = false;
};

/// `results` are the runs that go into one picture: the modeled and the live result of one [[run]], or one of them, or
/// several runs of the scenario (then each modeled/live pair with the same label gets a picture of its own). Results
/// without a trace are reported as an error.
ExportReport export_run(const Scenario& scenario, std::span<const RunResult> results, const ExportOptions& options);

/// The failure map, as NAME-map.png and so on; its CSV is what `spawnpoint-run sweep --csv` prints.
ExportReport export_map(const MapResult& map, const ExportOptions& options);

/// The ladder of limits of a scenario's machine for the runtime of one of its runs, as NAME-limits.png and so on; its
/// CSV has a line for each limit. `wanted`: threads that the figure marks; 0: none.
ExportReport export_limits(const Scenario& scenario, std::size_t run, std::int64_t wanted,
                           const ExportOptions& options);

/// The jobs of a run in its worlds as a table: NAME-jobs.csv; where the scenario has several runs, with this one's
/// label. Formats that are no tables are reported as an error where there is no other.
ExportReport export_jobs(const Scenario& scenario, std::string_view label, const JobsSnapshot& jobs,
                         const ExportOptions& options);

/// What a command must say besides the options, to draw the same.
struct ExportSource {
  std::vector<Setting> settings;   ///< Set over the file.
  std::optional<std::size_t> run;  ///< Only this one of several.
  Worlds worlds = Worlds::modeled;
};
/// The same as a command line: "spawnpoint export FILE --output … --format …" ("copy as command").
std::string export_command(const Scenario& scenario, const ExportOptions& options, const ExportSource& source = {});

std::expected<RowChoice, std::string> parse_export_rows(std::string_view name);

}  // namespace spawnpoint::gui
