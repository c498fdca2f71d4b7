// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing: the difference between two runs, their alignment, what is between two moments, and runs side by side.
#include <QComboBox>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabBar>
#include <QToolButton>
#include <set>

#include "gui/compare/column_text.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/compare/difference_strip.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/jobs/range_details.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/desk.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

/// As if it had run live.
std::shared_ptr<const RunResult> as_live(RunResult result) {
  result.world = WorldKind::live;
  return std::make_shared<const RunResult>(std::move(result));
}

Instant at(double seconds) {
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
}

/// Threads over time: value from each second on, until `end`.
std::shared_ptr<Trace> threads(std::vector<double> values, double end) {
  auto trace = std::make_shared<Trace>();
  for (std::size_t i = 0; i < values.size(); ++i)
    trace->series[static_cast<std::size_t>(SeriesKind::threads)].append(at(static_cast<double>(i)), values[i]);
  trace->end = at(end);
  return trace;
}

}  // namespace

TEST_CASE("the difference of two runs is that of their threads, and a run that is over has none") {
  const ShiftedTrace model{threads({1, 5, 3}, 4), {}};
  const ShiftedTrace live{threads({1, 4, 9, 2}, 5), {}};
  const auto cells = differences(model, live, {at(0), at(6)}, 6);
  REQUIRE(cells.size() == 6);
  CHECK(cells[0] == DifferenceCell{0, 0});
  CHECK(cells[1] == DifferenceCell{-1, -1});
  CHECK(cells[2] == DifferenceCell{6, 6});
  CHECK(cells[3] == DifferenceCell{-1, -1});
  CHECK(cells[4] == DifferenceCell{2, 2});
  CHECK(cells[5] == DifferenceCell{0, 0});
  const auto largest = largest_difference(model, live);
  CHECK(largest.value == 6);
  CHECK(largest.at == at(2));
  // In one column all of it: the lowest and the highest.
  const auto one = differences(model, live, {at(0), at(6)}, 1);
  REQUIRE(one.size() == 1);
  CHECK(one[0] == DifferenceCell{-1, 6});
}

TEST_CASE("runs that are shifted onto each other do not differ") {
  const ShiftedTrace model{threads({1, 5, 3}, 3), std::chrono::seconds(1)};
  auto later = threads({0, 1, 5, 3}, 4);
  CHECK(largest_difference(model, {later, {}}).value == 0);
  CHECK(largest_difference({model.trace, {}}, {later, {}}).value != 0);
  CHECK(differences(model, {nullptr, {}}, {at(0), at(1)}, 3).empty());
}

TEST_CASE("jobs within a range are counted by their start and their end") {
  Trace trace;
  trace.jobs.resize(4);
  for (JobId job = 0; job < 3; ++job) {
    trace.jobs.started[job] = at(job);
    trace.jobs.ended[job] = at(job + 1.5);
  }
  trace.jobs.started[3] = trace.jobs.ended[3] = kNever;  // Was never started.
  const JobsWithin counted = jobs_within(trace, {at(0.5), at(2.5)});
  CHECK(counted.started == 2);
  CHECK(counted.ended == 2);
}

TEST_CASE("a selection, or the markers, are described in the Selection panel") {
  AppFixture app;
  app.open(kRefused);
  TimeView& time = app.window->compare().time();
  const Instant end = app.window->runs().result(kModeled)->trace->end;
  time.set_selection(TimeRange{Instant{}, end});
  const auto told = [&] { return app.window->job_details().toPlainText(); };
  REQUIRE(eventually([&] { return told().contains(QString::fromUtf8("Δ")); }));
  CHECK(told().contains("507 jobs started"));
  CHECK(told().contains("MODEL"));
  CHECK(told().contains("from 0"));
  CHECK_FALSE(told().contains(", to"));
  time.set_selection(std::nullopt);
  REQUIRE(eventually([&] { return !told().contains("jobs started"); }));
  time.set_marker(0, Instant{});
  time.set_marker(1, end);
  REQUIRE(eventually([&] { return told().contains("507 jobs started"); }));
  CHECK(told().contains("A 0"));
}

