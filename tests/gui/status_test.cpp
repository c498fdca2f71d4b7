// SPDX-License-Identifier: GPL-3.0-or-later
// What status bar, headers and tabs tell: of which text, run and world; how far a run is; and all runs, one after the
// other.
#include <QTabBar>

#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/page/eliding_label.hpp"
#include "gui/window/status_line.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

const QString kTwoPools = QString(kQuick).section("[[run]]", 0, 0) +
                          "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 2\n"
                          "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 4\n";

const char* const kManyJobs = R"(spawnpoint = 1
[machine]
profile = "laptop-8g"
[jobs]
count = 3_000_000
steps = [{ sleep = "1ms" }]
[[run]]
concurrency = "thread_pool"
threads = 2
)";

}  // namespace

TEST_CASE("a long label is there in full in its tab's tooltip, and words that do not fit end in an ellipsis",
          "[status]") {
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  const QString label = QString("a label that says ").repeated(4) + "much";
  app.open(QString(kTwoPools) + "label = \"" + label + "\"\n");
  auto* tabs = app.window->compare().findChild<QTabBar*>("runs");
  CHECK(tabs->tabToolTip(1).contains(label));
  ElidingLabel line;
  line.resize(200, 20);
  line.setText(label);
  CHECK(line.shown_text().endsWith(QString::fromUtf8("…")));
  CHECK(line.fontMetrics().horizontalAdvance(line.shown_text()) <= 200);
  line.setText("short");
  CHECK(line.shown_text() == "short");
}

TEST_CASE("status bar and tabs name the run, and tell of the text as it is", "[status]") {
  AppFixture app;
  app.window->show();
  app.open(kTwoPools);
  const auto words = [&] { return app.window->status().words(); };
  auto* tabs = app.window->compare().findChild<QTabBar*>("runs");
  CHECK(tabs->tabText(0) == "thread_pool, 2 threads");
  CHECK(tabs->tabText(1) == "thread_pool, 4 threads");
  CHECK(tabs->tabToolTip(1).contains(QString::fromUtf8("“thread_pool 2”")));
  CHECK(words().startsWith("thread_pool, 2 threads"));
  CHECK(words().contains("3 of 3 jobs done"));
  CHECK_FALSE(words().contains("older text"));
  app.window->selection().select_run(1);
  REQUIRE(eventually(
      [&] { return app.window->runs().result({1, WorldKind::modeled}) && !app.window->runs().is_running(); }));
  CHECK(words().startsWith("thread_pool, 4 threads"));

  app.window->selection().select_run(0);
  app.action("run_live").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) && !app.window->runs().is_running(); }));
  REQUIRE(app.window->runs().result(kLive)->error == "");
  CHECK_FALSE(words().contains("older text"));
  // From the first keystroke on; and not any more once it is undone.
  app.window->file_panel().replace_text(QString(kTwoPools).replace("count = 3", "count = 4"));
  CHECK(words().count("from before the last change") == 2);
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->jobs == 4 && !app.window->runs().is_running();
  }));
  CHECK(words().count("from before the last change") == 1);
  CHECK(app.window->compare().column().summary(WorldKind::live).startsWith("from before the last change"));
  CHECK_FALSE(app.window->compare().column().summary(WorldKind::live).contains("this machine"));
  app.action("undo").trigger();
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK_FALSE(words().contains("older text"));
  CHECK_FALSE(app.window->compare().column().is_dimmed(WorldKind::live));
}

