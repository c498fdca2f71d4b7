// SPDX-License-Identifier: GPL-3.0-or-later
// The app with a limit that is not shipped: its name and its words are on every page and in the exported charts.
#include <QFile>
#include <QLabel>
#include <QTabWidget>
#include <QToolButton>
#include <algorithm>
#include <filesystem>
#include <span>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/export/export.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/text/to_qstring.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/export_formats.hpp"
#include "tests/toy/toy_limit.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

/// Thread 100 is refused there.
const char* const kToyRefused = R"(spawnpoint = 1
title = "Refused by a toy"
[machine]
profile = "laptop-8g"
cpus = 1
[jobs]
count = 150
steps = [{ sleep = "300ms" }]
[[run]]
concurrency = "thread_per_job"
)";

}  // namespace

TEST_CASE("the pages of a run name a limit that is not shipped, in both worlds") {
  AppFixture app;
  app.window->questions().live = [](QWidget*, const LiveEstimate&) { return LiveAnswer::run_uncapped; };
  app.window->show();
  app.open(kToyRefused);
  app.action("run_both").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) && !app.window->runs().is_running(); }));
  const auto live = app.window->runs().result(kLive);
  INFO(live->error);
  const auto imposed = std::ranges::find(live->imposed, "toy.max", &ImposedLimit::limit);
  REQUIRE(imposed != live->imposed.end());
  if (!imposed->held()) SKIP("no limit on threads can be imposed here: " + imposed->means);
  REQUIRE(live->failure);
  ComparePage& compare = app.window->compare();
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live})
    CHECK(compare.column().summary(world).contains("EAGAIN by toy.max"));
  CHECK(app.window->diagnosis().headline().contains("kernel.toy-max lets the cores have 100 threads"));
  auto* why = app.window->diagnosis().findChild<QToolButton*>("why");
  REQUIRE(why);
  CHECK(why->toolTip() == to_qstring(tests::kToyLimit.words.question));

  app.window->pages().setCurrentWidget(&app.window->limits());
  const LimitLadder& ladder = app.window->limits().ladder().ladder();
  REQUIRE(ladder.binding());
  CHECK(ladder.binding()->limit->name == "toy.max");
  bool told = false;
  for (const QLabel* label : app.window->limits().findChildren<QLabel*>())
    told = told || label->text().contains(to_qstring(tests::kToyLimit.words.how));
  CHECK(told);
}

TEST_CASE("the failure map and Home name a limit that is not shipped") {
  AppFixture app;
  app.window->show();
  app.open(QString(kToyRefused) + "[sweep]\n\"jobs.count\" = [10, 150]\n");
  MapPage& map = app.window->map();
  app.window->pages().setCurrentWidget(&map);
  REQUIRE(eventually([&] { return map.snapshot() && map.snapshot()->complete; }));
  REQUIRE(map.view().content().lines.size() == 1);
  CHECK(map.view().content().lines[0].end == "✕ at 100: EAGAIN by toy.max = 100");

  GalleryModel gallery;
  gallery.show({app.write("toy.toml", kToyRefused).toStdString()});
  REQUIRE(eventually([&] { return gallery.complete(); }));
  REQUIRE(gallery.card(0).preview);
  CHECK(gallery.card(0).preview->verdict.contains("toy.max"));
}

TEST_CASE("exported charts and records name a limit that is not shipped") {
  AppFixture app;
  app.open(kToyRefused);
  const auto modeled = app.window->runs().result(kModeled);
  REQUIRE(modeled);
  ExportOptions options;
  options.directory = app.folder.filePath("charts").toStdString();
  options.formats = export_formats_of({"svg", "csv"});
  const ExportReport report = export_run(*app.window->document().scenario(), std::span(modeled.get(), 1), options);
  REQUIRE(report.errors.empty());
  int named = 0;
  for (const auto& written : std::filesystem::recursive_directory_iterator(options.directory)) {
    const std::filesystem::path& path = written.path();
    if (path.extension() != ".svg" && path.filename() != "run.csv") continue;
    QFile file(QString::fromStdString(path.string()));
    REQUIRE(file.open(QIODevice::ReadOnly));
    if (file.readAll().contains("toy.max")) ++named;
  }
  CHECK(named >= 2);
}
