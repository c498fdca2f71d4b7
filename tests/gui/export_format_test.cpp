// SPDX-License-Identifier: GPL-3.0-or-later
// A format of an export is one row: one that only this test has goes through the command line, its help, the dialog,
// the files and the copied command. And the manual page has the formats that there are.
#include "gui/export/export_format.hpp"

#include <QCheckBox>
#include <QLineEdit>
#include <algorithm>
#include <array>
#include <sstream>

#include "gui/app/command_line.hpp"
#include "gui/export/export.hpp"
#include "gui/window/command_palette.hpp"
#include "gui/window/export_dialog.hpp"
#include "tests/documents.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/export_formats.hpp"

namespace spawnpoint::gui {
namespace {

constexpr std::array kWithToy = {
    ExportFormat{.name = "toy",
                 .ending = ".toy",
                 .title = "Toy",
                 .draw = [](const ExportPicture& picture) { return ExportBytes("toy: " + picture.title.toUtf8()); }},
    ExportFormat{.name = "bricks",
                 .ending = "-bricks",
                 .title = "Bricks",
                 .write = [](const ExportRecord& record, const std::filesystem::path& path) -> ExportOutcome {
                   QFile file(QString::fromStdString(path.string()));
                   if (!file.open(QIODevice::WriteOnly)) return std::unexpected("no place for the bricks");
                   file.write(QByteArray::number(static_cast<qulonglong>(record.result.trace->jobs.size())));
                   return {};
                 }},
};

std::pair<Request, std::string> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "spawnpoint");
  std::ostringstream out, err;
  Request request = parse_command_line(static_cast<int>(arguments.size()), arguments.data(), out, err, kWithToy);
  return {std::move(request), out.str() + err.str()};
}

QByteArray contents(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  REQUIRE(file.open(QIODevice::ReadOnly));
  return file.readAll();
}

}  // namespace

TEST_CASE("a new format is offered by the command line and its help", "[export_format]") {
  CHECK_THAT(parse({"export", "--help"}).second, Catch::Matchers::ContainsSubstring("toy, bricks; several"));
  const auto [request, told] = parse({"export", "a.toml", "-o", "out", "--format", "bricks,toy"});
  REQUIRE(std::holds_alternative<ExportRequest>(request));
  CHECK(std::get<ExportRequest>(request).formats == std::vector<const ExportFormat*>{&kWithToy[1], &kWithToy[0]});
  CHECK_THAT(parse({"export", "a.toml", "-o", "out", "--format", "gif"}).second,
             Catch::Matchers::ContainsSubstring("known: toy, bricks"));
}

TEST_CASE("a new format is offered and written by the dialog, and copied as a command", "[export_format]") {
  AppFixture app;
  app.open(kRefused);
  const auto result = app.window->runs().result({0, WorldKind::modeled});
  const auto scenario = app.window->document().scenario();
  ExportDialog dialog(app.session, scenario, {result}, ThemeKind::light, nullptr, kWithToy);
  QStringList offered;
  for (const auto* box : dialog.findChildren<QCheckBox*>()) offered << box->accessibleName();
  CHECK(offered.contains("Format: Toy"));
  CHECK(offered.contains("Format: Bricks"));
  CHECK_FALSE(offered.contains("Format: PNG"));
  dialog.set_directory(app.folder.filePath("out"));
  dialog.set_format(kWithToy[1], true);
  dialog.write();
  CHECK(dialog.report().errors.empty());
  REQUIRE(dialog.report().written.size() == 2);
  CHECK(dialog.report().written[0].filename() == "scenario-thread_per_job.toy");
  CHECK(contents(dialog.report().written[0]) == "toy: Refused: thread_per_job");
  CHECK(dialog.report().written[1].filename() == "scenario-thread_per_job-modeled-bricks");
  CHECK(contents(dialog.report().written[1]) == "1000");
  CHECK_THAT(export_command(*scenario, dialog.options()), Catch::Matchers::ContainsSubstring("--format toy,bricks"));
  // One that draws can draw the map as well; one that has no place for it is left out.
  dialog.set_only_format(kWithToy[1]);
  CHECK(dialog.options().formats == std::vector<const ExportFormat*>{&kWithToy[1]});
}

TEST_CASE("the palette exports in each format", "[export_format]") {
  AppFixture app;
  app.open(kRefused);
  app.action("palette").trigger();
  auto* palette = app.window->findChild<CommandPalette*>();
  REQUIRE(palette);
  for (const ExportFormat& format : export_formats())
    CHECK(palette->listed().contains("Export: " + QString::fromLatin1(format.title.data())));
  QTest::keyClicks(&palette->search(), "export: pdf");
  QTest::keyClick(&palette->search(), Qt::Key_Return);
  ExportDialog* dialog = nullptr;
  REQUIRE(eventually([&] { return (dialog = app.window->findChild<ExportDialog*>()) != nullptr; }));
  CHECK(dialog->options().formats == export_formats_of({"pdf"}));
}

TEST_CASE("the manual page has the formats and parts that there are, and no others", "[export_format]") {
  const std::string section = tests::manual_section(tests::document("gui/app/spawnpoint.1"), "export");
  const auto told = [&section](const std::string& option) {
    std::vector<std::string> words;
    std::istringstream lines(section.substr(section.find(".It Fl -" + option)));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line) && !line.starts_with(".It") && !line.starts_with(".El")) {
      if (line.starts_with(".Cm ")) words.push_back(line.substr(4, line.find(' ', 4) - 4));
    }
    std::ranges::sort(words);
    return words;
  };
  std::vector<std::string> formats, parts;
  for (const ExportFormat& format : export_formats()) formats.emplace_back(format.name);
  for (const ExportPartWords& part : export_parts()) parts.emplace_back(part.name);
  std::ranges::sort(formats);
  std::ranges::sort(parts);
  CHECK(told("format") == formats);
  CHECK(told("part") == parts);
}

}  // namespace spawnpoint::gui
