// SPDX-License-Identifier: GPL-3.0-or-later
// The app with a concurrency model that is not shipped: every page, the chart export and the reference know it.
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <span>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/export/export.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/help/reference_dialog.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/state_words.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "models/result/format.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/export_formats.hpp"
#include "tests/toy/two_at_a_time.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;
using concurrency::TwoAtATime;

namespace {

const char* const kFive = R"(spawnpoint = 1
title = "Five jobs"
[machine]
profile = "laptop-8g"
[jobs]
count = 5
steps = [{ sleep = "60ms" }]
[[run]]
concurrency = "two_at_a_time"
)";

QByteArray contents(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  REQUIRE(file.open(QIODevice::ReadOnly));
  return file.readAll();
}

}  // namespace

TEST_CASE("the pages of a run show one of a model that is not shipped, in both worlds") {
  AppFixture app;
  app.window->show();
  app.open(kFive);
  app.action("run_both").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) && !app.window->runs().is_running(); }));
  const auto live = app.window->runs().result(kLive);
  const auto modeled = app.window->runs().result(kModeled);
  INFO(live->error);
  REQUIRE(live->error.empty());
  REQUIRE(modeled);
  CHECK(live->completed == 5);

  ComparePage& compare = app.window->compare();
  CHECK(compare.findChild<QTabBar*>("runs")->tabText(0) == "two_at_a_time");
  CHECK(compare.column().summary(WorldKind::live).contains('%'));
  CHECK(
      compare.column().summary(WorldKind::modeled).startsWith(QString::fromStdString(format_duration(modeled->wall))));
  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    TimelineWidget& timeline = compare.timeline(world);
    timeline.set_rows(TimelineRows::jobs);
    timeline.settle();
    REQUIRE(timeline.trace());
    CHECK(timeline.trace()->jobs.size() == 5);
  }
  CHECK_FALSE(compare.threads().content().lines.empty());
  CHECK(state_reason(JobState::queued, "two_at_a_time") == to_qstring(TwoAtATime::traits.queued_for));

  JobsPage& jobs = app.window->job_table();
  app.window->pages().setCurrentWidget(&jobs);
  jobs.model().settle();
  CHECK(jobs.model().rowCount() == 10);
  compare.show_job(WorldKind::modeled, 2);
  REQUIRE(eventually([&] { return app.window->job_details().toPlainText().contains("MODEL"); }));
  CHECK(app.window->job_details().toPlainText().contains(to_qstring(TwoAtATime::traits.started_by)));

  CHECK(app.window->diagnosis().headline().contains("5 jobs ran on one thread, at most 2 at a time"));
  auto* why = app.window->diagnosis().findChild<QToolButton*>("why");
  REQUIRE(why);
  CHECK(why->toolTip() == to_qstring(TwoAtATime::traits.question));
  auto* answer = app.window->diagnosis().findChild<QLabel*>("why_answer");
  REQUIRE(answer);
  CHECK(answer->text().contains("The futures of the next pair"));

  app.window->pages().setCurrentWidget(&app.window->limits());
  CHECK_FALSE(app.window->limits().ladder().ladder().rungs.empty());
}

TEST_CASE("what-if and the failure map compute a model that is not shipped") {
  AppFixture app;
  app.window->show();
  app.open(QString(kFive) + "[sweep]\n\"jobs.count\" = [1, 10, 100]\n");
  QLineEdit* count = app.window->what_if().field("jobs.count");
  REQUIRE(count);
  count->setText("4");
  count->setModified(true);
  emit count->editingFinished();
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return app.parsed() && result && result->jobs == 4 && !app.window->runs().is_running();
  }));
  CHECK(app.window->runs().result(kModeled)->wall < std::chrono::milliseconds(130));

  MapPage& map = app.window->map();
  app.window->pages().setCurrentWidget(&map);
  REQUIRE(eventually([&] { return map.snapshot() && map.snapshot()->complete; }));
  REQUIRE(map.view().content().lines.size() == 1);
  CHECK(map.view().content().lines[0].name == "two_at_a_time");
}

TEST_CASE("Home shows and finds a scenario with a model that is not shipped") {
  AppFixture app;
  GalleryModel gallery;
  gallery.show({app.write("five.toml", kFive).toStdString()});
  REQUIRE(eventually([&] { return gallery.complete(); }));
  CHECK(gallery.card(0).good);
  REQUIRE(gallery.card(0).preview);
  CHECK(gallery.card(0).preview->rows == 5);
  CHECK(gallery.card(0).search.contains("two_at_a_time"));
}

TEST_CASE("charts of a model that is not shipped are exported with its name") {
  AppFixture app;
  app.open(kFive);
  const auto modeled = app.window->runs().result(kModeled);
  REQUIRE(modeled);
  ExportOptions options;
  options.directory = app.folder.filePath("charts").toStdString();
  options.formats = export_formats_of({"svg", "csv"});
  const ExportReport report = export_run(*app.window->document().scenario(), std::span(modeled.get(), 1), options);
  REQUIRE(report.errors.empty());
  REQUIRE_FALSE(report.written.empty());
  bool drawn = false;
  for (const auto& path : report.written)
    if (path.extension() == ".svg") drawn = contents(path).contains("two_at_a_time");
  CHECK(drawn);
}

TEST_CASE("the reference lists a model that is not shipped") {
  QtWatch warnings;
  ReferenceDialog dialog(nullptr);
  auto* table = dialog.findChild<QTableView*>();
  REQUIRE(table);
  bool found = false;
  for (int row = 0; row < table->model()->rowCount(); ++row)
    found = found || table->model()->index(row, 0).data().toString().contains("two_at_a_time");
  CHECK(found);
}
