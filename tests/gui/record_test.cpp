// SPDX-License-Identifier: GPL-3.0-or-later
// Saved records in the app: opened as runs of their own, beside a scenario's or without one.
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QMenu>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <algorithm>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/window/status_line.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/scenario/parse.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

constexpr RunKey kRecord{Workspace::kFirstRecord, WorldKind::modeled};

/// The refused run of kRefused as a record; its folder.
QString saved(AppFixture& app) {
  const ParseResult parsed = parse_scenario(kRefused, "refused.toml", {});
  REQUIRE(parsed.scenario);
  const QString folder = app.folder.filePath("record");
  REQUIRE(save_record(run_modeled(*parsed.scenario, 0, {}), "rust-playground", folder.toStdString()));
  return folder;
}

bool opened(AppFixture& app, std::size_t records = 1) {
  return eventually(
      [&] { return app.window->workspace().all_runs().size() >= records && app.window->runs().result(kRecord); });
}

}  // namespace

TEST_CASE("a record that is opened is a run of its own beside the scenario's", "[record]") {
  AppFixture app;
  app.window->show();
  const QString record = saved(app);
  app.open(kQuick);
  REQUIRE(app.window->open_file(record));
  REQUIRE(opened(app));
  ComparePage& compare = app.window->compare();
  auto* tabs = compare.findChild<QTabBar*>("runs");
  REQUIRE(tabs);
  REQUIRE(tabs->count() == 2);
  CHECK(tabs->currentIndex() == 1);
  CHECK(tabs->tabText(1).contains("thread_per_job (saved, modeled)"));
  CHECK(compare.column().summary(WorldKind::modeled).contains("saved record · rust-playground"));
  CHECK(compare.column().summary(WorldKind::modeled).contains("EAGAIN by pids.max"));
  CHECK(compare.column().summary(WorldKind::live).isEmpty());
  CHECK_FALSE(compare.column().is_dimmed(WorldKind::modeled));
  REQUIRE(compare.timeline(WorldKind::modeled).trace());
  CHECK(compare.timeline(WorldKind::modeled).trace()->jobs.size() == 1000);
  CHECK_FALSE(compare.memory().content().lines.empty());
  CHECK_FALSE(compare.threads().content().lines.empty());
  CHECK(compare.time().landmarks().size() == 1);
  CHECK(app.window->diagnosis().headline().contains("saved record"));
  CHECK_FALSE(app.action("run_model").isEnabled());

  JobsPage& jobs = app.window->job_table();
  app.window->pages().setCurrentWidget(&jobs);
  jobs.model().settle();
  CHECK(jobs.model().rowCount() == 1000);

  // The scenario's run is there as before, and the record stays when the text changes.
  tabs->setCurrentIndex(0);
  CHECK(compare.timeline(WorldKind::modeled).trace()->jobs.size() == 3);
  CHECK(app.action("run_model").isEnabled());
  tabs->setCurrentIndex(1);
  app.window->document().set_text(QString(kQuick).replace("count = 3", "count = 4"));
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  CHECK(app.window->workspace().selection().run() == kRecord.run);
  CHECK(app.window->runs().result(kRecord)->jobs == 1000);

  // Both side by side.
  compare.beside().setChecked(true);
  CHECK(app.window->workspace().shown_runs() == std::vector<std::size_t>{kRecord.run, 0});
  compare.beside().setChecked(false);

  // Another scenario closes it.
  app.open(kRefused, "other.toml");
  CHECK(tabs->count() == 2);
  CHECK_FALSE(app.window->runs().result(kRecord));
}

TEST_CASE("a record stays selected while what is tried is written into the text", "[record]") {
  AppFixture app;
  const QString record = saved(app);
  app.open(kQuick);
  app.window->document().set_setting("jobs.count", QString("4"));
  REQUIRE(app.window->open_file(record));
  REQUIRE(opened(app));
  REQUIRE(eventually([&] { return app.parsed() && app.window->selection().run() == kRecord.run; }));
  app.window->workspace().write_settings();
  REQUIRE(eventually([&] { return app.parsed() && !app.window->document().has_settings(); }));
  CHECK(app.window->document().text().contains("count = 4"));
  CHECK(app.window->document().scenario()->jobs.count == 4);
  CHECK(app.window->selection().run() == kRecord.run);
}

TEST_CASE("a record opens without a scenario, by its run.csv", "[record]") {
  AppFixture app;
  app.window->show();
  REQUIRE(app.window->open_file(saved(app) + "/run.csv"));
  REQUIRE(opened(app));
  ComparePage& compare = app.window->compare();
  CHECK(compare.findChild<QTabBar*>("runs")->count() == 1);
  REQUIRE(compare.timeline(WorldKind::modeled).trace());
  CHECK(compare.column().summary(WorldKind::modeled).contains("saved record"));
  CHECK(app.window->pages().currentWidget() == &compare);
  CHECK(app.window->status().words().contains("507 of 1,000 jobs done"));
  CHECK(app.window->findChild<QSpinBox*>("jobs")->value() == 1000);
  CHECK(app.window->findChild<QComboBox*>("machine")->placeholderText() == "rust-playground");
  const auto titles = app.window->limits().findChildren<QLabel*>();
  CHECK(std::ranges::any_of(titles, [](const QLabel* label) { return label->text().contains("none to show"); }));
}

