// SPDX-License-Identifier: GPL-3.0-or-later
// The failure map: lines that end at the very job, the page that computes it, and the way from a point to its run.
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTabWidget>
#include <cmath>

#include "gui/compare/compare_page.hpp"
#include "gui/export/export.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/map/map_page.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/computed_map.hpp"
#include "tests/gui/desk.hpp"
#include "tests/gui/export_formats.hpp"
#include "tests/gui/map_texts.hpp"

namespace spawnpoint::gui {

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
  CHECK(threads.end == "✕ at 508: EAGAIN by pids.max = 512");
  const MapItem& end = threads.items.back();
  CHECK(end.kind == MapItem::Kind::end);
  CHECK(end.x == 508);
  REQUIRE(end.settings.size() == 1);
  CHECK(end.settings[0].value == "508");
  // 1, 3, 10, 32, 100 and 316 threads go well.
  REQUIRE(threads.items.size() == 7);
  // It has no completion time of its own.
  CHECK(end.seconds == threads.items[5].seconds);
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

TEST_CASE("while a map is searched, where a line ends is not said to be exact", "[map]") {
  application();
  MapResult result = computed_map(kSwept);
  result.edges.clear();
  result.complete = false;
  const MapContent content = map_content(result);
  CHECK(content.lines[0].end == "✕ at about 508: EAGAIN by pids.max = 512");
  const QString words = content.lines[0].items.back().words;
  INFO(words.toStdString());
  CHECK(words.contains("breaks at jobs.count = about 508"));
  CHECK(words.contains("With jobs.count = 1,000: "));
}

TEST_CASE("the words of a point have the numbers that are drawn", "[map]") {
  application();
  const MapContent content = map_content(computed_map(kSwept));
  const auto drawn = [](double bytes) { return to_qstring(format_bytes(Bytes{std::llround(bytes)})); };
  for (const MapLine& line : content.lines) {
    for (const MapItem& item : line.items) {
      INFO(item.words.toStdString());
      CHECK(item.words.contains(drawn(item.bytes) + " resident and the kernel's ("));
      // An end stands at the time of the point before it, not at the moment at which its own run broke.
      const QString height = "On the axis of time its ✕ is at " +
                             to_qstring(format_duration(Duration(std::llround(item.seconds * 1e9)))) +
                             ", that of the last run that did not fail (jobs.count = ";
      CHECK(item.words.contains(height) == (item.kind == MapItem::Kind::end));
    }
  }
}

TEST_CASE("a point that no line leads to is drawn", "[map]") {
  application();
  MapResult result = computed_map(kSwept);
  // Of the second line, the last one alone.
  for (std::size_t point = 0; point + 1 < result.plan.points(); ++point) result.cells[point * 2 + 1].reset();
  const Theme theme = make_theme(ThemeKind::light);
  const MapContent content = map_content(result);
  const MapPicture picture(content, MapValue::time, theme, QRectF(0, 0, 900, 500), MapNames::none);
  QImage image(900, 500, QImage::Format_RGB32);
  image.fill(theme.base);
  QPainter painter(&image);
  picture.paint(painter);
  const QPoint here = picture.at({1, 0}).toPoint();
  int count = 0;
  for (int x = -6; x <= 6; ++x)
    for (int y = -6; y <= 6; ++y)
      count += image.rect().contains(here + QPoint(x, y)) &&
               image.pixelColor(here + QPoint(x, y)) == map_color(theme, content.lines[1].style);
  CHECK(count > 0);
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

TEST_CASE("the map is laid out once for as long as it stays the same, wherever the mouse is", "[map]") {
  application();
  QtWatch warnings;
  MapView view;
  view.resize(900, 500);
  view.set_content(map_content(computed_map(kSwept)));
  view.show();
  (void)view.picture();
  int laid_out = view.layouts();
  const auto changed = [&] {
    (void)view.picture();
    return std::exchange(laid_out, view.layouts()) != view.layouts();
  };
  for (std::size_t item = 0; item < view.content().lines[0].items.size(); ++item)
    QTest::mouseMove(&view, view.position({0, item}).toPoint());
  CHECK(view.marked() != nullptr);
  QTest::keyClick(&view, Qt::Key_Home);
  view.grab();
  CHECK_FALSE(changed());
  view.resize(700, 500);
  CHECK(changed());
  view.set_value(MapValue::memory);
  CHECK(changed());
  view.set_theme(make_theme(ThemeKind::dark));
  CHECK(changed());
  view.set_content(view.content());
  CHECK(changed());
  CHECK_FALSE(changed());
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
  app.window->selection().select_run(1);
  const std::size_t end = page.view().content().lines[0].items.size() - 1;
  const QPoint where = page.view().position({0, end}).toPoint();
  QTest::mouseMove(&page.view(), where);
  QTest::mouseClick(&page.view(), Qt::LeftButton, Qt::NoModifier, where);
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  // Tried without a change of the text, which the File panel says.
  CHECK(app.window->document().text() == kSwept);
  CHECK_FALSE(app.window->isWindowModified());
  auto* tried = app.window->file_panel().findChild<QLabel*>("settings");
  REQUIRE(tried != nullptr);
  CHECK(tried->isVisible());
  CHECK(tried->text().contains("jobs.count = 508"));
  CHECK(app.window->selection().run() == 0);
  const auto result = app.window->runs().result({0, WorldKind::modeled});
  REQUIRE(result);
  REQUIRE(result->failure);
  CHECK(result->failure->job == 507);  // Counted from 0.
  CHECK(result->jobs == 508);
  // The map is of all numbers of jobs: it stays.
  CHECK(page.sweep().result() == before);
  // Dropped, all is as before.
  app.window->file_panel().findChild<QPushButton*>("drop_settings")->click();
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().scenario()->jobs.count == 1000);
  CHECK(app.window->selection().run() == 1);
  CHECK(page.sweep().result() == before);
  // Applied, it is in the text and can be undone.
  app.window->pages().setCurrentWidget(&page);
  QTest::mouseClick(&page.view(), Qt::LeftButton, Qt::NoModifier, where);
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  app.window->file_panel().findChild<QPushButton*>("write_settings")->click();
  CHECK(app.window->document().text().contains("count = 508"));
  CHECK_FALSE(app.window->document().has_settings());
  CHECK_FALSE(tried->isVisible());
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().scenario()->jobs.count == 508);
  app.window->file_panel().edit().undo();
  CHECK(app.window->document().text() == kSwept);
}

