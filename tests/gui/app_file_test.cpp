// SPDX-License-Identifier: GPL-3.0-or-later
// Opening, editing, saving; mistakes at their place.
#include <QAbstractItemView>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>

#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/completion_popup.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "gui/window/status_line.hpp"
#include "models/machine/profile_file.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

TEST_CASE("mistakes are underlined at their line and column, and the list jumps there") {
  AppFixture app;
  app.open(R"(spawnpoint = 1
title = "ä𝄞"
[jobs]
count = 10
cuont = 11
[[run]]
concurrency = "threads_per_job"
)");
  const auto& diagnostics = app.window->document().diagnostics();
  REQUIRE(diagnostics.size() == 2);
  CHECK(diagnostics[0].line == 5);
  CHECK(diagnostics[1].line == 7);
  const QStringList marked = app.window->file_panel().edit().underlined();
  REQUIRE(marked.size() == 2);
  CHECK(marked[0] == "cuont");
  CHECK(marked[1].contains("threads_per_job"));

  app.window->file_panel().go_to_problem(1);
  const QTextCursor cursor = app.window->file_panel().edit().textCursor();
  CHECK(cursor.blockNumber() + 1 == 7);
  CHECK(cursor.positionInBlock() + 1 == diagnostics[1].column);
  auto* list = app.window->file_panel().findChild<QListWidget*>();
  REQUIRE(list);
  CHECK(list->count() == 2);
  CHECK(list->item(0)->text().contains("5:"));
}

TEST_CASE("a mistake in a profile's file has that file's name, and leads to where the text names it") {
  AppFixture app;
  QDir(app.folder.path()).mkdir("machines");
  app.write("machines/mine.toml", "cpus = 4\nmemroy = \"8 GiB\"\n");
  app.open(R"(spawnpoint = 1
[machine]
profile = "machines/mine.toml"
[jobs]
count = 10
[[run]]
concurrency = "thread_per_job"
)");
  REQUIRE(app.window->document().error_count() == 1);
  auto* list = app.window->file_panel().findChild<QListWidget*>();
  REQUIRE(list);
  REQUIRE(list->count() == 1);
  const QString told = list->item(0)->text();
  INFO(told.toStdString());
  CHECK(told.startsWith(QString::fromUtf8("✕ machines/mine.toml:2:1  unknown key")));
  CHECK(told.contains("memroy = \"8 GiB\""));
  // Nothing of the scenario's own text is underlined, and its second line is not where the cursor goes.
  CHECK(app.window->file_panel().edit().underlined().isEmpty());
  app.window->file_panel().go_to_problem(0);
  const QTextCursor cursor = app.window->file_panel().edit().textCursor();
  CHECK(cursor.blockNumber() + 1 == 3);
  CHECK(cursor.selectedText() == "mine.toml");
}

TEST_CASE("a value that is tried over the text is named where it is wrong") {
  AppFixture app;
  app.open(kQuick);
  app.window->document().set_setting("jobs.cuont", QStringLiteral("4"));
  REQUIRE(eventually([&] { return app.window->document().has_errors(); }));
  auto* list = app.window->file_panel().findChild<QListWidget*>();
  REQUIRE(list->count() == 1);
  INFO(list->item(0)->text().toStdString());
  CHECK(list->item(0)->text().contains("--set jobs.cuont"));
  const int before = app.window->file_panel().edit().textCursor().position();
  app.window->file_panel().go_to_problem(0);
  CHECK(app.window->file_panel().edit().textCursor().position() == before);
}

