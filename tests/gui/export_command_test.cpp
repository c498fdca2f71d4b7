// SPDX-License-Identifier: GPL-3.0-or-later
// "Copy as command": the copied command, given to a shell, writes the very files that the dialog has written.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QProcess>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTemporaryDir>

#include "gui/compare/compare_page.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/map/map_page.hpp"
#include "gui/window/export_dialog.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/export_formats.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

namespace fs = std::filesystem;

/// Without what says when it was made: the dates, and numbers that Qt draws each time.
QByteArray timeless(const fs::path& path) {
  QFile file(QString::fromStdString(path.string()));
  REQUIRE(file.open(QIODevice::ReadOnly));
  QByteArray bytes = file.readAll();
  if (path.extension() != ".pdf") return bytes;
  QString text = QString::fromLatin1(bytes);
  static const QRegularExpression stamps(QStringLiteral(
      R"re(\(D:[0-9]{14}[^)]*\)|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+Z:0-9]*|uuid:[-0-9a-fA-F]+|<[0-9A-Fa-f]{32,}>)re"));
  return text.replace(stamps, QStringLiteral("-")).toLatin1();
}

std::map<fs::path, QByteArray> contents(const ExportReport& report) {
  std::map<fs::path, QByteArray> all;
  for (const fs::path& path : report.written) all[path] = timeless(path);
  return all;
}

/// Runs what is in the clipboard; `spawnpoint` is the one that was built.
void run_copied() {
  const QString command = QApplication::clipboard()->text();
  INFO(command.toStdString());
  QProcess process;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(name);
  environment.insert("PATH", QStringLiteral(SPAWNPOINT_PROGRAMS ":") + environment.value("PATH"));
  process.setProcessEnvironment(environment);
  process.start("sh", {"-c", command});
  REQUIRE(process.waitForFinished(120'000));
  INFO(process.readAllStandardError().toStdString());
  REQUIRE(process.exitCode() == 0);
}

ExportDialog& opened(AppFixture& app) {
  app.action("export").trigger();
  auto* dialog = app.window->findChild<ExportDialog*>();
  REQUIRE(dialog);
  dialog->set_directory(app.folder.filePath("it's charts"));
  dialog->set_format(export_format("png"), false);
  dialog->set_format(export_format("svg"), true);
  dialog->set_format(export_format("pdf"), true);
  return *dialog;
}

/// The command writes the same files, and nothing in them differs.
void check_same(ExportDialog& dialog, std::size_t files) {
  dialog.write();
  CHECK(dialog.report().errors.empty());
  const auto drawn = contents(dialog.report());
  CHECK(drawn.size() == files);
  for (const auto& [path, bytes] : drawn) fs::remove(path);
  dialog.copy_command();
  run_copied();
  for (const auto& [path, bytes] : drawn) {
    INFO(path.string());
    REQUIRE(fs::exists(path));
    CHECK((timeless(path) == bytes));
  }
}

}  // namespace

TEST_CASE("the copied command writes the figures of the dialog byte for byte") {
  AppFixture app;
  app.open(kRefused);
  SECTION("the first run, as it is") {
    check_same(opened(app), 2);
  }
  SECTION("another run, other parts, rows, size and colours") {
    app.window->set_dark(true);
    app.window->selection().select_run(1);
    REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
    ExportDialog& dialog = opened(app);
    dialog.set_part(ExportPart::memory, true);
    dialog.set_part(ExportPart::timelines, true);
    for (auto* box : dialog.findChildren<QComboBox*>()) {
      if (box->accessibleName() == "Size") box->setCurrentIndex(2);
      if (box->accessibleName() == "Rows of the timelines") box->setCurrentIndex(2);
    }
    check_same(dialog, 6);
  }
  SECTION("with settings over the file") {
    app.window->document().set_setting("jobs.count", "300");
    REQUIRE(eventually([&] {
      const auto result = app.window->runs().result({0, WorldKind::modeled});
      return result && result->jobs == 300 && !app.window->runs().is_running();
    }));
    check_same(opened(app), 2);
  }
}

TEST_CASE("the copied command draws a point of the map that was tried without changing the text") {
  AppFixture app;
  app.open(kRefused);
  app.window->workspace().open_run({{"jobs.count", "3"}}, RunSpec{.concurrency = "sequential", .label = "sequential"});
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  REQUIRE(app.window->runs().result({2, WorldKind::modeled}) != nullptr);
  check_same(opened(app), 2);
}

TEST_CASE("the copied command draws the failure map of the dialog byte for byte") {
  AppFixture app;
  app.open(QString(kRefused) + "\n[sweep]\n\"jobs.count\" = [1, 10, 100, 1000, 2000]\n");
  app.window->show();
  app.window->pages().setCurrentWidget(&app.window->map());
  REQUIRE(eventually([&] {
    const auto map = app.window->map().snapshot();
    return map && map->complete;
  }));
  check_same(opened(app), 2);
}

TEST_CASE("a copied command says where it cannot give the same") {
  AppFixture app;
  app.open(kRefused);
  app.window->file_panel().replace_text(QString(kRefused).replace("1000", "900"));
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  ExportDialog& dialog = opened(app);
  dialog.copy_command();
  bool told = false;
  for (const auto* label : dialog.findChildren<QLabel*>()) told |= label->text().contains("last saved");
  CHECK(told);
}

TEST_CASE("what one file cannot give is told, and the others are exported") {
  application();
  const QTemporaryDir folder;
  const auto write = [&](const char* name, const QByteArray& text) {
    QFile file(folder.filePath(name));
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write(text);
  };
  const QByteArray start = "[machine]\nprofile = \"laptop-8g\"\n";
  const QByteArray runs = "[[run]]\nconcurrency = \"thread_per_job\"\n";
  write("long.toml", start + "costs.thread_create = \"800000h\"\n[jobs]\ncount = 90\n" + runs);
  write("good.toml", start + "[jobs]\ncount = 3\n" + runs);
  QProcess process;
  process.setWorkingDirectory(folder.path());
  process.start(QStringLiteral(SPAWNPOINT_PROGRAMS "/spawnpoint"),
                {"export", "long.toml", "good.toml", "-o", "out", "--part", "memory"});
  REQUIRE(process.waitForFinished(120'000));
  const QString err = QString::fromUtf8(process.readAllStandardError());
  INFO(err.toStdString());
  CHECK(process.exitCode() == 3);
  CHECK(err.contains("long.toml: thread_per_job: the run would take more than 292 years"));
  CHECK(QDir(folder.filePath("out")).entryList({"good*"}, QDir::Files).size() == 1);
  CHECK(QDir(folder.filePath("out")).entryList({"long*"}, QDir::Files).empty());
}