TEST_CASE("what is pointed at on the map stays there as its words come", "[map]") {
  application();
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(kSwept);
  MapPage& page = app.window->map();
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return page.sweep().result() && page.sweep().result()->complete; }));
  REQUIRE(eventually([&] { return !page.sweep().is_running() && !page.view().content().empty(); }));
  QCoreApplication::processEvents();
  MapView& view = page.view();
  QSignalSpy opened(&view, &MapView::opened);
  const std::size_t end = view.content().lines[0].items.size() - 1;
  const QPoint where = view.position({0, end}).toPoint();
  QTest::mouseMove(&view, where - QPoint(60, 60));
  QTest::mouseMove(&view, where);
  QTest::qWait(50);  // A layout would come in between.
  CHECK(view.position({0, end}).toPoint() == where);
  CHECK(view.marked() == &view.content().lines[0].items[end]);
  const auto* panel = page.findChild<QLabel*>("map_detail");
  REQUIRE(panel != nullptr);
  CHECK(panel->text() == view.marked()->words);
  CHECK(panel->heightForWidth(panel->width()) <= panel->height());
  // As the map is drawn anew, so is what is named.
  view.set_value(MapValue::memory);
  const auto under = view.picture().nearest(where);
  CHECK((view.marked() != nullptr) == under.has_value());
}

TEST_CASE("the map is as high as the names of its lines need it", "[map]") {
  application();
  QtWatch warnings;
  MapView view;
  view.resize(560, view.minimumSizeHint().height());
  view.set_content(map_content(computed_map(kEightLines)));
  view.show();
  QCoreApplication::processEvents();
  view.resize(560, view.minimumSizeHint().height());
  CHECK(view.picture().label_places().size() == 8);
}

TEST_CASE("the map's page says what its crosses are where a limit is swept", "[map]") {
  application();
  AppFixture app;
  app.window->show();
  app.open(kSweptLimit);
  MapPage& page = app.window->map();
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return page.sweep().result() && page.sweep().result()->complete; }));
  REQUIRE(eventually([&] { return !page.sweep().is_running(); }));
  const auto labels = page.findChildren<QLabel*>();
  CHECK(std::ranges::any_of(labels, [](auto* label) {
    return label->text().contains(
        "A ✕ marks where a line begins, at the exact number that breaks the first of 5 replications; "
        "what fails before it is in the row “fails”.");
  }));
  CHECK(page.findChild<QComboBox*>()->accessibleName() == "What is drawn against machine.limits.pids_max");
}

