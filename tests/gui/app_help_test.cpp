// SPDX-License-Identifier: GPL-3.0-or-later
// Finding one's way: the list of commands, the reference, the tour, the sheet of keys.
#include <QApplication>
#include <QDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTabWidget>
#include <QToolButton>

#include "gui/compare/compare_page.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/help/reference_dialog.hpp"
#include "gui/help/tour.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/window/command_palette.hpp"
#include "models/scenario/parse.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

TEST_CASE("commands are found by their words, or by how they begin") {
  CHECK(command_distance("Run both", "run") == 0);
  CHECK(command_distance("Run both", "BOTH") > command_distance("Run both", "run"));
  CHECK(command_distance("Restore default layout", "default") < command_distance("Undefaulted", "default"));
  CHECK(command_distance("Next failure", "nf") > command_distance("Next failure", "failure"));
  CHECK(command_distance("Next failure", "nf") >= 0);
  CHECK(command_distance("Next failure", "xyz") < 0);
  CHECK(command_distance("Next failure", "nefa") >= 0);
  CHECK(command_distance("Next failure", "tf") < 0);
  CHECK(command_distance("What imposes this: threads", "pids") < 0);
  CHECK(command_distance("Anything", "") == 0);
}

TEST_CASE("Ctrl+K lists commands and scenarios, and runs the one that is picked") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  app.window->pages().setCurrentWidget(&app.window->home());
  app.action("palette").trigger();
  auto* palette = app.window->findChild<CommandPalette*>();
  REQUIRE(palette != nullptr);
  CHECK(palette->listed().contains("Compare"));
  CHECK(palette->listed().contains("Run both"));
  // What cannot be done now is not offered.
  CHECK_FALSE(palette->listed().contains("Stop"));
  QTest::keyClicks(&palette->search(), "compare");
  CHECK(palette->listed().front() == "Compare");
  QTest::keyClick(&palette->search(), Qt::Key_Return);
  CHECK(eventually([&] { return app.window->pages().currentWidget() == &app.window->compare(); }));
}

TEST_CASE("the reference in the app has every key that a scenario may have") {
  AppFixture app;
  app.action("reference").trigger();
  auto* reference = app.window->findChild<ReferenceDialog*>();
  REQUIRE(reference != nullptr);
  const int all = reference->listed();
  CHECK(all >= static_cast<int>(scenario_keys().size()));
  reference->search().setText("pids.max cgroup");
  CHECK(reference->listed() >= 1);
  CHECK(reference->listed() < all);
  reference->search().setText("no such word");
  CHECK(reference->listed() == 0);
}

TEST_CASE("the tour goes through five steps with the keyboard, and shows what it is about") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  app.action("tour").trigger();
  auto* tour = app.window->findChild<Tour*>();
  REQUIRE(tour != nullptr);
  CHECK(tour->step() == 0);
  for (std::size_t step = 1; step < 5; ++step) {
    // Wherever the focus is: on a button, as it is when the mouse is not used.
    QTest::keyClick(QApplication::focusWidget() != nullptr ? QApplication::focusWidget() : tour, Qt::Key_Right);
    CHECK(tour->step() == step);
  }
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
  QTest::keyClick(tour, Qt::Key_Left);
  CHECK(tour->step() == 3);
  QSignalSpy ended(tour, &Tour::ended);
  QTest::keyClick(tour, Qt::Key_Escape);
  CHECK(ended.count() == 1);
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  CHECK(app.window->findChild<Tour*>() == nullptr);
}

TEST_CASE("the sheet of keys has the keys of every command, and fits a small screen") {
  AppFixture app;
  app.window->show();
  app.action("keys").trigger();
  auto* sheet = app.window->findChild<QDialog*>("key_sheet");
  REQUIRE(sheet != nullptr);
  QString words;
  for (const QLabel* label : sheet->findChildren<QLabel*>()) words += label->text() + "\n";
  for (const QAction* action : app.window->findChildren<QAction*>(QString(), Qt::FindDirectChildrenOnly)) {
    if (action->shortcut().isEmpty()) continue;
    const QString keys = action->shortcut().toString().replace("Left", "←").replace("Right", "→");
    INFO(action->text().toStdString() << ": " << keys.toStdString());
    CHECK(words.contains(keys));
  }
  for (const char* part : {"marker", "side by side", "slider", "try a run", "sort by this column"}) {
    INFO(part);
    CHECK(words.contains(part));
  }
  // Nothing of it is beside what is seen.
  QCoreApplication::processEvents();
  const auto* scroll = sheet->findChild<QScrollArea*>();
  REQUIRE(scroll != nullptr);
  CHECK(scroll->horizontalScrollBar()->maximum() == 0);
  CHECK(scroll->widget()->width() <= scroll->viewport()->width());
  CHECK(sheet->sizeHint().height() < 740);
  CHECK(sheet->sizeHint().width() < 1200);
}

TEST_CASE("keys of commands are commands in a text field too") {
  AppFixture app;
  app.window->show();
  app.window->activateWindow();
  app.open(kRefused);
  REQUIRE(eventually([&] { return app.window->isActiveWindow(); }, 5'000));
  QLineEdit& filter = app.window->job_table().filter();
  app.window->pages().setCurrentWidget(&app.window->job_table());
  filter.setFocus();
  for (const int key : {Qt::Key_B, Qt::Key_E, Qt::Key_F, Qt::Key_K}) {
    QKeyEvent event(QEvent::ShortcutOverride, key, Qt::ControlModifier);
    event.ignore();
    QApplication::sendEvent(&filter, &event);
    CHECK_FALSE(event.isAccepted());
  }
  QKeyEvent copying(QEvent::ShortcutOverride, Qt::Key_V, Qt::ControlModifier);
  copying.ignore();
  QApplication::sendEvent(&filter, &copying);
  CHECK(copying.isAccepted());
}

TEST_CASE("Ctrl+F finds a job where there are jobs, and a scenario at home, and Ctrl+B shows runs side by side") {
  AppFixture app;
  app.window->show();
  app.action("search").trigger();
  CHECK(app.window->pages().currentWidget() == &app.window->home());
  app.open(kRefused);
  app.window->pages().setCurrentWidget(&app.window->compare());
  app.action("search").trigger();
  CHECK(app.window->pages().currentWidget() == &app.window->job_table());
  app.action("beside").trigger();
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
  CHECK(app.window->workspace().shown_runs().size() == 2);
  app.action("beside").trigger();
  CHECK(app.window->workspace().shown_runs().size() == 1);
}
