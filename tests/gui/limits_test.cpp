// SPDX-License-Identifier: GPL-3.0-or-later
// The page of limits: which one has ended the run that is shown, what its words promise, and of which text they are.
#include "gui/limits/limits_page.hpp"

#include <QImage>
#include <QLabel>
#include <QPainter>

#include "gui/file/file_panel.hpp"
#include "gui/limits/ladder_picture.hpp"
#include "gui/map/map_page.hpp"
#include "models/result/format.hpp"
#include "tests/gui/app_fixture.hpp"

namespace spawnpoint::gui {
namespace {

/// Its tasks are too many for the memory, which has room for thousands of threads.
const char* const kTooManyTasks = R"([machine]
profile = "laptop-8g"
limits.memory_max = "8MiB"
[jobs]
count = 100_000
steps = [{ sleep = "1s" }]
[[run]]
concurrency = "join_all"
[[run]]
concurrency = "sequential"
)";

bool says(const QWidget& page, const QString& words) {
  return std::ranges::any_of(page.findChildren<QLabel*>(), [&](auto* label) { return label->text().contains(words); });
}

}  // namespace

TEST_CASE("the limit that ends a run through its tasks' memory is marked", "[limits]") {
  AppFixture app;
  app.open(kTooManyTasks);
  LimitsPage& page = app.window->limits();
  const auto result = app.window->runs().result(kModeled);
  REQUIRE(result);
  REQUIRE(result->failure);
  REQUIRE(result->failure->limit == "memory.max");
  LadderView& ladder = page.ladder();
  REQUIRE(ladder.ended() != LadderPicture::kNone);
  CHECK(rung_at(ladder.ladder(), ladder.ended()).limit->name == "memory.max");
  CHECK(ladder.accessibleDescription().contains("memory.max ends the run that is shown"));
  const Theme theme = make_theme(ThemeKind::light);
  CHECK(LadderPicture(ladder.ladder(), theme, 0, 800, ladder.ended()).is_too_low(ladder.ended()));
  CHECK(says(page, "The modeled run ends with "));
  CHECK(result->peak_tasks > 1000);
  CHECK(says(page, "by the memory of its " + QString::fromStdString(format_count(result->peak_tasks, "task"))));
  CHECK_FALSE(says(page, "no limit stands in the way"));
  CHECK_FALSE(says(page, "the dashed line is what you want"));
  // One job at a time needs no more than that.
  app.window->selection().select_run(1);
  REQUIRE(eventually(
      [&] { return app.window->runs().result({1, WorldKind::modeled}) && !app.window->runs().is_running(); }));
  CHECK(ladder.ended() == LadderPicture::kNone);
  CHECK(says(page, "no limit stands in the way"));
}

TEST_CASE("the limits' words speak of a dashed line only where there is one", "[limits]") {
  AppFixture app;
  app.open(kRefused);
  LimitsPage& page = app.window->limits();
  CHECK(says(page, "the dashed line is what you want"));
  app.window->selection().select_run(1);
  CHECK(page.wanted() == 0);
  CHECK_FALSE(says(page, "the dashed line is what you want"));
}

TEST_CASE("with an error in the text, limits and map say that they are of the last text without errors", "[limits]") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  LimitsPage& page = app.window->limits();
  const QString words = "This is of the last text without errors.";
  CHECK_FALSE(says(page, words));
  app.window->file_panel().replace_text(QString(kQuick).replace("count", "cuont"));
  REQUIRE(eventually([&] { return app.window->document().has_errors(); }));
  CHECK(says(page, words));
  app.window->pages().setCurrentWidget(&app.window->map());
  CHECK(says(app.window->map(), words));
  app.window->file_panel().replace_text(kQuick);
  REQUIRE(eventually([&] { return !app.window->document().has_errors() && app.parsed(); }));
  CHECK_FALSE(says(page, words));
  CHECK_FALSE(says(app.window->map(), words));
}

TEST_CASE("the count of a bar is beside the dashed line, not over it", "[limits]") {
  constexpr double kWide = 30, kWidth = 400;
  CHECK(LadderPicture::place_of_count(100, kWide, 300, kWidth) == 104);
  // Close behind the bar's end, and within the count.
  for (const double line : {101.0, 106.0, 120.0, 134.0})
    CHECK(LadderPicture::place_of_count(100, kWide, line, kWidth) >= line + 4);
  CHECK(LadderPicture::place_of_count(100, kWide, 150, kWidth) == 104);
  // At the right edge it cannot give way.
  CHECK(LadderPicture::place_of_count(390, kWide, 385, kWidth) == kWidth - kWide);
}

}  // namespace spawnpoint::gui
