// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace alone: documents, runs and what is selected, with no window and no widget.
#include "gui/workspace/workspace.hpp"

#include <sys/stat.h>

#include <QSignalSpy>

#include "tests/gui/desk.hpp"

namespace spawnpoint::gui {

TEST_CASE("a scenario that is opened is modeled, and so is each run that is selected", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  Workspace& workspace = *desk.workspace;
  CHECK(workspace.result(WorldKind::modeled)->concurrency == "thread_per_job");
  CHECK_FALSE(workspace.runs().result({1, WorldKind::modeled}));
  QSignalSpy changes(&workspace.selection(), &Selection::run_changed);
  workspace.selection().select_run(1);
  workspace.selection().select_run(1);
  CHECK(changes.count() == 1);
  REQUIRE(eventually([&] { return desk.is_modeled(1); }));
  CHECK(workspace.result(WorldKind::modeled)->concurrency == "thread_pool");
  CHECK(workspace.recorded_results().size() == 1);
  CHECK(workspace.session().recent() == QStringList{workspace.document().path()});

  // Another file begins at its first run, with nothing of this one.
  desk.open(QString(kTwoRuns).replace("Two runs", "Others"), "other.toml");
  CHECK(workspace.selection().run() == 0);
  CHECK_FALSE(workspace.runs().result({1, WorldKind::modeled}));
}

TEST_CASE("runs that are shown side by side are modeled too", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  CHECK(desk.workspace->shown_runs() == std::vector<std::size_t>{0});
  desk.workspace->selection().set_side_by_side(true);
  CHECK(desk.workspace->shown_runs() == std::vector<std::size_t>{0, 1});
  CHECK(eventually([&] { return desk.is_modeled(1); }));
}

TEST_CASE("nothing of a document begins while it is being left", "[workspace]") {
  Desk desk;
  desk.open(QString(kTwoRuns).replace("count = 20", "count = 50000"));
  Workspace& workspace = *desk.workspace;
  workspace.selection().set_side_by_side(true);
  REQUIRE(eventually([&] { return desk.is_modeled(1); }));
  for (const bool another : {false, true}) {
    CAPTURE(another);
    if (!another) {
      workspace.document().edit(QString(kTwoRuns).replace("count = 20", "count = 60000"));
      REQUIRE(eventually([&] { return workspace.runs().is_running(); }));
    } else {
      desk.open(QString(kTwoRuns).replace("count = 20", "count = 70000"));
      workspace.run(/*modeled=*/true, /*live=*/false);
    }
    REQUIRE(workspace.runs().is_running());
    QSignalSpy started(&workspace.runs(), &Runs::started);
    if (another) {
      desk.open(kTwoRuns, "other.toml");
      CHECK(workspace.result(WorldKind::modeled)->jobs == 20);
    } else {
      workspace.document().close();
      CHECK(started.count() == 0);
      CHECK_FALSE(workspace.runs().is_running());
    }
  }
}

TEST_CASE("a run that was stopped is not known to go well", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  Workspace& workspace = *desk.workspace;
  const auto revision = workspace.document().revision();
  RunResult result;
  result.stopped = true;
  workspace.runs().adopt({1, WorldKind::modeled}, std::make_shared<const RunResult>(result), revision);
  CHECK_FALSE(workspace.fails(1));
  result.failure = FailurePoint{};
  workspace.runs().adopt({1, WorldKind::modeled}, std::make_shared<const RunResult>(result), revision);
  CHECK(workspace.fails(1) == true);
  workspace.runs().adopt({1, WorldKind::modeled}, std::make_shared<const RunResult>(), revision);
  CHECK(workspace.fails(1) == false);
}

TEST_CASE("how the timelines are shown is the selection's, with no widget", "[workspace]") {
  Selection selection;
  QSignalSpy rows(&selection, &Selection::rows_changed), alignment(&selection, &Selection::alignment_changed);
  CHECK(selection.rows() == RowChoice::automatic);
  selection.set_rows(RowChoice::jobs);
  selection.set_rows(RowChoice::jobs);
  CHECK(rows.count() == 1);
  selection.set_alignment(Alignment::failure);
  CHECK(alignment.count() == 1);
  CHECK(selection.alignment() == Alignment::failure);
}

TEST_CASE("worlds are aligned at their failures, where both have one", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  Workspace& workspace = *desk.workspace;
  Selection& selection = workspace.selection();
  selection.set_alignment(Alignment::failure);
  CHECK_FALSE(workspace.can_align());
  CHECK(selection.shift(WorldKind::modeled) == Duration::zero());
  const auto failed = [](WorldKind world, Duration at) {
    RunResult result;
    result.world = world;
    result.failure = FailurePoint{};
    result.failure->at = Instant(at);
    return std::make_shared<const RunResult>(std::move(result));
  };
  const auto revision = workspace.document().revision();
  workspace.runs().adopt({1, WorldKind::modeled}, failed(WorldKind::modeled, std::chrono::milliseconds(5)), revision);
  workspace.runs().adopt({1, WorldKind::live}, failed(WorldKind::live, std::chrono::milliseconds(8)), revision);
  QSignalSpy shifts(&selection, &Selection::shifts_changed);
  selection.select_run(1);
  CHECK(workspace.can_align());
  CHECK(shifts.count() == 1);
  // The one that fails earlier is shown later.
  CHECK(selection.shift(WorldKind::modeled) == std::chrono::milliseconds(3));
  CHECK(selection.shift(WorldKind::live) == Duration::zero());
  selection.set_alignment(Alignment::start);
  CHECK(selection.shift(WorldKind::modeled) == Duration::zero());
  selection.set_alignment(Alignment::failure);
  CHECK(selection.shift(WorldKind::modeled) == std::chrono::milliseconds(3));
  selection.select_run(0);
  CHECK(selection.shift(WorldKind::modeled) == Duration::zero());
}

TEST_CASE("a turned value is written into the text and modeled, editor or not", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  Workspace& workspace = *desk.workspace;
  workspace.turn("jobs.count", "30", Workspace::kNoGesture);
  REQUIRE(eventually([&] { return desk.is_modeled(0) && workspace.result(WorldKind::modeled)->jobs == 30; }));
  CHECK(workspace.document().text().contains("count = 30"));
  // What was known before is there again without a run.
  QSignalSpy runs(&workspace.runs(), &Runs::started);
  workspace.document().edit(kTwoRuns);
  REQUIRE(eventually([&] { return desk.is_modeled(0); }));
  CHECK(workspace.result(WorldKind::modeled)->jobs == 20);
  CHECK(runs.count() == 0);
}

TEST_CASE("a live result counts again after an undo, and whatever does not concern it", "[workspace]") {
  Desk desk;
  const QString text = QString(kTwoRuns).remove("[machine]\nprofile = \"rust-playground\"\n");
  desk.open(text);  // On this machine, whose memory in use is another one each time it is read.
  Workspace& workspace = *desk.workspace;
  const RunKey live{0, WorldKind::live};
  workspace.run(/*modeled=*/false, /*live=*/true);
  REQUIRE(eventually([&] { return workspace.runs().result(live) && !workspace.runs().is_running(); }));
  const auto result = workspace.runs().result(live);
  INFO(result->error);
  REQUIRE(result->error.empty());
  const auto change = [&](const QString& to) {
    workspace.document().edit(to);
    REQUIRE(eventually([&] { return desk.is_modeled(0); }));
  };
  change(QString(text).replace("count = 20", "count = 30"));
  CHECK(workspace.runs().result(live) == result);
  CHECK_FALSE(workspace.is_of_present_text(live));
  change(text);
  CHECK(workspace.runs().result(live) == result);
  CHECK(workspace.is_of_present_text(live));
  change("# a comment\n" + text + "[[run]]\nconcurrency = \"join_all\"\n");
  CHECK(workspace.runs().result(live) == result);
  CHECK(workspace.is_of_present_text(live));
}

TEST_CASE("what would do better is searched only while no live run measures", "[workspace]") {
  Desk desk;
  Workspace& workspace = *desk.workspace;
  Runs& runs = workspace.runs();
  int lives = 0;
  bool searched = false, disturbed = false;
  const auto look = [&](RunKey key) { disturbed |= key.world == WorldKind::live && workspace.is_advising(); };
  QObject::connect(&runs, &Runs::started, &workspace, [&](RunKey key) {
    lives += key.world == WorldKind::live ? 1 : 0;
    look(key);
  });
  QObject::connect(&runs, &Runs::progressed, &workspace, look);
  // As soon as the model has run, the search begins; then a live run.
  QObject::connect(&runs, &Runs::idle, &workspace, [&] {
    if (lives > 0) return;
    searched = workspace.is_advising();
    runs.start({workspace.document().scenario(), workspace.document().revision(), 0, /*modeled=*/false, /*live=*/true,
                /*uncapped=*/false});
  });
  QSignalSpy suggested(&workspace, &Workspace::suggestions_changed);
  QString error;
  REQUIRE(workspace.open(desk.write("scenario.toml", kTwoRuns), error));
  REQUIRE(eventually([&] { return suggested.count() > 0; }));
  CHECK(lives == 1);
  CHECK(searched);
  CHECK_FALSE(runs.is_running());

  // Of both worlds the model is first, and the live run follows at once.
  workspace.run(/*modeled=*/true, /*live=*/true);
  REQUIRE(eventually([&] { return lives == 2 && !runs.is_running(); }));
  CHECK_FALSE(disturbed);
}

TEST_CASE("a suggestion adds its run, or selects the one that is there", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  Workspace& workspace = *desk.workspace;
  workspace.try_suggestion({.label = "a pool", .concurrency = "thread_pool", .set = {}});
  CHECK(workspace.selection().run() == 1);
  // A run of that size is there.
  const std::size_t runs = workspace.document().scenario()->runs.size();
  workspace.selection().select_run(0);
  workspace.try_suggestion({.label = "a pool", .concurrency = "thread_pool", .set = {{"run.threads", "4"}}});
  REQUIRE(eventually([&] { return workspace.selection().run() == 1; }));
  CHECK(workspace.document().scenario()->runs.size() == runs);
  // What is typed while it is looked for is kept.
  workspace.try_suggestion({.label = "tasks", .concurrency = "join_all", .set = {}});
  const QString typed = workspace.document().text() + "# typed\n";
  workspace.document().set_text(typed);
  REQUIRE(eventually([&] { return !workspace.is_trying(); }));
  CHECK(workspace.document().text() == typed);
  REQUIRE(eventually([&] { return !workspace.document().scenario_is_old(); }));
  workspace.try_suggestion({.label = "tasks", .concurrency = "join_all", .set = {}});
  REQUIRE(eventually([&] { return desk.is_modeled(2); }));
  CHECK(workspace.selection().run() == 2);
  CHECK(workspace.result(WorldKind::modeled)->concurrency == "join_all");
}

TEST_CASE("what was only tried is taken back, with the run that it was for", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  Workspace& workspace = *desk.workspace;
  const auto jobs_are = [&](std::int64_t jobs) {
    return eventually(
        [&] { return !workspace.document().scenario_is_old() && workspace.document().scenario()->jobs.count == jobs; });
  };
  CHECK_FALSE(workspace.can_take_back());
  // Over the text, of another run of it.
  workspace.try_suggestion({.label = "it", .concurrency = "thread_pool", .set = {{"jobs.count", "7"}}});
  REQUIRE(jobs_are(7));
  CHECK(workspace.selection().run() == 1);
  CHECK(workspace.can_take_back());
  workspace.take_back();
  REQUIRE(jobs_are(20));
  CHECK_FALSE(workspace.document().has_settings());
  CHECK(workspace.selection().run() == 0);
  CHECK_FALSE(workspace.can_take_back());
  // Another run, as it is; it is no longer what was tried once something else was selected.
  workspace.try_suggestion({.label = "it", .concurrency = "thread_pool", .set = {}});
  CHECK(workspace.can_take_back());
  workspace.take_back();
  CHECK(workspace.selection().run() == 0);
  workspace.try_suggestion({.label = "it", .concurrency = "thread_pool", .set = {}});
  workspace.selection().select_run(0);
  CHECK_FALSE(workspace.can_take_back());
  // A run that goes into the text, and a value that goes over it: the text's undo takes back both.
  workspace.try_suggestion({.label = "it", .concurrency = "join_all", .set = {{"jobs.count", "9"}}});
  REQUIRE(jobs_are(9));
  REQUIRE(eventually([&] { return workspace.document().scenario()->runs.size() == 3; }));
  workspace.document().set_text(kTwoRuns);
  REQUIRE(jobs_are(20));
  CHECK_FALSE(workspace.document().has_settings());
}

TEST_CASE("what trying a suggestion would do is told before: what goes into the text, and what over it",
          "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  const Workspace& workspace = *desk.workspace;
  const auto words = [&](std::string concurrency, std::vector<Setting> set) {
    return workspace.trying_words({.label = "it", .concurrency = std::move(concurrency), .set = std::move(set)})
        .toStdString();
  };
  CHECK(words("thread_pool", {{"run.threads", "9"}}) ==
        "Adds a run to the text, unless it has this one: concurrency = \"thread_pool\", threads = 9");
  CHECK(words("join_all", {}) == "Adds a run to the text, unless it has this one: concurrency = \"join_all\"");
  CHECK(words("thread_pool", {}) == "Selects the run thread_pool, 4 threads");
  CHECK(words("thread_per_job", {{"jobs.count", "7"}}) == "Tries without changing the text: jobs.count = 7");
  // What is over the text already stays there.
  desk.workspace->document().set_setting("jobs.count", QString("7"));
  CHECK(words("thread_pool", {{"jobs.count", "7"}}) == "Selects the run thread_pool, 4 threads");
}

TEST_CASE("a value over the text for all runs becomes the selected run's own when another is added", "[workspace]") {
  Desk desk;
  desk.open(QString(kTwoRuns) + "[[run]]\nconcurrency = \"thread_pool\"\nlabel = \"third\"\n");
  Workspace& workspace = *desk.workspace;
  workspace.selection().select_run(2);
  workspace.document().set_setting("run.threads", "3");
  workspace.document().parse_at_once();
  REQUIRE(eventually([&] { return workspace.document().scenario()->runs[2].threads == 3; }));
  workspace.try_suggestion({.label = "a pool", .concurrency = "thread_pool", .set = {{"run.threads", "7"}}});
  REQUIRE(eventually([&] { return workspace.document().scenario()->runs.size() == 4; }));
  const auto& settings = workspace.document().settings();
  REQUIRE(settings.size() == 1);
  CHECK(settings[0].key == "run[3].threads");
  CHECK(workspace.document().scenario()->runs[2].threads == 3);
  CHECK(workspace.document().scenario()->runs[3].threads == 7);
}

TEST_CASE("a pipe is refused at once, and nobody waits for its writer", "[workspace]") {
  Desk desk;
  const QString pipe = desk.folder.filePath("pipe.toml");
  REQUIRE(::mkfifo(pipe.toLocal8Bit().constData(), 0600) == 0);
  QString error;
  CHECK_FALSE(desk.workspace->open(pipe, error));
  CHECK(error == "this is not an ordinary file");
}

TEST_CASE("a session ends at a place, and the next one begins there", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  const QString file = desk.workspace->document().path();
  desk.session.set_place(Place{file, "map", 1, 5, 9});
  CHECK(desk.session.place()->page == "map");
  QString error;
  REQUIRE(desk.workspace->open(Place{file, "map", 1, 5, 9}, error));
  CHECK_FALSE(desk.workspace->take_range_to_restore());  // Its model is not there yet.
  REQUIRE(eventually([&] { return desk.is_modeled(1); }));
  CHECK(desk.workspace->selection().run() == 1);
  CHECK(desk.workspace->take_range_to_restore() == TimeRange{Instant(Duration(5)), Instant(Duration(9))});
  CHECK_FALSE(desk.workspace->take_range_to_restore());
}

TEST_CASE("what is selected announces each change once", "[workspace]") {
  application();
  Selection selection;
  QSignalSpy jobs(&selection, &Selection::job_changed), ranges(&selection, &Selection::range_changed);
  selection.select_job(3);
  selection.select_job(3);
  CHECK(jobs.count() == 1);
  const SelectedRange range{{Instant(Duration(1)), Instant(Duration(2))}, /*between_markers=*/true};
  selection.select_range(range);
  selection.select_range(range);
  CHECK(ranges.count() == 1);
  selection.select_range({});
  CHECK(ranges.count() == 2);
}

}  // namespace spawnpoint::gui