TEST_CASE("with both worlds, all of a page of 1280 by 800 is seen") {
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(kTwoRuns);
  app.window->runs().adopt(kLive, as_live(*app.window->runs().result(kModeled)), app.window->document().revision());
  emit app.window->runs().finished(kLive);
  QCoreApplication::processEvents();
  REQUIRE(app.window->compare().column().memory_difference().isVisible());
  auto* scroll = app.window->compare().findChild<QScrollArea*>();
  REQUIRE(scroll != nullptr);
  CHECK(scroll->verticalScrollBar()->maximum() == 0);
}

TEST_CASE("a model beside a live run says which threads it leaves out") {
  AppFixture app;
  app.open(QString(kQuick) + "runtime = \"java\"\n");
  const auto summary = [&] { return app.window->compare().column().summary(WorldKind::modeled); };
  CHECK(summary().contains("22 threads, 19 of them the runtime's own"));
  RunResult beside = *app.window->runs().result(kModeled);
  beside.beside_live = true;
  beside.peak_threads = 4;
  beside.own_threads = 1;
  app.window->runs().adopt(kModeled, std::make_shared<const RunResult>(beside), app.window->document().revision());
  CHECK(summary().contains("4 threads with main, without the runtime's own 18"));
}

TEST_CASE("both worlds can be aligned at their failures") {
  AppFixture app;
  app.window->questions().live = [](QWidget*, const LiveEstimate&) { return LiveAnswer::run; };
  app.open(kRefused);
  ComparePage& compare = app.window->compare();
  CHECK_FALSE(compare.alignment().isEnabled());
  CHECK(compare.column().difference_strip().text_at(at(0.1)).isEmpty());
  app.window->run(/*modeled=*/true, /*live=*/true);
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) && !app.window->runs().is_running(); }));
  const auto modeled = app.window->runs().result(kModeled), live = app.window->runs().result(kLive);
  REQUIRE(live->error == "");
  CHECK(compare.column().difference_strip().text_at(at(0.1)).contains("model"));
  const auto imposed = std::ranges::find(live->imposed, "pids.max", &ImposedLimit::limit);
  REQUIRE(imposed != live->imposed.end());
  if (!imposed->held()) SKIP("pids.max cannot be imposed here: " + imposed->means);
  REQUIRE(live->failure);
  REQUIRE(compare.alignment().isEnabled());
  CHECK(compare.time().landmarks().size() == 2);
  compare.alignment().setCurrentIndex(1);
  CHECK(modeled->failure->at + compare.shift(WorldKind::modeled) == live->failure->at + compare.shift(WorldKind::live));
  CHECK(std::min(compare.shift(WorldKind::modeled), compare.shift(WorldKind::live)) == Duration::zero());
  REQUIRE(compare.time().landmarks().size() == 2);
  CHECK(compare.time().landmarks()[0] == compare.time().landmarks()[1]);
  // All marks of the charts lie there too.
  for (const ChartMark& mark : compare.memory().content().marks) CHECK(mark.at == compare.time().landmarks()[0]);
  compare.alignment().setCurrentIndex(0);
  CHECK(compare.shift(WorldKind::modeled) == Duration::zero());
  CHECK(compare.shift(WorldKind::live) == Duration::zero());
}

TEST_CASE("a wrapped line is as high as its text at its width, also when it gets wider") {
  application();
  QWidget parent;
  WrappedLine line(&parent);
  line.resize(60, 20);
  line.show_text("live against model: resident -4.2% and virtual");
  const int narrow = line.minimumHeight();
  line.resize(2000, 20);
  line.show();
  parent.show();
  CHECK(narrow > 2 * line.minimumHeight());
  CHECK(line.minimumHeight() <= 2 * line.fontMetrics().lineSpacing());
}