TEST_CASE("a record is closed by its tab, and the run before it is shown", "[record]") {
  AppFixture app;
  app.window->show();
  const QString record = saved(app);
  app.open(kQuick);
  app.window->open_file(record);
  app.window->open_file(record);
  REQUIRE(opened(app, 3));
  Workspace& workspace = app.window->workspace();
  auto& tabs = *app.window->compare().findChild<QTabBar*>("runs");
  REQUIRE(tabs.count() == 3);
  workspace.selection().select_run(kRecord.run);

  const auto middle_click = [&](int tab) {
    QTest::mouseClick(&tabs, Qt::MiddleButton, Qt::NoModifier, tabs.tabRect(tab).center());
  };
  SECTION("with a middle click; a run of the scenario stays") {
    middle_click(0);
    CHECK(workspace.all_runs().size() == 3);
    middle_click(1);
    CHECK(workspace.all_runs() == std::vector<std::size_t>{0, kRecord.run + 1});
    CHECK(workspace.selection().run() == 0);
    CHECK(tabs.count() == 2);
    CHECK_FALSE(app.window->runs().result(kRecord));
    middle_click(1);
    CHECK(workspace.all_runs() == std::vector<std::size_t>{0});
  }
  SECTION("from its menu") {
    emit tabs.customContextMenuRequested(tabs.tabRect(1).center());
    auto* menu = app.window->compare().findChild<QMenu*>();
    REQUIRE(menu);
    REQUIRE(menu->actions().size() == 1);
    CHECK(menu->actions()[0]->text() == "&Close record");
    menu->actions()[0]->trigger();
    CHECK(workspace.all_runs() == std::vector<std::size_t>{0, kRecord.run + 1});
  }
  SECTION("another one stays as it was, and one that is opened later does not take its place") {
    workspace.close_record(kRecord.run);
    REQUIRE(app.window->runs().result({kRecord.run + 1, WorldKind::modeled}));
    app.window->open_file(record);
    REQUIRE(eventually([&] { return workspace.all_runs().size() == 3; }));
    CHECK(workspace.all_runs() == std::vector<std::size_t>{0, kRecord.run + 1, kRecord.run + 2});
  }
}

TEST_CASE("without a scenario, nothing is left when the only record is closed", "[record]") {
  AppFixture app;
  app.window->show();
  app.window->open_file(saved(app));
  REQUIRE(opened(app));
  app.window->workspace().close_record(kRecord.run);
  CHECK(app.window->workspace().all_runs().empty());
  CHECK(app.window->compare().findChild<QTabBar*>("runs")->count() == 0);
  CHECK_FALSE(app.window->compare().timeline(WorldKind::modeled).trace());
  CHECK(app.window->diagnosis().headline().contains("Open a scenario"));
  CHECK(app.window->findChild<QComboBox*>("machine")->placeholderText().isEmpty());
}

TEST_CASE("an action that a record does not have says why, in its tooltip and when its key is pressed", "[record]") {
  AppFixture app;
  app.window->show();
  const QString record = saved(app);
  app.open(kQuick);
  app.window->open_file(record);
  REQUIRE(opened(app));
  CHECK(app.action("export").toolTip().contains("A saved record is not exported"));
  CHECK(app.action("run_both").toolTip().contains("A saved record is over"));
  QTest::keyClick(&app.window->compare(), Qt::Key_E, Qt::ControlModifier);
  CHECK(app.window->statusBar()->currentMessage().contains("A saved record is not exported"));
  QTest::keyClick(&app.window->compare(), Qt::Key_F5);
  CHECK(app.window->statusBar()->currentMessage().contains("A saved record is over"));
  app.window->selection().select_run(0);
  CHECK(app.action("export").isEnabled());
  CHECK_FALSE(app.action("export").toolTip().contains("record"));
}

TEST_CASE("how late the jobs of a record were is not known, which their cells say", "[record]") {
  AppFixture app;
  app.window->show();
  app.window->open_file(saved(app));
  REQUIRE(opened(app));
  JobsPage& jobs = app.window->job_table();
  app.window->pages().setCurrentWidget(&jobs);
  jobs.model().settle();
  const QModelIndex late = jobs.model().index(0, static_cast<int>(JobColumn::late));
  CHECK(late.data().toString() == "–");
  CHECK(late.data(Qt::ToolTipRole).toString().contains("Not known"));
}

TEST_CASE("a record that cannot be read is refused with its place, and nothing is opened", "[record]") {
  AppFixture app;
  const QString record = saved(app);
  QFile file(record + "/jobs.csv");
  REQUIRE(file.open(QIODevice::WriteOnly));
  file.write("job,state\n");
  file.close();
  app.window->open_file(record);
  REQUIRE(eventually([&] { return !app.told.isEmpty(); }));
  CHECK(app.told.front().contains("jobs.csv:1:1: the header should be"));
  CHECK(app.window->workspace().all_runs().empty());
}

TEST_CASE("records that are opened at once all arrive, and a file that cannot be opened takes none away", "[record]") {
  AppFixture app;
  app.window->show();
  const QString record = saved(app);
  app.window->open_file(record);
  app.window->open_file(record + "/run.csv");
  REQUIRE(opened(app, 2));
  CHECK_FALSE(app.window->open_file(app.folder.filePath("is not there.toml")));
  CHECK(app.window->workspace().all_runs().size() == 2);
  CHECK(app.window->runs().result(kRecord));
}
