// SPDX-License-Identifier: GPL-3.0-or-later
// New documents, several of them, closing; and what a new document leaves behind of the old one.
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QTableView>

#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "gui/window/status_line.hpp"
#include "models/scenario/parse.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

std::vector<MainWindow*> windows() {
  std::vector<MainWindow*> found;
  for (QWidget* top : QApplication::topLevelWidgets())
    if (auto* window = qobject_cast<MainWindow*>(top); window != nullptr && window->isVisible())
      found.push_back(window);
  return found;
}

/// Closes all windows but the fixture's.
void close_others(AppFixture& app) {
  for (MainWindow* window : windows())
    if (window != app.window.get()) window->close();
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

}  // namespace

TEST_CASE("a new scenario has a text that runs, and no file before it is saved", "[documents]") {
  AppFixture app;
  app.window->show();
  app.action("new").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kModeled) && !app.window->runs().is_running(); }));
  CHECK(app.window->windowTitle().contains("untitled.toml"));
  CHECK_FALSE(app.window->isWindowModified());
  CHECK(app.window->document().path().isEmpty());
  CHECK(app.session.recent().isEmpty());
  QStringList suggested;
  app.window->questions().file_to_save = [&](QWidget*, const QString& suggestion) {
    suggested += suggestion;
    return app.folder.filePath("mine.toml");
  };
  CHECK(app.window->save());
  REQUIRE(suggested.size() == 1);
  CHECK(suggested[0].endsWith("/untitled.toml"));
  CHECK(app.window->document().path() == app.folder.filePath("mine.toml"));
  CHECK(app.session.recent() == QStringList{app.folder.filePath("mine.toml")});
  const std::string file = app.folder.filePath("mine.toml").toStdString();
  CHECK(eventually([&] { return app.window->document().scenario()->file == file; }));
}

TEST_CASE("the first place to save a scenario in is not the folder of what was opened last", "[documents]") {
  AppFixture app;
  const QString opened = app.folder.filePath("records"), saved = app.folder.filePath("saved");
  REQUIRE(QDir().mkpath(opened));
  REQUIRE(QDir().mkpath(saved));
  app.session.set_last_folder("open", opened);
  app.window->show();
  app.action("new").trigger();
  QStringList suggested;
  app.window->questions().file_to_save = [&](QWidget*, const QString& suggestion) {
    suggested += suggestion;
    return saved + "/mine.toml";
  };
  REQUIRE(app.window->save());
  app.action("new").trigger();
  REQUIRE(app.window->save());
  REQUIRE(suggested.size() == 2);
  CHECK_FALSE(suggested[0].startsWith(opened));
  CHECK(suggested[1] == saved + "/untitled.toml");
}

TEST_CASE("each template is in the menu, and is a scenario without mistakes", "[documents]") {
  AppFixture app;
  QStringList names;
  for (const QMenu* menu : app.window->findChildren<QMenu*>())
    if (menu->title().contains("template"))
      for (const QAction* entry : menu->actions()) names += entry->text();
  const auto files = list_scenarios(scenario_templates());
  CHECK(files.size() >= 5);
  CHECK(names.size() == static_cast<qsizetype>(files.size()));
  CHECK(names.contains("A service with a pool"));
  for (const auto& file : files) {
    INFO(file);
    app.window->begin_scenario(QString::fromStdString(file.string()));
    REQUIRE(eventually([&] { return app.parsed(); }));
    CHECK(app.window->document().diagnostics().empty());
    CHECK(app.window->document().scenario());
  }
  CHECK(app.told.isEmpty());
}

TEST_CASE("a new scenario does not replace what is not saved without asking", "[documents]") {
  AppFixture app;
  app.open(kQuick);
  app.window->file_panel().replace_text(QString(kQuick).replace("60ms", "70ms"));
  app.window->questions().leave = [](MainWindow&) { return false; };
  app.action("new").trigger();
  CHECK(app.window->document().path().endsWith("scenario.toml"));
  app.action("close").trigger();
  CHECK(app.window->document().is_open());
  app.window->questions().leave = [](MainWindow&) { return true; };
  app.action("new").trigger();
  CHECK(app.window->document().path().isEmpty());
}

