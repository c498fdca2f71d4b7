// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of all timelines are one view: they scroll and scale together, and show all again; a job that is looked for
// is seen.
#include <QTableView>
#include <QToolButton>
#include <QWheelEvent>

#include "gui/compare/compare_page.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

const char* const kMany = R"(spawnpoint = 1
[machine]
profile = "laptop-8g"
[jobs]
count = 20_000
steps = [{ sleep = "1s" }]
[[run]]
concurrency = "join_all"
[[run]]
concurrency = "join_all"
label = "again"
)";

void wheel(TimelineWidget& timeline, int steps, Qt::KeyboardModifiers modifiers) {
  const QPointF at(400, 80);
  QWheelEvent event(at, timeline.viewport()->mapToGlobal(at), {}, {0, steps * 120}, Qt::NoButton, modifiers,
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(timeline.viewport(), &event);
}

/// Asked for a job of a million whose record is still to be prepared.
struct Unprepared {
  Unprepared() {
    timeline.resize(600, 300);
    timeline.show();
    timeline.set_rows(TimelineRows::jobs);
    timeline.set_trace(million_tasks());
    timeline.show_job(654'320);
  }
  TimeView view;
  TimelineWidget timeline{view, WorldKind::modeled};
};

}  // namespace

TEST_CASE("both timelines of a run have rows of one height, gathered alike", "[rows]") {
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(kMany);
  ComparePage& compare = app.window->compare();
  TimelineWidget& modeled = compare.timeline(WorldKind::modeled);
  TimelineWidget& live = compare.timeline(WorldKind::live);
  live.set_trace(three_threads());
  live.settle();
  modeled.settle();
  REQUIRE(modeled.fitting_row_height() < live.fitting_row_height());
  CHECK(live.row_height() == modeled.row_height());
  // A header of several lines takes of the height of one of them.
  live.set_trace(modeled.trace());
  live.set_summary(QStringList(20, "a part of the summary").join(QString::fromUtf8(" · ")));
  live.settle();
  REQUIRE(live.fitting_row_height() < modeled.fitting_row_height());
  CHECK(live.row_height() == modeled.row_height());
  QTest::keyClick(&modeled, Qt::Key_Home);
  CHECK(live.row_height() == modeled.row_height());
}

TEST_CASE("rows of all timelines scroll and scale together, and Home shows all of them", "[rows]") {
  AppFixture app;
  app.window->show();
  app.open(kMany);
  ComparePage& compare = app.window->compare();
  compare.beside().setChecked(true);
  REQUIRE(eventually(
      [&] { return app.window->runs().result({1, WorldKind::modeled}) && !app.window->runs().is_running(); }));
  TimelineWidget& modeled = compare.timeline(WorldKind::modeled);
  TimelineWidget& live = compare.timeline(WorldKind::live);
  TimelineWidget& side = compare.column(1).timeline(WorldKind::modeled);
  modeled.settle();
  side.settle();
  // The live one has no record yet: it follows all the same, for when it has.
  wheel(modeled, 40, Qt::ControlModifier);
  wheel(modeled, -20, Qt::ShiftModifier);
  CHECK(modeled.row_height() > 2);  // 20,000 rows are much less, each.
  CHECK(modeled.row_place().top > 0);
  CHECK(live.row_place() == modeled.row_place());
  CHECK(side.row_place() == modeled.row_place());
  QTest::keyClick(&side, Qt::Key_Down);
  CHECK(side.row_place().top > 0);
  CHECK(modeled.row_place() == side.row_place());
  // A record with few rows, as that of a run that has just begun, loses nothing of the place.
  const RowPlace place = modeled.row_place();
  live.set_trace(three_threads());
  live.settle();
  CHECK(live.row_place() == place);
  CHECK(modeled.row_place() == place);

  QTest::keyClick(&modeled, Qt::Key_Home);
  for (const TimelineWidget* timeline : {&modeled, &live, &side}) CHECK(timeline->row_place() == RowPlace{});
  wheel(modeled, 40, Qt::ControlModifier);
  CHECK_FALSE(live.row_place() == RowPlace{});
  app.action("fit").trigger();
  CHECK(live.row_place() == RowPlace{});
}

TEST_CASE("a height of rows that is set keeps the first row, and holds for all timelines", "[rows]") {
  AppFixture app;
  app.window->show();
  app.open(kMany);
  TimelineWidget& modeled = app.window->compare().timeline(WorldKind::modeled);
  const TimelineWidget& live = app.window->compare().timeline(WorldKind::live);
  modeled.settle();
  modeled.show_job(5'000);
  const double top = modeled.row_place().top;
  REQUIRE(top > 0);
  modeled.set_row_height(28);
  CHECK(modeled.row_height() == 28);
  CHECK(modeled.row_place().top == Approx(top));
  CHECK(live.row_place() == modeled.row_place());
  modeled.set_row_height(0);
  CHECK(modeled.row_place() == RowPlace{});
  CHECK(live.row_place() == RowPlace{});
}

TEST_CASE("another file begins with all of its rows", "[rows]") {
  AppFixture app;
  app.window->show();
  app.open(kMany);
  TimelineWidget& modeled = app.window->compare().timeline(WorldKind::modeled);
  modeled.settle();
  wheel(modeled, 40, Qt::ControlModifier);
  CHECK_FALSE(modeled.row_place() == RowPlace{});
  app.open(QString(kMany).replace("20_000", "30_000"), "other.toml");
  CHECK(modeled.row_place() == RowPlace{});
  CHECK(app.window->compare().timeline(WorldKind::live).row_place() == RowPlace{});
}

TEST_CASE("a job that is found among many is scrolled to and framed, in a row that can be read", "[rows]") {
  AppFixture app;
  app.window->show();
  app.open(kMany);
  ComparePage& compare = app.window->compare();
  TimelineWidget& modeled = compare.timeline(WorldKind::modeled);
  JobsPage& jobs = app.window->job_table();
  app.window->pages().setCurrentWidget(&jobs);
  jobs.model().settle();
  jobs.table().selectRow(12'344);
  QTest::keyClick(&jobs.table(), Qt::Key_Return);
  REQUIRE(app.window->pages().currentWidget() == &compare);
  QCoreApplication::processEvents();
  modeled.settle();
  CHECK(compare.time().selected_job() == 12'344);
  CHECK(modeled.row_height() >= 14);
  CHECK(compare.timeline(WorldKind::live).row_place() == modeled.row_place());
  const double middle = modeled.row_place().top * modeled.row_height() + modeled.viewport()->height() / 2.0;
  CHECK(middle / modeled.row_height() == Approx(12'344).margin(3));
  // Its bar fills a good part of the time axis, and a frame is around it.
  const JobTable& table = app.window->runs().result(kModeled)->trace->jobs;
  CHECK(table.ended[12'344] - table.started[12'344] >= compare.time().visible().length() / 20);
  const QImage image = modeled.viewport()->grab().toImage().convertToFormat(QImage::Format_RGB32);
  const QRgb accent = app.window->theme().accent.rgb();
  const int column = image.width() / 2;
  int lines = 0;
  for (int y = 24; y < image.height(); ++y) lines += image.pixelColor(column, y).rgb() == accent ? 1 : 0;
  CHECK(lines >= 2);
  CHECK(lines <= 8);

  // F frames it as well, from wherever one is; the timeline has the keyboard.
  CHECK(compare.focusWidget() == &modeled);
  QTest::keyClick(&modeled, Qt::Key_Home);
  CHECK(modeled.row_height() < 1);
  QTest::keyClick(&modeled, Qt::Key_F);
  CHECK(modeled.row_height() >= 14);
}

TEST_CASE("a job is shown as soon as its record is prepared", "[rows]") {
  application();
  QtWatch warnings;
  Unprepared window;
  window.timeline.settle();
  CHECK(window.timeline.row_height() >= 14);
  CHECK(window.timeline.row_place().top == Approx(654'320).margin(20));
}

TEST_CASE("a job that is no longer selected is not shown when its record is prepared", "[rows]") {
  application();
  QtWatch warnings;
  Unprepared window;
  window.view.select_job(kNoJob);
  window.timeline.settle();
  CHECK(window.timeline.row_height() < 14);
  CHECK(window.view.selected_job() == kNoJob);
}

TEST_CASE("Z zooms to what lies between the markers", "[rows]") {
  TimeView view;
  view.reset({seconds(0), seconds(10)});
  view.set_marker(0, seconds(6));
  view.set_marker(1, seconds(4));
  view.zoom_to_selection();
  CHECK(view.visible().contains(seconds(4)));
  CHECK(view.visible().contains(seconds(6)));
  CHECK(to_seconds(view.visible().length()) == Approx(2.2));
}

TEST_CASE("a header that has no room drops its last parts, and its tooltip has all", "[rows]") {
  application();
  const Theme theme = make_theme(ThemeKind::light);
  const QFontMetricsF metrics(theme.font(12));
  const QString all = QString::fromUtf8("1.053 s · ✕ EAGAIN by pids.max · 508 threads · this machine");
  CHECK(fitting_parts(all, metrics, 2000) == all);
  const QString shorter = QString::fromUtf8("1.053 s · ✕ EAGAIN by pids.max · 508 threads · …");
  CHECK(fitting_parts(all, metrics, metrics.horizontalAdvance(shorter)) == shorter);
  CHECK(fitting_parts(all, metrics, metrics.horizontalAdvance(shorter) - 1) ==
        QString::fromUtf8("1.053 s · ✕ EAGAIN by pids.max · …"));
  CHECK(fitting_parts(all, metrics, metrics.horizontalAdvance("1.053 s") / 2).endsWith(QString::fromUtf8("…")));

  TimeView view;
  TimelineWidget timeline(view, WorldKind::live);
  timeline.resize(700, 200);
  timeline.set_summary(all);
  CHECK(timeline.text_at({200, 10}) == QString::fromUtf8("LIVE · ") + all);
}

TEST_CASE("a header has its parts in as many lines as there are, and drops none while there is room", "[rows]") {
  application();
  const QFontMetricsF metrics(make_theme(ThemeKind::light).font(12));
  const QString first = QString::fromUtf8("1.053 s · ✕ EAGAIN by pids.max"), second = "508 threads with main";
  const QString all = first + QString::fromUtf8(" · ") + second;
  const double width = metrics.horizontalAdvance(first) + 1;
  CHECK(wrapped_parts(all, metrics, {2000}) == QStringList{all});
  CHECK(wrapped_parts(all, metrics, {2000, 2000}) == QStringList{all});
  CHECK(wrapped_parts(all, metrics, {width, width}) == QStringList{first, second});
  CHECK(wrapped_parts(all, metrics, {width}).front().endsWith(QString::fromUtf8("…")));
  CHECK(wrapped_parts(all, metrics, {20, 20}).size() == 1);

  TimeView view;
  view.reset({seconds(0), seconds(2)});
  TimelineWidget timeline(view, WorldKind::modeled);
  timeline.set_trace(refused_at_508());
  const QString summary = QString::fromUtf8(
      "1.053 s · ✕ EAGAIN by pids.max · 508 threads with main · 4.75 MiB for the jobs · 2.05 MiB for the program · "
      "simulated kernel, rust-playground");
  timeline.set_summary(summary);
  timeline.show();
  for (const int wide : {720, 900, 1300}) {
    timeline.resize(wide, 240);
    CAPTURE(wide);
    CHECK(timeline.shown_summary().join(QString::fromUtf8(" · ")) == summary);
  }
  // Beside the legend there is a whole part or none.
  timeline.resize(400, 128);
  CHECK(timeline.shown_summary().back().count(QString::fromUtf8(" · ")) >= 1);
  // In a column beside others, its parts are below each other; what has no room at all makes no empty lines.
  timeline.resize(230, 400);
  CHECK(timeline.shown_summary().join(QString::fromUtf8(" · ")) == summary);
  timeline.set_summary(summary + QString::fromUtf8(" · ") + QString(200, 'x'));
  CHECK(timeline.shown_summary().size() < 8);
}

}  // namespace spawnpoint::gui