TEST_CASE("a tab has a cross only while the text as it is fails", "[status]") {
  AppFixture app;
  app.open(kRefused);
  auto* tabs = app.window->compare().findChild<QTabBar*>("runs");
  const auto crossed = [&] { return tabs->tabText(0).startsWith(QString::fromUtf8("✕")); };
  CHECK(eventually(crossed, 5'000));
  app.window->file_panel().replace_text(QString(kRefused).replace("count = 1000", "count = 100"));
  CHECK(eventually([&] { return !crossed(); }, 5'000));
}

TEST_CASE("a run that takes long to get ready is not said to be at 0%", "[status]") {
  AppFixture app;
  app.window->show();
  REQUIRE(app.window->open_file(app.write("many.toml", kManyJobs)));
  REQUIRE(eventually([&] { return app.parsed(); }));
  CHECK(app.window->status().words().contains("F6"));
  app.action("run_model").trigger();
  REQUIRE(app.window->runs().is_running());
  CHECK_FALSE(app.window->runs().fraction());
  CHECK(app.window->status().words().contains("getting 3,000,000 jobs ready"));
  CHECK_FALSE(app.window->status().words().contains('%'));
  REQUIRE(eventually([&] { return app.window->runs().progress().completed > 0; }));
  CHECK(app.window->runs().fraction());
  app.action("stop").trigger();
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }));
}

TEST_CASE("what is left of a live run is told by its model, as far as that goes", "[status]") {
  application();
  Runs runs;
  auto scenario = std::make_shared<Scenario>();
  scenario->runs.emplace_back().concurrency = "nothing of this name";
  scenario->jobs.count = 4;
  const auto model = [&](Duration wall, bool fails) {
    auto result = std::make_shared<RunResult>();
    result->wall = wall;
    if (fails) result->failure.emplace();
    runs.adopt(kModeled, result, 1);
  };
  // It never gets far: what it has done so far is nothing.
  model(std::chrono::seconds(10), false);
  runs.start({scenario, 1, 0, /*modeled=*/false, /*live=*/true, /*uncapped=*/false});
  CHECK(runs.fraction() == 0);
  CHECK_FALSE(runs.is_behind_model());
  model(std::chrono::seconds(10), true);
  CHECK_FALSE(runs.fraction());
  model(Duration{}, false);
  CHECK_FALSE(runs.fraction());
  CHECK_FALSE(runs.time_left());
}

TEST_CASE("all runs are run in both worlds, one after the other", "[status]") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  CHECK_FALSE(app.action("run_all").isEnabled());
  app.open(kTwoPools, "pools.toml");
  std::vector<RunKey> ended;
  QObject::connect(&app.window->runs(), &Runs::finished, app.window.get(), [&](RunKey key) { ended.push_back(key); });
  QStringList told;
  QObject::connect(&app.window->runs(), &Runs::started, app.window.get(),
                   [&](RunKey) { told += app.window->status().words(); });
  app.action("run_all").trigger();
  REQUIRE(eventually([&] { return ended.size() == 4 && !app.window->runs().is_running(); }));
  CHECK(ended == std::vector<RunKey>{kModeled, kLive, {1, WorldKind::modeled}, {1, WorldKind::live}});
  CHECK(told.filter("1 of 2 runs: thread_pool, 2 threads").size() == 2);
  CHECK(told.filter("2 of 2 runs: thread_pool, 4 threads").size() == 2);
  CHECK(app.window->workspace().runs_in_all() == 0);
  CHECK(app.window->runs().result({1, WorldKind::live})->error == "");
  CHECK(app.window->selection().run() == 0);
}

TEST_CASE("stopping one of all runs stops all", "[status]") {
  AppFixture app;
  app.open(QString(kTwoPools).replace("60ms", "30s"));
  int started = 0;
  QObject::connect(&app.window->runs(), &Runs::started, app.window.get(), [&](RunKey) { ++started; });
  app.action("run_all").trigger();
  REQUIRE(eventually([&] { return app.window->runs().current() == kLive; }));
  app.action("stop").trigger();
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }, 20'000));
  CHECK(started == 2);
  CHECK(app.window->workspace().runs_in_all() == 0);
}

TEST_CASE("the question before a live run tells how its model fails", "[status]") {
  AppFixture app;
  app.open(QString(kRefused).replace("1000", "9000").replace("\"1s\"", "\"20min\""));
  const LiveEstimate asked = app.asked_before_live();
  CHECK(asked.wall_is_least);
  const QString words = live_words(asked);
  INFO(words.toStdString());
  CHECK(words.contains("after 507 threads (pids.max)"));
  CHECK(words.contains("at least "));
  CHECK_FALSE(words.contains("predicted"));
}

TEST_CASE("the question before a live run compares threads with a cap that counts the same ones", "[status]") {
  LiveEstimate estimate;
  estimate.threads = 40'000;
  estimate.thread_cap = 16'211;  // The main thread is one of them.
  CHECK(
      live_words(estimate).contains("Threads besides main</td><td align='right'>40,000</td><td align='right'>16,210<"));
}

TEST_CASE("a live run of hours asks before it starts", "[status]") {
  AppFixture app;
  app.open(QString(kQuick).replace("60ms", "67h"));
  const LiveEstimate asked = app.asked_before_live();
  CHECK(is_long(asked));
  CHECK(asked.wall >= std::chrono::hours(67));
  CHECK(live_words(asked).contains("67 h"));
  // Ten minutes are asked about, nine are not.
  for (const auto& [minutes, long_one] : {std::pair(9, false), std::pair(11, true)}) {
    LiveEstimate estimate;
    estimate.wall = std::chrono::minutes(minutes);
    CHECK(is_risky(estimate) == long_one);
  }
}