TEST_CASE("up to three runs are shown side by side, and all are modeled") {
  AppFixture app;
  app.open(QString(kRefused) +
           "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 8\n[[run]]\nconcurrency = \"sequential\"\n");
  ComparePage& compare = app.window->compare();
  app.window->show();
  CHECK(app.window->workspace().shown_runs() == std::vector<std::size_t>{0});
  compare.beside().setChecked(true);
  CHECK(app.window->workspace().shown_runs() == std::vector<std::size_t>{0, 1, 2});
  REQUIRE(eventually([&] {
    return app.window->runs().result({1, WorldKind::modeled}) && app.window->runs().result({2, WorldKind::modeled}) &&
           !app.window->runs().is_running();
  }));
  CHECK_FALSE(app.window->runs().result({3, WorldKind::modeled}));
  // The time axis holds the longest of them: a pool of 8 takes 125 rounds of a second.
  CHECK(compare.time().extent().end >= at(125));
  CHECK(compare.findChildren<TimelineWidget*>().size() == 6);
  // Charts side by side have one scale: eight workers are fewer than 507 threads.
  const auto tops = [&] {
    std::set<double> memory, threads;
    for (ChartView* chart : compare.findChildren<ChartView*>())
      (chart->content().unit == ChartUnit::bytes ? memory : threads).insert(chart->top_value());
    return std::pair(memory.size(), threads.size());
  };
  CHECK(eventually([&] { return tops() == std::pair<std::size_t, std::size_t>{1, 1}; }));
  const double shared = compare.threads().top_value();
  CHECK(shared >= 507);
  app.window->selection().select_run(3);
  CHECK(app.window->workspace().shown_runs() == std::vector<std::size_t>{3, 0, 1});
  // Each column has its run's name, and a line that is wrapped takes nothing from the chart below it.
  const QLabel& name = compare.column().name();
  CHECK(name.isVisible());
  CHECK(name.text() == app.window->workspace().name_of(3));
  const QLabel& difference = compare.column().memory_difference();
  CHECK(compare.memory().mapTo(&compare, QPoint(0, 0)).y() >=
        (difference.isVisible() ? difference.mapTo(&compare, QPoint(0, difference.height())).y() : 0));
  CHECK(compare.memory().geometry().bottom() <= compare.memory().parentWidget()->rect().bottom());
  REQUIRE(eventually([&] { return app.window->runs().result({3, WorldKind::modeled}) != nullptr; }));
  CHECK(compare.threads().top_value() == shared);
  compare.beside().setChecked(false);
  CHECK(compare.threads().top_value() < shared);
  CHECK_FALSE(name.isVisible());
  CHECK(compare.findChildren<TimelineWidget*>().size() == 2);
}

TEST_CASE("a run that fails has its mark before anyone looks at it") {
  AppFixture app;
  app.window->show();
  app.open(QString(kRefused).replace("thread_per_job", "await_each").replace("join_all", "thread_per_job"));
  auto* tabs = app.window->compare().findChild<QTabBar*>("runs");
  REQUIRE(tabs);
  REQUIRE(tabs->count() == 2);
  REQUIRE(eventually([&] { return tabs->tabText(1).startsWith(QString::fromUtf8("✕ ")); }));
  CHECK_FALSE(tabs->tabText(0).startsWith(QString::fromUtf8("✕")));
  CHECK_FALSE(app.window->runs().result({1, WorldKind::modeled}));
  CHECK(app.window->workspace().fails(1) == true);
  // Of another text it is found out anew.
  app.window->file_panel().replace_text(QString(app.window->document().text()).replace("1000", "10"));
  REQUIRE(eventually([&] { return app.window->workspace().fails(1) == false; }));
  CHECK(eventually([&] { return !tabs->tabText(1).startsWith(QString::fromUtf8("✕")); }));
}

TEST_CASE("with an error in the text, no world promises that a key runs it") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  app.window->document().set_text(QString(kQuick).replace("count = 3", "count = 0"));
  REQUIRE(eventually([&] { return app.window->document().has_errors(); }));
  const TimelineWidget& live = app.window->compare().timeline(WorldKind::live);
  CHECK(live.accessibleDescription().contains("Fix the errors in the file first"));
  CHECK_FALSE(live.accessibleDescription().contains("F7"));
}

TEST_CASE("a failure that has several marks has one name in all charts") {
  AppFixture app;
  app.window->show();
  QFile file(QStringLiteral(SPAWNPOINT_SOURCE "/scenarios/q-rust-aborts.toml"));
  REQUIRE(file.open(QIODevice::ReadOnly));
  app.open(QString::fromUtf8(file.readAll()));
  const auto modeled = app.window->runs().result(kModeled);
  REQUIRE(modeled);
  REQUIRE(modeled->trace);
  REQUIRE(modeled->trace->marks.size() > 1);
  for (const ChartView* chart : {&app.window->compare().memory(), &app.window->compare().threads()}) {
    REQUIRE(chart->content().marks.size() > 1);
    for (const ChartMark& mark : chart->content().marks)
      CHECK(mark.label == QString::fromUtf8("✕ SIGABRT by max_map_count"));
  }
}