TEST_CASE("while the text has errors the window says what it shows, and what cannot be done is not offered") {
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(kRefused);
  auto* bar = app.window->findChild<QWidget*>("error_bar");
  REQUIRE(bar);
  CHECK_FALSE(bar->isVisible());
  app.window->workspace().selection().select_job(5, WorldKind::modeled);
  auto* selected = app.window->findChild<JobDetails*>();
  REQUIRE(selected);
  CHECK_FALSE(selected->toPlainText().contains("text without errors"));
  const char* const kRuns[] = {"run_both", "run_model", "run_live", "run_all"};
  for (const char* name : kRuns) CHECK(app.action(name).isEnabled());
  auto* jobs = app.window->findChild<QSpinBox*>("jobs");
  auto* machine = app.window->findChild<QComboBox*>("machine");

  app.window->file_panel().replace_text(QString(kRefused).replace("count", "cuont"));
  REQUIRE(eventually([&] { return app.window->document().has_errors(); }));
  REQUIRE(eventually([&] { return bar->isVisible(); }));
  const QString words = bar->findChild<QLabel*>("error_bar_words")->text();
  INFO(words.toStdString());
  CHECK(words.contains("The text has an error."));
  CHECK(app.window->status().words().startsWith(QString::fromUtf8("✕ The text has an error and cannot run")));
  CHECK(words.contains("of the last text without errors"));
  for (const char* name : kRuns) CHECK_FALSE(app.action(name).isEnabled());
  CHECK_FALSE(jobs->isEnabled());
  CHECK_FALSE(machine->isEnabled());
  CHECK_FALSE(app.window->what_if().slider("jobs.count")->isEnabled());
  CHECK(app.window->compare().column().summary(WorldKind::modeled).startsWith("of the last text without errors"));
  CHECK(selected->toPlainText().contains("This is of the last text without errors."));
  auto* first = app.window->findChild<QPushButton*>("first_error");
  app.window->file_panel().edit().go_to(1, 1);
  first->click();
  CHECK(app.window->file_panel().edit().textCursor().blockNumber() + 1 == 7);

  app.window->file_panel().replace_text(kRefused);
  REQUIRE(eventually([&] { return !app.window->document().has_errors(); }));
  CHECK_FALSE(bar->isVisible());
  for (const char* name : kRuns) CHECK(app.action(name).isEnabled());
  CHECK(jobs->isEnabled());
  CHECK(app.window->what_if().slider("jobs.count")->isEnabled());
  CHECK_FALSE(selected->toPlainText().contains("text without errors"));
}

TEST_CASE("of a file with errors that is opened after another one, nothing is told of that one") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  app.open(QString(kQuick).replace("count", "cuont"), "wrong.toml");
  REQUIRE(app.window->document().has_errors());
  CHECK(app.window->findChild<QSpinBox*>("jobs")->text().isEmpty());
  CHECK(app.window->findChild<QComboBox*>("machine")->currentText().isEmpty());
  app.open(kRefused, "good.toml");
  CHECK(app.window->findChild<QSpinBox*>("jobs")->text() == "1,000");
  CHECK(app.window->findChild<QComboBox*>("machine")->currentText() == "rust-playground");
}

TEST_CASE("a result of an older text is not called that of the last text without errors") {
  AppFixture app;
  app.open(kRefused);
  app.window->workspace().selection().select_run(1);
  REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
  app.window->workspace().selection().select_run(0);
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }));
  app.window->file_panel().replace_text(QString(kRefused).replace("1000", "900"));
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
  app.window->file_panel().replace_text(QString(kRefused).replace("count", "cuont"));
  REQUIRE(eventually([&] { return app.window->document().has_errors(); }));
  CHECK(app.window->workspace().why_old({0, WorldKind::modeled}).contains("without errors"));
  CHECK(app.window->workspace().why_old({1, WorldKind::modeled}).contains("before the last change"));
}

TEST_CASE("columns count characters, also where one takes two UTF-16 units") {
  QtWatch warnings;
  CodeEdit edit;
  edit.setPlainText(QStringLiteral("title = \"𝄞𝄞\" oops"));
  Diagnostic diagnostic;
  diagnostic.line = 1;
  diagnostic.column = 14;
  diagnostic.length = 4;
  edit.set_diagnostics({diagnostic});
  REQUIRE(edit.underlined().size() == 1);
  CHECK(edit.underlined().front() == "oops");
}

TEST_CASE("a file that is dropped on the window is opened") {
  AppFixture app;
  const QString path = app.write("dropped.toml", kQuick);
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(path)});
  QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(app.window.get(), &enter);
  REQUIRE(enter.isAccepted());
  QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(app.window.get(), &drop);
  REQUIRE(eventually([&] { return app.window->document().path() == path; }));
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
}

TEST_CASE("opened files are in the recent list, the newest first, and open from there") {
  AppFixture app;
  app.open(kQuick, "one.toml");
  app.open(kQuick, "two.toml");
  const QStringList recent = app.session.recent();
  REQUIRE(recent.size() == 2);
  CHECK(recent[0].endsWith("two.toml"));
  app.window->workspace().ask_to_open(recent[1]);
  CHECK(app.window->document().path().endsWith("one.toml"));
  // A file that is gone is not offered.
  QFile::remove(recent[0]);
  CHECK(app.session.recent().size() == 1);
}

