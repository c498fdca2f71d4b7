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

/// The options of `export` that are read after the whole line.
struct ExportWords {
  std::string size = "1600x900";
  std::string theme = "light";
  std::string rows = "automatic";
  std::string worlds{to_string(Worlds::modeled)};
  std::vector<std::string> formats, parts, settings;
  bool no_caption = false;
};

CLI::App* add_export(CLI::App& app, ExportRequest& request, ExportWords& words, ExportFormats known) {
  CLI::App* exporting = app.add_subcommand("export", "Run scenarios and write their charts, without a window");
  std::string part_names;
  for (const ExportPartWords& part : export_parts()) {
    if (!part_names.empty()) part_names += ", ";
    part_names += part.name;
  }
  exporting->add_option("FILE", request.files, "Scenario files")->required()->type_name("");
  exporting->add_option("-o,--output", request.directory, "The folder to write to; created if it does not exist")
      ->required()
      ->type_name("DIR");
  exporting->add_option("--format", words.formats, export_format_names(known) + "; several with commas (default: svg)")
      ->delimiter(',')
      ->type_name("FORMAT");
  exporting->add_option("--part", words.parts, part_names + "; several with commas (default: all)")
      ->delimiter(',')
      ->type_name("PART");
  exporting->add_option("--world", words.worlds, "modeled (default), live, or both")
      ->check(CLI::IsMember(std::vector<std::string>(kWorldsWords.begin(), kWorldsWords.end())))
      ->type_name("WORLD");
  exporting
      ->add_option("--concurrency", request.concurrency,
                   "Only this run: a concurrency model, whether the file lists it or not, or a run's label; may be "
                   "repeated")
      ->type_name("NAME");
  exporting->add_option("--run", request.runs, "Only the run with this number, counting from 1; may be repeated")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->allow_extra_args(false);
  exporting->add_option("--rows", words.rows, "Rows of the timelines: automatic (default), threads, jobs, cores")
      ->type_name("ROWS");
  exporting
      ->add_option("--size", words.size,
                   "A picture's pixels (default: 1600x900), millimetres (170mm), or a preset: screen, slide, …")
      ->type_name("SIZE");
  exporting->add_option("--theme", words.theme, "light (default) or dark")
      ->check(CLI::IsMember({"light", "dark"}))
      ->type_name("THEME");
  exporting->add_option("--set", words.settings, "Set a key of the scenario, such as jobs.count=100; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  exporting->add_option("--seed", request.seed, "The seed of all random numbers")->type_name("N");
  exporting->add_flag("--no-caption", words.no_caption, "Leave out the line that says where the picture comes from");
  return exporting;
}

/// False: one of them is wrong, which has been said.
bool read_words(const ExportWords& words, ExportRequest& request, ExportFormats known, std::ostream& err) {
  const auto refuse = [&err](const std::string& option, const std::string& problem) {
    err << "spawnpoint export: " << option << ": " << problem << '\n';
    return false;
  };
  if (const auto problem = read_names(words.formats, request.formats,
                                      [known](const std::string& name) { return parse_export_format(name, known); });
      !problem.empty()) {
    return refuse("--format", problem);
  }
  if (const auto problem = read_names(words.parts, request.parts, parse_export_part); !problem.empty()) {
    return refuse("--part", problem);
  }
  if (const auto read = parse_export_size(words.size); read) {
    request.size = *read;
  } else {
    return refuse("--size", read.error());
  }
  if (const auto read = parse_export_rows(words.rows); read) {
    request.rows = *read;
  } else {
    return refuse("--rows", read.error());
  }
  for (const auto& text : words.settings) {
    auto setting = parse_setting(text);
    if (!setting) return refuse("--set " + text, setting.error());
    request.settings.push_back(*std::move(setting));
  }
  if (request.formats.empty()) request.formats = {*parse_export_format("svg")};
  if (request.parts.empty()) request.parts = {ExportPart::all};
  if (std::ranges::find(request.parts, ExportPart::jobs) != request.parts.end() &&
      std::ranges::none_of(request.formats, &ExportFormat::is_table))
    return refuse("--format", "the part jobs is a table: add csv");
  request.worlds = worlds_named(words.worlds).value_or(request.worlds);
  request.dark = words.theme == "dark";
  request.caption = !words.no_caption;
  return true;
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

  ExportWords words;
  const CLI::App* exporting = add_export(app, pictures, words, known);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem, out, err) == 0 ? Exit::ok : Exit::usage;
  }
  if (!exporting->parsed()) return window;
  if (!read_words(words, pictures, known, err)) return Exit::usage;
  return pictures;
}

}  // namespace spawnpoint::gui