TEST_CASE("closing a document leaves the window at home, with nothing of it", "[documents]") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  app.action("close").trigger();
  CHECK_FALSE(app.window->document().is_open());
  CHECK(app.window->pages().currentWidget() == &app.window->home());
  CHECK(app.window->windowTitle() == "Spawnpoint");
  CHECK(app.window->file_panel().edit().toPlainText().isEmpty());
  CHECK_FALSE(app.window->file_panel().edit().isEnabled());
  CHECK_FALSE(app.window->runs().result(kModeled));
  CHECK_FALSE(app.action("run_both").isEnabled());
  CHECK_FALSE(app.action("save").isEnabled());
  CHECK(app.window->status().words() == "Pick a scenario to begin.");
  app.open(kQuick);
  CHECK(app.window->runs().result(kModeled)->jobs == 3);
}

TEST_CASE("several files are several documents, in a window each", "[documents]") {
  AppFixture app;
  app.window->show();
  const QString a = app.write("a.toml", kQuick), b = app.write("b.toml", kRefused);
  app.window->open_files({a.toStdString(), b.toStdString(), a.toStdString()});
  REQUIRE(windows().size() == 2);
  CHECK(app.window->document().path() == a);
  MainWindow* other = windows()[0] == app.window.get() ? windows()[1] : windows()[0];
  CHECK(other->document().path() == b);
  CHECK(other->pos() != app.window->pos());
  // One theme for all, and one list of recent files.
  app.window->set_dark(true);
  CHECK(other->theme().kind == ThemeKind::dark);
  other->set_dark(false);
  CHECK(app.window->theme().kind == ThemeKind::light);
  CHECK(app.session.recent() == QStringList{b, a});
  // With another window there, closing a document closes its window.
  REQUIRE(eventually([&] { return other->runs().result(kModeled) && !other->runs().is_running(); }));
  other->findChild<QAction*>("close")->trigger();
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  CHECK(windows().size() == 1);
  close_others(app);
}

TEST_CASE("what cannot be read in What if, or as a filter, goes with its document", "[documents]") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  QLineEdit& field = *app.window->what_if().field("machine.limits.pids_max");
  field.selectAll();
  QTest::keyClicks(&field, "banana");
  QTest::keyClick(&field, Qt::Key_Return);
  app.window->pages().setCurrentWidget(&app.window->job_table());
  app.window->job_table().filter().setText("foo bar>3");
  CHECK(field.text() == "banana");
  app.open(QString(kRefused).replace("[jobs]", "limits.pids_max = 600\n[jobs]"), "other.toml");
  CHECK(field.text() == "600");
  CHECK(app.window->job_table().filter().text().isEmpty());
}

TEST_CASE("a file with mistakes that is opened first is said to have them, everywhere", "[documents]") {
  AppFixture app;
  app.window->show();
  REQUIRE(app.window->open_file(app.write("bad.toml", "titel = 1\n")));
  REQUIRE(eventually([&] { return app.window->document().error_count() > 0; }));
  CHECK(app.window->status().words().contains("errors"));
  CHECK_FALSE(app.window->status().words().contains("Pick"));
  for (QWidget* page : {static_cast<QWidget*>(&app.window->compare()), static_cast<QWidget*>(&app.window->limits()),
                        static_cast<QWidget*>(&app.window->map()), static_cast<QWidget*>(&app.window->job_table())}) {
    app.window->pages().setCurrentWidget(page);
    QCoreApplication::processEvents();
    INFO(page->objectName().toStdString());
    for (const QLabel* label : page->findChildren<QLabel*>()) CHECK_FALSE(label->text().contains("Open a scenario"));
  }
}

TEST_CASE("the key of a page gives it the keyboard", "[documents]") {
  AppFixture app;
  app.window->show();
  app.window->activateWindow();
  REQUIRE(QTest::qWaitForWindowActive(app.window.get()));
  app.open(kRefused);
  const auto press = [&](const char* key) {
    for (QAction* one : app.window->findChildren<QAction*>())
      if (one->shortcut() == QKeySequence(key)) one->trigger();
    return QApplication::focusWidget();
  };
  CHECK(press("Ctrl+1") == &app.window->home().search());
  CHECK(press("Ctrl+2") == &app.window->compare().timeline(WorldKind::modeled));
  CHECK(press("Ctrl+3") == &app.window->limits().ladder());
  CHECK(press("Ctrl+4") == &app.window->map().view());
  CHECK(press("Ctrl+5") == &app.window->job_table().table());
}
