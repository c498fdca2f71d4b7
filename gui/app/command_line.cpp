// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

namespace spawnpoint::gui {
namespace {

/// Each of the names by `parse`; the first unknown one is reported.
template <class Value, class Parse>
std::string read_names(const std::vector<std::string>& names, std::vector<Value>& values, Parse parse) {
  for (const std::string& name : names) {
    const auto value = parse(name);
    if (!value) return value.error();
    if (std::find(values.begin(), values.end(), *value) == values.end()) values.push_back(*value);
  }
  return {};
}

}  // namespace

Request parse_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                           ExportFormats known) {
  AppRequest window;
  ExportRequest pictures;

  CLI::App app{"A laboratory for concurrency models: where does a program break, why, and what would work instead?",
               "spawnpoint"};
  app.set_version_flag("--version", "spawnpoint " SPAWNPOINT_VERSION);
  app.add_option("FILE", window.files,
                 "Scenario files to open, each in a window of its own, and saved records to show beside the first")
      ->type_name("");
  app.add_option("--theme", window.theme, "light or dark; remembered for the next start")
      ->check(CLI::IsMember({"light", "dark"}))
      ->type_name("THEME");
  app.add_flag("--reset", window.reset,
               "Forget the window's layout, the theme, the recent files and where the last session ended");
  app.footer("Without a display: `spawnpoint export` draws the charts, `spawnpoint-run` runs, predicts and checks.");

  CLI::App* exporting = app.add_subcommand("export", "Run scenarios and write their charts, without a window");
  std::string size = "1600x900";
  std::string theme = "light";
  std::string rows = "automatic";
  std::vector<std::string> formats, parts, settings;
  bool no_caption = false;
  std::string part_names;
  for (const ExportPartWords& part : export_parts()) {
    if (!part_names.empty()) part_names += ", ";
    part_names += part.name;
  }
  exporting->add_option("FILE", pictures.files, "Scenario files")->required()->type_name("");
  exporting->add_option("-o,--output", pictures.directory, "The folder to write to; created if it does not exist")
      ->required()
      ->type_name("DIR");
  exporting->add_option("--format", formats, export_format_names(known) + "; several with commas (default: svg)")
      ->delimiter(',')
      ->type_name("FORMAT");
  exporting->add_option("--part", parts, part_names + "; several with commas (default: all)")
      ->delimiter(',')
      ->type_name("PART");
  exporting->add_option("--world", pictures.world, "modeled (default), live, or both")
      ->check(CLI::IsMember({"modeled", "live", "both"}))
      ->type_name("WORLD");
  exporting
      ->add_option("--concurrency", pictures.concurrency,
                   "Only this run: a concurrency model, whether the file lists it or not, or a run's label; may be "
                   "repeated")
      ->type_name("NAME");
  exporting->add_option("--run", pictures.runs, "Only the run with this number, counting from 1; may be repeated")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->allow_extra_args(false);
  exporting->add_option("--rows", rows, "Rows of the timelines: automatic (default), threads, jobs")->type_name("ROWS");
  exporting
      ->add_option("--size", size,
                   "A picture's pixels (default: 1600x900), millimetres (170mm), or a preset: screen, slide, …")
      ->type_name("SIZE");
  exporting->add_option("--theme", theme, "light (default) or dark")
      ->check(CLI::IsMember({"light", "dark"}))
      ->type_name("THEME");
  exporting->add_option("--set", settings, "Set a key of the scenario, such as jobs.count=100; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  exporting->add_option("--seed", pictures.seed, "The seed of all random numbers")->type_name("N");
  exporting->add_flag("--no-caption", no_caption, "Leave out the line that says where the picture comes from");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem, out, err) == 0 ? Exit::ok : Exit::usage;
  }
  if (!exporting->parsed()) return window;

  const auto refuse = [&err](const std::string& option, const std::string& problem) {
    err << "spawnpoint export: " << option << ": " << problem << '\n';
    return Exit::usage;
  };
  if (const auto problem = read_names(formats, pictures.formats,
                                      [known](const std::string& name) { return parse_export_format(name, known); });
      !problem.empty()) {
    return refuse("--format", problem);
  }
  if (const auto problem = read_names(parts, pictures.parts, parse_export_part); !problem.empty()) {
    return refuse("--part", problem);
  }
  if (const auto read = parse_export_size(size); read) {
    pictures.size = *read;
  } else {
    return refuse("--size", read.error());
  }
  if (const auto read = parse_export_rows(rows); read) {
    pictures.rows = *read;
  } else {
    return refuse("--rows", read.error());
  }
  for (const auto& text : settings) {
    auto setting = parse_setting(text);
    if (!setting) return refuse("--set " + text, setting.error());
    pictures.settings.push_back(*std::move(setting));
  }
  if (pictures.formats.empty()) pictures.formats = {*parse_export_format("svg")};
  if (pictures.parts.empty()) pictures.parts = {ExportPart::all};
  if (std::ranges::find(pictures.parts, ExportPart::jobs) != pictures.parts.end() &&
      std::ranges::none_of(pictures.formats, &ExportFormat::is_table))
    return refuse("--format", "the part jobs is a table: add csv");
  pictures.dark = theme == "dark";
  pictures.caption = !no_caption;
  return pictures;
}

}  // namespace spawnpoint::gui
