// SPDX-License-Identifier: GPL-3.0-or-later
// The words of an export: names of formats, parts, rows and sizes, and the command that makes the same files.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text/text.hpp"
#include "gui/export/export.hpp"
#include "gui/export/export_units.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {
namespace {

/// A journal's column and its page: no text is smaller than 6 points, the caption's, which is a tenth smaller.
constexpr double kColumnPoints = 6.6;
constexpr double kPagePoints = 7.5;

constexpr ExportPartWords kParts[] = {{ExportPart::all, "all", "Timelines and charts on one page"},
                                      {ExportPart::timelines, "timelines", "Timelines"},
                                      {ExportPart::memory, "memory", "Memory"},
                                      {ExportPart::threads, "threads", "Threads and tasks"},
                                      {ExportPart::map, "map", "Failure map"},
                                      {ExportPart::limits, "limits", "Limits"},
                                      {ExportPart::jobs, "jobs", "Jobs, as a table"}};

}  // namespace

std::span<const ExportPartWords> export_parts() {
  return kParts;
}

std::string_view to_string(ExportPart part) {
  return std::ranges::find(kParts, part, &ExportPartWords::part)->name;
}

std::expected<ExportPart, std::string> parse_export_part(std::string_view name) {
  const auto found = std::ranges::find(kParts, name, &ExportPartWords::name);
  if (found != std::end(kParts)) return found->part;
  std::vector<std::string_view> names;
  for (const ExportPartWords& words : kParts) names.push_back(words.name);
  return std::unexpected(fmt::format("`{}` is not a part; known: {}", name, fmt::join(names, ", ")));
}
std::expected<RowChoice, std::string> parse_export_rows(std::string_view name) {
  const auto found = std::ranges::find(row_choices(), name, &RowChoiceWords::name);
  if (found != row_choices().end()) return found->choice;
  std::vector<std::string_view> names;
  for (const RowChoiceWords& words : row_choices()) names.push_back(words.name);
  return std::unexpected(fmt::format("`{}` is not a kind of row; known: {}", name, fmt::join(names, ", ")));
}

ExportSize ExportSize::pixels(int width, int height) {
  ExportSize size;
  size.name = height > 0 ? fmt::format("{}x{}", width, height) : fmt::format("{}", width);
  size.width_mm = width / kPixelsAnInch * kMillimetresAnInch;
  size.height_mm = height / kPixelsAnInch * kMillimetresAnInch;
  size.dpi = static_cast<int>(kPixelsAnInch);
  size.text_points = kFigureText / kPixelsAnInch * kPointsAnInch;
  return size;
}

const std::vector<ExportSize>& export_sizes() {
  static const std::vector<ExportSize> sizes = [] {
    ExportSize screen = ExportSize::pixels(1200, 0);
    screen.name = "screen";
    ExportSize slide = ExportSize::pixels(1920, 1080);
    slide.name = "slide";
    slide.text_points = 16;
    return std::vector<ExportSize>{
        screen, slide, {"paper-85", 85, 0, 300, kColumnPoints}, {"paper-170", 170, 0, 300, kPagePoints}};
  }();
  return sizes;
}

std::expected<ExportSize, std::string> parse_export_size(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return std::unexpected(fmt::format("`{}` is not a size: {}", text, why));
  };
  std::string_view extent = text;
  std::optional<int> dpi;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    const auto value = parse_number<double>(text.substr(at + 1));
    if (!value || *value < 72 || *value > 1200) return wrong("the dpi must be between 72 and 1200");
    dpi = static_cast<int>(*value);
    extent = text.substr(0, at);
  }
  ExportSize size;
  const auto& presets = export_sizes();
  const auto preset =
      std::find_if(presets.begin(), presets.end(), [&](const ExportSize& s) { return s.name == extent; });
  if (preset != presets.end()) {
    size = *preset;
  } else {
    const bool millimetres = extent.ends_with("mm");
    std::string_view numbers = extent.substr(0, extent.size() - (millimetres ? 2 : extent.ends_with("px") ? 2 : 0));
    const auto cross = numbers.find('x');
    const auto width = parse_number<double>(numbers.substr(0, cross));
    const auto height =
        cross == std::string_view::npos ? std::optional(0.0) : parse_number<double>(numbers.substr(cross + 1));
    if (!width || !height) return wrong("use screen, slide, paper-85, paper-170, 120mm, 120x80mm, 1600 or 1600x900");
    const double unit = millimetres ? kPixelsAnInch / kMillimetresAnInch : 1;
    const double most = 20'000;
    const double least = 200;
    if (*width * unit < least || *width * unit > most) return wrong("the width must be between 200 and 20,000 pixels");
    if (cross != std::string_view::npos && (*height * unit < least || *height * unit > most))
      return wrong("the height must be between 200 and 20,000 pixels");
    if (millimetres) {
      size = {std::string(extent), *width, *height, 300, *width < 120 ? kColumnPoints : kPagePoints};
    } else {
      size = ExportSize::pixels(static_cast<int>(*width), static_cast<int>(*height));
    }
  }
  size.name = std::string(text);
  if (dpi) size.dpi = *dpi;
  return size;
}

std::string export_command(const Scenario& scenario, const ExportOptions& options, const ExportSource& source) {
  std::vector<std::string_view> formats, part_names;
  for (const ExportFormat* format : options.formats) formats.push_back(format->name);
  for (const ExportPart part : options.parts) part_names.push_back(to_string(part));
  const std::string parts = fmt::format("{}", fmt::join(part_names, ","));
  std::string command =
      fmt::format("spawnpoint export {} --output {} --format {}",
                  shell_word(scenario.file.empty() ? "scenario.toml" : scenario.file),
                  shell_word(options.directory.empty() ? "." : options.directory.string()), fmt::join(formats, ","));
  for (const Setting& setting : source.settings)
    command += fmt::format(" --set {}", shell_word(setting.key + "=" + setting.value));
  if (source.run && *source.run < scenario.runs.size() && scenario.runs[*source.run].added)
    command += fmt::format(" --concurrency {}", scenario.runs[*source.run].concurrency);
  else if (source.run && scenario.runs.size() > 1)
    command += fmt::format(" --run {}", *source.run + 1);
  if (source.worlds != Worlds::modeled) command += fmt::format(" --world {}", to_string(source.worlds));
  if (parts != "all") command += fmt::format(" --part {}", parts);
  if (options.rows != RowChoice::automatic) command += fmt::format(" --rows {}", words_of(options.rows).name);
  command += fmt::format(" --size {}", shell_word(options.size.name));
  if (options.theme == ThemeKind::dark) command += " --theme dark";
  if (!options.caption) command += " --no-caption";
  return command;
}

}  // namespace spawnpoint::gui
