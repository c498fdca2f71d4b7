// SPDX-License-Identifier: GPL-3.0-or-later
// The failure map: lines that end at the very job, the page that computes it, and the way from a point to its run.
#include <QAction>
#include <QComboBox>
#include <QImage>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <cmath>

#include "gui/compare/compare_page.hpp"
#include "gui/export/export.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/map/map_page.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/computed_map.hpp"
#include "tests/gui/export_formats.hpp"

namespace spawnpoint::gui {
namespace {

/// The article's machine, where 507 threads fit.
const QString kSwept =
    QString::fromUtf8(kRefused) + "[sweep]\n\"jobs.count\" = { from = 1, to = 10_000, points = 9, scale = \"log\" }\n";

}  // namespace

TEST_CASE("a line of the map ends at the job that breaks it", "[map]") {
  application();
  const MapContent content = map_content(computed_map(kSwept));
  CHECK(content.x.title == "jobs at once");
  CHECK(content.x.logarithmic);
  CHECK(content.x.low == 1);
  CHECK(content.x.high == 10'000);
  REQUIRE(content.lines.size() == 2);
  const MapLine& threads = content.lines[0];
  CHECK(threads.name == "thread_per_job");
  CHECK(threads.end == "✕ at 508: EAGAIN, pids.max = 512");
  const MapItem& end = threads.items.back();
  CHECK(end.kind == MapItem::Kind::end);
  CHECK(end.x == 508);
  REQUIRE(end.settings.size() == 1);
  CHECK(end.settings[0].value == "508");
  // 1, 3, 10, 32, 100 and 316 threads go well.
  CHECK(threads.items.size() == 7);
  const MapLine& tasks = content.lines[1];
  CHECK(tasks.end.isEmpty());
  CHECK(tasks.items.size() == 9);
  for (const MapItem& item : tasks.items) CHECK(item.seconds == Approx(1).epsilon(0.01));
}

TEST_CASE("a map whose points are not all there keeps the lines that it has", "[map]") {
  application();
  MapResult result = computed_map(kSwept);
  result.edges.clear();
  result.cells[2 * 2 + 1].reset();
  const MapContent content = map_content(result);
  REQUIRE(content.lines.size() == 2);
  // The refused job shows where the edge will be.
  CHECK(content.lines[0].items.back().x == 508);
  CHECK(content.lines[1].items.size() == 8);
  CHECK(content.lines[1].style == 1);
}

TEST_CASE("the colours of the map stand out in both themes", "[map]") {
  application();
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    // WCAG 2.1: text needs 4.5 to 1.
    for (int style = 0; style < 6; ++style) CHECK(contrast(map_color(theme, style), theme.base) >= 3.9);
  }
}

TEST_CASE("the keyboard walks through the map and opens a run", "[map]") {
  application();
  QtWatch warnings;
  MapView view;
  view.resize(900, 500);
  view.set_content(map_content(computed_map(kSwept)));
  QSignalSpy opened(&view, &MapView::opened);
  QTest::keyClick(&view, Qt::Key_Return);
  CHECK(opened.isEmpty());
  QTest::keyClick(&view, Qt::Key_Right);
  REQUIRE(view.marked() != nullptr);
  CHECK(view.marked()->x == 1);
  QTest::keyClick(&view, Qt::Key_End);
  CHECK(view.marked()->x == 508);
  QTest::keyClick(&view, Qt::Key_Down);
  CHECK(view.marked()->run == 1);
  QTest::keyClick(&view, Qt::Key_Return);
  CHECK(opened.size() == 1);
  QTest::keyClick(&view, Qt::Key_M);
  CHECK(view.value() == MapValue::memory);
  CHECK(view.accessibleDescription().contains("508"));
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    view.set_theme(make_theme(kind));
    const QImage picture = view.grab().toImage();
    CHECK(picture.pixelColor(2, 300) == make_theme(kind).base);
  }
}

TEST_CASE("the map's page computes in the background, and a click on the end opens that run", "[map]") {
  application();
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(kSwept);
  MapPage& page = app.window->map();
  CHECK_FALSE(page.sweep().is_running());  // Nobody has looked at it.
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return page.sweep().result() && page.sweep().result()->complete; }));
  REQUIRE(eventually([&] { return !page.sweep().is_running() && !page.view().content().empty(); }));
  const auto before = page.sweep().result();
  REQUIRE(page.view().content().lines.size() == 2);
  const std::size_t end = page.view().content().lines[0].items.size() - 1;
  const QPoint where = page.view().position({0, end}).toPoint();
  QTest::mouseMove(&page.view(), where);
  QTest::mouseClick(&page.view(), Qt::LeftButton, Qt::NoModifier, where);
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().text().contains("count = 508"));
  CHECK(app.window->selection().run() == 0);
  const auto result = app.window->runs().result({0, WorldKind::modeled});
  REQUIRE(result);
  REQUIRE(result->failure);
  CHECK(result->failure->job == 507);  // Counted from 0.
  CHECK(result->jobs == 508);
  // The map is of all numbers of jobs: it stays.
  CHECK(page.sweep().result() == before);
  app.window->file_panel().edit().undo();
  CHECK(app.window->document().text().contains("count = 1000"));
}