TEST_CASE("a point of a model that the text has no run of is tried beside its runs, and dropped", "[map]") {
  application();
  AppFixture app;
  app.open(kRefused);
  const RunSpec sequential{.concurrency = "sequential", .label = "sequential"};
  app.window->workspace().open_run({{"jobs.count", "3"}}, sequential);
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().text() == kRefused);
  REQUIRE(app.window->document().scenario()->runs.size() == 3);
  CHECK(app.window->selection().run() == 2);
  auto result = app.window->runs().result({2, WorldKind::modeled});
  REQUIRE(result);
  CHECK(result->concurrency == "sequential");
  CHECK(result->jobs == 3);
  // Another point takes its place.
  app.window->workspace().open_run({{"jobs.count", "1000"}}, app.window->document().scenario()->runs[1]);
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().scenario()->runs.size() == 2);
  CHECK(app.window->selection().run() == 1);
  CHECK_FALSE(app.window->document().has_settings());  // It is what the text says.
  app.window->workspace().open_run({{"jobs.count", "3"}}, sequential);
  REQUIRE(eventually([&] { return app.parsed(); }));
  app.window->workspace().write_settings();
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().text().contains("concurrency = \"sequential\""));
  CHECK(app.window->document().text().contains("count = 3"));
  CHECK(app.window->selection().run() == 2);
  CHECK_FALSE(app.window->document().has_settings());
  app.window->file_panel().edit().undo();
  CHECK(app.window->document().text() == kRefused);
  app.window->workspace().open_run({{"jobs.count", "3"}}, sequential);
  app.action("own_values").trigger();
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->document().scenario()->runs.size() == 2);
  CHECK(app.window->document().scenario()->jobs.count == 1000);
}

TEST_CASE("a map that was computed is there again after an undo, another file, or a change of what it varies",
          "[map]") {
  application();
  AppFixture app;
  app.window->show();
  app.open(kSwept);
  MapPage& page = app.window->map();
  const auto complete = [&] {
    return app.parsed() && !page.sweep().is_running() && page.sweep().result() && page.sweep().result()->complete;
  };
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually(complete));
  const auto first = page.sweep().result();
  // The map has all numbers of jobs.
  app.window->workspace().turn("jobs.count", "700", Workspace::kNoGesture);
  REQUIRE(eventually([&] { return app.parsed() && app.window->document().scenario()->jobs.count == 700; }));
  CHECK(page.sweep().result() == first);
  // It has one machine.
  app.window->workspace().turn("machine.limits.pids_max", "300", Workspace::kNoGesture);
  REQUIRE(eventually([&] { return complete() && page.sweep().result() != first; }));
  const auto second = page.sweep().result();
  CHECK(page.view().content().lines[0].end == "✕ at 296: EAGAIN by pids.max = 300");
  app.window->file_panel().edit().undo();
  REQUIRE(eventually([&] { return complete() && page.sweep().result() == first; }));
  app.window->file_panel().edit().redo();
  REQUIRE(eventually([&] { return complete() && page.sweep().result() == second; }));
  app.open(kQuick, "other.toml");
  CHECK(page.sweep().result() != second);
  app.open(kSwept);
  app.window->pages().setCurrentWidget(&page);
  CHECK(page.sweep().result() == first);
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

TEST_CASE("the map's page is no wider while it is computed", "[map]") {
  application();
  Desk desk;
  MapPage page(*desk.workspace);
  page.findChild<QProgressBar*>()->show();
  for (auto* widget : page.findChildren<QWidget*>()) widget->ensurePolished();
  auto* inside = page.findChild<QScrollArea*>()->widget();
  for (auto* hidden : inside->findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) hidden->show();
  CHECK(inside->minimumSizeHint().width() <= 360);
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

TEST_CASE("the map's title names the machines that it is of", "[map]") {
  application();
  AppFixture app;
  app.window->show();
  app.open(kEightLines);
  MapPage& page = app.window->map();
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return page.sweep().result() && page.sweep().result()->complete; }));
  const auto said = [&](const QString& words) {
    return std::ranges::any_of(page.findChildren<QLabel*>(),
                               [&](auto* label) { return label->text().contains(words); });
  };
  CHECK(said("on laptop-8g and rust-playground?"));
  CHECK(said("95% confidence interval of 5 replications"));
  CHECK_FALSE(said("Colours begin again"));
  app.open(QString(kEightLines).replace("[8, 64]", "[8, 16, 32, 64]"), "more.toml");
  app.window->pages().setCurrentWidget(&page);
  REQUIRE(eventually([&] { return page.sweep().result() && page.sweep().result()->complete; }));
  CHECK(said("Colours begin again after 12 lines"));
}

}  // namespace spawnpoint::gui