TEST_CASE("what cannot be opened is reported, and what is open stays") {
  AppFixture app;
  app.open(kQuick, "good.toml");
  CHECK_FALSE(app.window->open_file(app.folder.filePath("missing.toml")));
  CHECK_FALSE(app.window->open_file(app.folder.path()));
  CHECK(app.told.size() == 2);
  CHECK(app.window->document().path().endsWith("good.toml"));
  CHECK(app.window->runs().result({0, WorldKind::modeled}));
}

TEST_CASE("an edit marks the window as changed, saving writes the file") {
  AppFixture app;
  app.open(kQuick);
  CHECK_FALSE(app.window->isWindowModified());
  app.window->file_panel().replace_text(QString(kQuick).replace("60ms", "70ms"));
  CHECK(app.window->isWindowModified());
  REQUIRE(app.window->save());
  CHECK_FALSE(app.window->isWindowModified());
  QFile file(app.window->document().path());
  REQUIRE(file.open(QIODevice::ReadOnly));
  CHECK(file.readAll().contains("70ms"));
}

TEST_CASE("a scenario of the gallery is saved under another name") {
  AppFixture app;
  const auto files = list_scenarios(shipped_scenarios());
  REQUIRE(!files.empty());
  const QString shipped = QString::fromStdString(files.front().string());
  REQUIRE(app.window->open_file(shipped));
  const QString target = app.folder.filePath("mine.toml");
  app.window->questions().file_to_save = [&](QWidget*, const QString&) { return target; };
  REQUIRE(app.window->save());
  CHECK(app.window->document().path() == target);
  CHECK(QFile::exists(target));
  REQUIRE(eventually([&] { return app.parsed() && !app.window->runs().is_running(); }));
}

TEST_CASE("changes that are not saved are asked about, and staying keeps them") {
  AppFixture app;
  app.open(kQuick, "first.toml");
  app.window->file_panel().replace_text("title = \"changed\"\n");
  bool asked = false;
  app.window->questions().leave = [&](MainWindow&) {
    asked = true;
    return false;
  };
  CHECK_FALSE(app.window->open_file(app.write("second.toml", kQuick)));
  CHECK(asked);
  CHECK(app.window->document().path().endsWith("first.toml"));
  CHECK_FALSE(app.window->close());
  app.window->questions().leave = [](MainWindow&) { return true; };
}

TEST_CASE("keys and names are completed while they are typed, as one step that can be undone") {
  AppFixture app;
  app.window->show();
  app.open(QString::fromUtf8(kQuick) + "\n[machine]\n");
  CodeEdit& edit = app.window->file_panel().edit();
  edit.setFocus();
  edit.moveCursor(QTextCursor::End);
  QTest::keyClicks(&edit, "pids_m");
  REQUIRE(eventually([&] { return edit.completions().is_shown(); }));
  CHECK(edit.completions().shown_choices() == QStringList{"limits.pids_max"});
  QTest::keyClick(edit.completions().popup(), Qt::Key_Return);
  CHECK(edit.toPlainText().endsWith("[machine]\nlimits.pids_max = "));
  CHECK_FALSE(edit.completions().is_shown());

  QTest::keyClicks(&edit, "77");
  QTest::keyClick(&edit, Qt::Key_Return);
  QTest::keyClicks(&edit, "profile = \"lap");
  REQUIRE(eventually([&] { return edit.completions().is_shown(); }));
  CHECK(edit.completions().shown_choices().contains("laptop-8g"));
  QTest::keyClick(edit.completions().popup(), Qt::Key_Escape);
  CHECK_FALSE(edit.completions().is_shown());
  CHECK(edit.toPlainText().endsWith("profile = \"lap"));
}

TEST_CASE("Ctrl+Space offers all keys of the table where nothing is typed yet") {
  AppFixture app;
  app.window->show();
  app.open(QString::fromUtf8(kQuick) + "\n[machine]\n");
  CodeEdit& edit = app.window->file_panel().edit();
  edit.moveCursor(QTextCursor::End);
  QTest::keyClick(&edit, Qt::Key_Space, Qt::ControlModifier);
  REQUIRE(eventually([&] { return edit.completions().is_shown(); }));
  CHECK(edit.completions().shown_choices().contains("profile"));
  CHECK(edit.completions().shown_choices().contains("limits.max_map_count"));
}
