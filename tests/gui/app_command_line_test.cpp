// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint` and `spawnpoint export` as they are called: requests, messages, exit statuses, files.
#include <QDir>
#include <QImage>
#include <QProcess>
#include <sstream>

#include "gui/app/command_line.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/export_formats.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

struct Parsed {
  Request request;
  std::string out;
  std::string err;
};

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "spawnpoint");
  std::ostringstream out, err;
  Request request = parse_command_line(static_cast<int>(arguments.size()), arguments.data(), out, err);
  return {std::move(request), out.str(), err.str()};
}

struct Ended {
  int status = -1;
  QString out;
  QString err;
};

/// The built program, with no display to be found.
Ended run_spawnpoint(const QStringList& arguments) {
  QProcess process;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(name);
  process.setProcessEnvironment(environment);
  process.start(QStringLiteral(SPAWNPOINT_PROGRAMS "/spawnpoint"), arguments);
  REQUIRE(process.waitForFinished(120'000));
  REQUIRE(process.exitStatus() == QProcess::NormalExit);
  return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
          QString::fromUtf8(process.readAllStandardError())};
}

}  // namespace

TEST_CASE("files and a theme on the command line are for the window") {
  const auto parsed = parse({"a.toml", "b.toml", "--theme", "dark"});
  const auto* request = std::get_if<AppRequest>(&parsed.request);
  REQUIRE(request);
  CHECK(request->files == std::vector<std::string>{"a.toml", "b.toml"});
  CHECK(request->theme == "dark");
  CHECK_FALSE(request->reset);
}

TEST_CASE("an export request has every option of the contract") {
  const auto parsed = parse({"export", "a.toml", "-o", "out", "--format", "svg,pdf", "--world", "both", "--size",
                             "1600x900", "--theme", "dark", "--set", "jobs.count=100", "--seed", "7"});
  INFO(parsed.err);
  const auto* request = std::get_if<ExportRequest>(&parsed.request);
  REQUIRE(request);
  CHECK(request->files == std::vector<std::string>{"a.toml"});
  CHECK(request->directory == "out");
  CHECK(request->formats == export_formats_of({"svg", "pdf"}));
  CHECK(request->worlds == Worlds::both);
  CHECK(request->dark);
  REQUIRE(request->settings.size() == 1);
  CHECK(request->settings[0].key == "jobs.count");
  CHECK(request->seed == 7);
}

TEST_CASE("bad usage is exit status 2 with a message about what is wrong") {
  const auto [arguments, word] = GENERATE(
      std::pair<std::vector<const char*>, const char*>{{"--nonsense"}, "nonsense"},
      std::pair<std::vector<const char*>, const char*>{{"--theme", "pink"}, "pink"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml"}, "--output"},
      std::pair<std::vector<const char*>, const char*>{{"export", "-o", "x"}, "FILE"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml", "-o", "x", "--format", "gif"}, "gif"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml", "-o", "x", "--size", "big"}, "big"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml", "-o", "x", "--part", "all,cake"}, "cake"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml", "-o", "x", "--rows", "cake"}, "cake"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml", "-o", "x", "--run", "0"}, "--run"},
      std::pair<std::vector<const char*>, const char*>{{"export", "a.toml", "-o", "x", "--set", "jobs"}, "--set"});
  const auto parsed = parse(arguments);
  const auto* status = std::get_if<Exit>(&parsed.request);
  REQUIRE(status);
  CHECK(*status == Exit::usage);
  INFO(parsed.err);
  CHECK(parsed.err.find(word) != std::string::npos);
}

TEST_CASE("help and version are printed without a display") {
  const Ended help = run_spawnpoint({"--help"});
  CHECK(help.status == 0);
  CHECK(help.out.contains("export"));
  const Ended version = run_spawnpoint({"--version"});
  CHECK(version.status == 0);
  CHECK(version.out.startsWith("spawnpoint "));
}

TEST_CASE("without a display the window says so, and what would work") {
  const Ended ended = run_spawnpoint({});
  CHECK(ended.status == 3);
  CHECK(ended.err.contains("DISPLAY"));
  CHECK(ended.err.contains("spawnpoint export"));
}

TEST_CASE("charts are exported without a display") {
  AppFixture app;
  const QString file = app.write("refused.toml", kRefused);
  const QString target = app.folder.filePath("charts");
  const Ended ended = run_spawnpoint(
      {"export", file, "-o", target, "--format", "svg,png,csv", "--size", "800x450", "--set", "jobs.count=600"});
  INFO(ended.err.toStdString());
  REQUIRE(ended.status == 0);
  const QStringList written = ended.out.split('\n', Qt::SkipEmptyParts);
  CHECK(written.size() >= 3);
  QStringList kinds;
  for (const QString& path : written) {
    INFO(path.toStdString());
    CHECK(QFileInfo(path).size() > 0);
    kinds += QFileInfo(path).isDir() ? path.section('-', -1) : QFileInfo(path).suffix();
  }
  for (const char* kind : {"svg", "png", "csv"}) CHECK(kinds.contains(kind));
  CHECK(QImage(written.filter(".png").value(0)).size() == QSize(800, 450));
}

TEST_CASE("a mistake in any file is reported with its place before anything runs") {
  AppFixture app;
  const QString good = app.write("good.toml", kQuick);
  const QString bad = app.write("bad.toml", "spawnpoint = 1\n[jobs]\ncuont = 3\n");
  const QString target = app.folder.filePath("none");
  const Ended ended = run_spawnpoint({"export", good, bad, "-o", target});
  CHECK(ended.status == 2);
  CHECK(ended.err.contains("bad.toml:3:1: error:"));
  CHECK_FALSE(QDir(target).exists());
}
