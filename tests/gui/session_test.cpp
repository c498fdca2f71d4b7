// SPDX-License-Identifier: GPL-3.0-or-later
// What is remembered: results by their scenario, and from one start to the next the place, the theme and the layout.
#include <QCloseEvent>

#include "gui/compare/compare_page.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/workspace/result_cache.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

std::shared_ptr<const RunResult> result_of(std::size_t jobs) {
  auto trace = std::make_shared<Trace>();
  trace->jobs.resize(jobs);
  auto result = std::make_shared<RunResult>();
  result->trace = trace;
  return result;
}

}  // namespace

TEST_CASE("the cache of results keeps the last used ones within its bytes") {
  ResultCache cache(100'000);
  const auto a = result_of(1000), b = result_of(1000);
  cache.put("a", a);
  cache.put("b", b);
  CHECK(cache.find("a") == a);
  CHECK(cache.find("b") == b);
  CHECK_FALSE(cache.find("c"));
  CHECK(cache.find("a") == a);  // Used last.
  cache.put("c", result_of(1000));
  CHECK(cache.find("a"));
  CHECK_FALSE(cache.find("b"));
  CHECK(cache.bytes() <= 100'000);
  // One that would push out everything is not kept.
  cache.put("large", result_of(5000));
  CHECK_FALSE(cache.find("large"));
  CHECK(cache.find("a"));
}

TEST_CASE("a text that was modeled before has its result at once: after an undo, and when opened again") {
  AppFixture app;
  app.open(kRefused);
  const auto first = app.window->runs().result(kModeled);
  REQUIRE(first);
  app.window->file_panel().replace_text(QString(kRefused).replace("count = 1000", "count = 100"));
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->jobs == 100 && !app.window->runs().is_running();
  }));
  app.action("undo").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kModeled) == first; }));
  CHECK_FALSE(app.window->compare().column().is_dimmed(WorldKind::modeled));
  CHECK(app.window->compare().timeline(WorldKind::modeled).trace() == first->trace);

  app.open(kQuick, "other.toml");
  CHECK(app.window->runs().result(kModeled) != first);
  app.open(kRefused);
  CHECK(app.window->runs().result(kModeled) == first);
  // Another seed is another scenario.
  app.window->file_panel().replace_text(QString("seed = 7\n") + kRefused);
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->seed == 7;
  }));
}

TEST_CASE("a new window opens what the last one looked at") {
  AppFixture app;
  app.open(kRefused);
  app.window->selection().select_run(1);
  REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
  app.window->set_dark(true);
  TimeView& time = app.window->compare().time();
  const TimeRange range{Instant(std::chrono::milliseconds(200)), Instant(std::chrono::milliseconds(300))};
  time.set_visible(range);
  REQUIRE(time.visible() == range);
  const QString file = app.window->document().path();
  REQUIRE(app.window->close());

  app.window = std::make_unique<MainWindow>(app.session);
  CHECK_FALSE(app.window->document().is_open());
  app.window->restore_place();
  CHECK(app.window->document().path() == file);
  CHECK(app.window->theme().kind == ThemeKind::dark);
  REQUIRE(eventually([&] { return app.window->compare().time().visible() == range; }));
  CHECK(app.window->selection().run() == 1);
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }));
  CHECK(app.window->compare().time().visible() == range);

  // --reset: nothing of it is left.
  app.session.reset();
  app.window = std::make_unique<MainWindow>(app.session);
  app.window->restore_place();
  CHECK_FALSE(app.window->document().is_open());
  CHECK(app.window->theme().kind == ThemeKind::light);
}

TEST_CASE("a file that is gone is not opened again") {
  AppFixture app;
  app.open(kQuick);
  const QString file = app.window->document().path();
  REQUIRE(app.window->close());
  REQUIRE(QFile::remove(file));
  app.window = std::make_unique<MainWindow>(app.session);
  app.window->restore_place();
  CHECK_FALSE(app.window->document().is_open());
  CHECK(app.told.isEmpty());
}