TEST_CASE("a map without a sweep of its own is the default one, can be stopped, and continues", "[map]") {
  application();
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  MapPage& page = app.window->map();
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return !page.view().content().empty(); }));
  auto* act = page.findChild<QPushButton*>("map_act");
  REQUIRE(act != nullptr);
  if (page.sweep().is_running()) {
    CHECK(act->text() == "Stop");
    act->click();
    REQUIRE(eventually([&] { return !page.sweep().is_running(); }));
  }
  const auto result = page.sweep().result();
  REQUIRE(result);
  CHECK(result->plan.is_default());
  CHECK(result->plan.points() == 29);
  if (!result->complete) {
    CHECK(act->text() == "Continue");
    act->click();
    CHECK(page.sweep().is_running());
    page.sweep().stop();
    REQUIRE(eventually([&] { return !page.sweep().is_running(); }));
  }
}

TEST_CASE("the map's page says why there is no map", "[map]") {
  application();
  AppFixture app;
  app.window->show();
  MapPage& page = app.window->map();
  app.window->pages().setCurrentWidget(&page);
  CHECK(page.view().accessibleDescription().contains("No scenario"));
  app.write("arrivals.csv", "1s\n2s\n");
  app.open("[jobs]\narrivals = { trace = \"arrivals.csv\" }\n[[run]]\nconcurrency = \"join_all\"\n");
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return !page.sweep().error().isEmpty(); }));
  CHECK(page.view().accessibleDescription().contains("2 arrivals"));
}

TEST_CASE("a map is exported as pictures and as the table that the command line prints", "[map]") {
  application();
  QtWatch warnings;
  const QTemporaryDir folder;
  const MapResult map = computed_map(kSwept);
  ExportOptions options;
  options.directory = folder.path().toStdString();
  options.formats = export_formats_of({"svg", "png", "pdf", "csv", "trace"});
  const ExportReport report = export_map(map, options);
  CHECK(report.errors.empty());
  REQUIRE(report.written.size() == 4);
  QFile svg(folder.filePath("refused-map.svg"));
  REQUIRE(svg.open(QIODevice::ReadOnly));
  const QString drawn = QString::fromUtf8(svg.readAll());
  CHECK(drawn.contains("pids.max = 512"));
  CHECK(drawn.contains("thread_per_job"));
  CHECK(drawn.contains("rust-playground"));
  QFile csv(folder.filePath("refused-map.csv"));
  REQUIRE(csv.open(QIODevice::ReadOnly));
  // A header, 9 x 2 points, one edge.
  CHECK(csv.readAll().count('\n') == 1 + 18 + 1);
  CHECK_FALSE(QImage(folder.filePath("refused-map.png")).isNull());
}

TEST_CASE("a value is written into the scenario's text in its place", "[map]") {
  const QString text = "title = \"T\"\n[jobs] # work\n  count = 10 # ten\n[[run]]\nconcurrency = \"join_all\"\n";
  CHECK(with_value(text, "jobs.count", "20") ==
        "title = \"T\"\n[jobs] # work\n  count = 20 # ten\n[[run]]\nconcurrency = \"join_all\"\n");
  CHECK(with_value("[jobs]\n", "jobs.count", "20") == "[jobs]\ncount = 20\n");
  CHECK(with_value("title = \"T\"\n", "jobs.count", "20") == "title = \"T\"\n\n[jobs]\ncount = 20\n");
  CHECK(with_value("[machine]\nprofile = \"host\"\n", "machine.memory", "1GiB") ==
        "[machine]\nprofile = \"host\"\nmemory = \"1GiB\"\n");
  // In whatever form it is there.
  CHECK(with_value("jobs.count = 3\n", "jobs.count", "20") == "jobs.count = 20\n");
  CHECK(with_value("jobs = { count = 3 }\n", "jobs.count", "20") == "jobs = { count = 20 }\n");
  CHECK_FALSE(with_value(text, "run.threads", "20"));
  CHECK_FALSE(with_value(text, "jobs.steps[1].sleep", "1s"));
}

}  // namespace spawnpoint::gui
